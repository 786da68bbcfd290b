"""Where networks from elsewhere are let in, or not: each is opened in a process of its own that may do very little."""

import json
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.data.mnist import Mnist
from digitlab.errors import LimitReached, ModelRejected
from digitlab.networks.config import TrainingConfig
from digitlab.networks.recognition import SUFFIX
from digitlab.networks.scores import Scores
from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.runs.records.people import Person
from digitlab.settings import Settings
from digitlab.storage.folder import Folder
from digitlab.uploads import keras_archive

_RULES = 1  # another number whenever the checks change: what was let in by others is checked anew
_KEPT = 20  # networks that were let in; some megabytes each
_TRIED = 1000  # training digits on which scales are tried
_TURN = 60  # seconds that one waits for another's file
_NETWORK, _ANSWERS, _OUTCOME = "network.keras", "answers.npy", "outcome.json"
_KINDS: dict[str, type] = {"parameters": int, "layers": int, "scale": str, "is_softmax_added": bool, "versions": dict}


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What may be spent on one file.

    Attributes:
        seconds: By the clock, the start of TensorFlow included; the processors may compute twice as long.
        memory: Bytes; TensorFlow alone takes 0.8 * 10^9.
    """

    seconds: int = 120
    memory: int = 3 * 2**30


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A network that was let in.

    Attributes:
        sha256: Of the file that it came in.
        keras: Its file as one of the lab's own, `.tflite` beside it.
        parameters: How many numbers it keeps.
        layers: How many layers the file had.
        scale: What it takes for a pixel, in words.
        is_softmax_added: Whether it gave no probabilities by itself.
        versions: Of the libraries that made the lab's own file.
    """

    sha256: str
    keras: Path
    parameters: int
    layers: int
    scale: str
    is_softmax_added: bool
    versions: dict[str, str]

    def answers(self) -> NDArray[np.float32]:
        """Return what it answered on MNIST's test set, float32 (10000, 10)."""
        answers: NDArray[np.float32] = np.load(self.keras.with_name(_ANSWERS), allow_pickle=False)
        return answers

    def copy(self, path: Path) -> None:
        """Copy its files to a path that ends in `.keras`, and beside it."""
        shutil.copyfile(self.keras, path)
        shutil.copyfile(self.keras.with_suffix(SUFFIX), path.with_suffix(SUFFIX))


def imported_card(
    admitted: ImportedModel, labels: NDArray[np.uint8], *, file: str, title: str, source: str, person: Person
) -> ModelCard:
    """Return the card of a network that somebody brings in; `labels` are those of the test set, uint8 (10000,)."""
    scores, now = Scores(labels, admitted.answers()), time.time()
    shown = "".join(one if one.isprintable() else "?" for one in file[-100:])
    command = f"python -m digitlab import {shlex.quote(shown)} --title {shlex.quote(title)}"
    return ModelCard(
        name=time.strftime(f"brought-%Y%m%d-%H%M%S-{uuid.uuid4().hex[:12]}", time.gmtime(now)),
        title=title,
        owner=person.id,
        owner_name=person.name,
        config=TrainingConfig(validation_split=0),
        command=command + (f" --source {shlex.quote(source)}" if source else ""),
        epochs=(),
        was_stopped=False,
        parameters=admitted.parameters,
        test_loss=scores.loss,
        test_accuracy=scores.accuracy,
        seconds=0,
        data="not known: it was trained elsewhere",
        versions=admitted.versions,
        created=now,
        origin=Origin(
            file=shown,
            source=source,
            sha256=admitted.sha256,
            layers=admitted.layers,
            scale=admitted.scale,
            is_softmax_added=admitted.is_softmax_added,
        ),
    )


class ModelImporter:
    """Lets networks in, one at a time; threads may share it. What was let in is kept for a while, by its content."""

    def __init__(
        self, settings: Settings, digits: Callable[[], Mnist], allowance: ResourceLimits | None = None
    ) -> None:
        self._settings, self._digits, self._allowance = settings, digits, allowance or ResourceLimits()
        self._folder = Folder(settings.data / "foreign")
        self._turn = threading.Lock()

    def import_model(self, content: bytes, file: str) -> ImportedModel:
        """Let a `.keras` file in.

        Args:
            content: The file's.
            file: Its name, for sentences.

        Raises:
            ModelRejected: With the reason.
            LimitReached: Others' files are checked just now, one after the other.
        """
        try:
            return self._admit(keras_archive.parse(content))
        except ModelRejected as error:
            logs.log("network rejected", reason=str(error), level=logging.WARNING)
            shown = "".join(one if one.isprintable() else "?" for one in file[-60:])
            raise ModelRejected(f"{shown} is not let in. {error}") from error

    def import_file(self, path: Path) -> ImportedModel:
        """Let a `.keras` file in that lies on this machine."""
        return self.import_model(keras_archive.read(path), path.name)

    def forget(self, sha256: str) -> None:
        """Remove what is kept of a file that was let in."""
        Folder(self._folder.path / f"{sha256}-{_RULES}").remove()

    def _admit(self, parts: keras_archive.ArchiveParts) -> ImportedModel:
        kept = self._folder.path / f"{parts.sha256}-{_RULES}"
        if kept.is_dir():
            kept.touch()
            return _outcome(kept, parts.sha256)
        if not self._turn.acquire(timeout=_TURN):
            raise LimitReached("Other people's networks are being checked, one at a time. Try again in a minute.")
        try:
            if kept.is_dir():  # who came before had the same file
                return _outcome(kept, parts.sha256)
            with self._folder.temporary_folder() as lent:
                whole = lent / "whole"
                whole.mkdir()
                self._convert(parts, whole)
                Folder(whole).publish(kept)
            self._drop_old()
        finally:
            self._turn.release()
        return _outcome(kept, parts.sha256)

    def _convert(self, parts: keras_archive.ArchiveParts, folder: Path) -> None:
        """Have the file opened in a process of its own, look at what it leaves, and remove the rest."""
        digits = self._digits()
        (folder / "config.json").write_text(json.dumps(parts.config), encoding="utf-8")
        (folder / "weights.h5").write_bytes(parts.weights)
        images, labels = digits.x_train[:_TRIED], digits.y_train[:_TRIED]
        np.savez(folder / "trial.npz", images=images, labels=labels, test=digits.x_test)
        self._run(folder)
        outcome = _read_outcome(folder)
        if isinstance(refusal := outcome.get("refusal"), str):
            raise ModelRejected(refusal[:500])
        keras_archive.parse(keras_archive.read(folder / _NETWORK))  # should that process have been taken over
        _check(folder, outcome, len(digits.x_test))
        for path in folder.iterdir():
            if path.name not in (_NETWORK, _ANSWERS, _OUTCOME, Path(_NETWORK).with_suffix(SUFFIX).name):
                Folder(path).remove() if path.is_dir() else path.unlink()

    def _run(self, folder: Path) -> None:
        most = self._allowance
        command = [sys.executable, "-P", "-m", "digitlab.worker.model_conversion", str(folder)]
        command += map(str, (keras_archive.MAX_WEIGHTS, most.memory, most.seconds))
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=self._settings.sealed_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that it ends with whatever it may have started
            )
            try:
                code = process.wait(most.seconds)
            except subprocess.TimeoutExpired:
                raise _too_slow(most.seconds) from None
            finally:
                with suppress(ProcessLookupError):  # whatever it may have started, too
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGALRM):
            raise _too_slow(most.seconds)
        if code:
            log_end = (folder / "log.txt").read_bytes()[-2000:].decode(errors="replace")
            logs.log("sandbox crashed", code=code, output=log_end, level=logging.WARNING)
            raise ModelRejected(
                f"It broke the process that opened it, most likely for want of memory: {most.memory / 2**30:.0f} GB at "
                "most is allowed. Choose a smaller network."
            )

    def _drop_old(self) -> None:
        kept = sorted(self._folder.path.glob(f"*-{_RULES}"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_KEPT]:
            Folder(path).remove()
        self._folder.remove_leftovers()


def _too_slow(seconds: int) -> ModelRejected:
    return ModelRejected(f"Opening it and reading 11,000 digits took more than {seconds} s. Choose a smaller network.")


def _read_outcome(folder: Path) -> dict[str, Any]:
    try:
        outcome = json.loads((folder / _OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRejected("The process that opened it left no answer. Try it again.") from error
    return outcome if isinstance(outcome, dict) else {}


def _check(folder: Path, outcome: dict[str, Any], digits: int) -> None:
    """Hold what the process left against what it should leave."""
    try:
        answers = np.load(folder / _ANSWERS, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ModelRejected("The process that opened it left no answers. Try it again.") from error
    is_right = answers.shape == (digits, 10) and answers.dtype == np.float32 and np.isfinite(answers).all()
    if not is_right or not all(isinstance(outcome.get(name), kind) for name, kind in _KINDS.items()):
        raise ModelRejected("Its answers are not ten probabilities for each digit. Train it anew.")


def _outcome(folder: Path, sha256: str) -> ImportedModel:
    outcome = _read_outcome(folder)
    return ImportedModel(sha256, folder / _NETWORK, **{name: outcome[name] for name in _KINDS})
