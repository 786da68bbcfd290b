"""Imports networks that were made elsewhere. Each file is opened in a sandbox: a process without rights."""

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

from digitlab import logs, sandbox
from digitlab.data.mnist import Mnist
from digitlab.errors import LimitReached, ModelRejected
from digitlab.networks.config import TrainingConfig
from digitlab.networks.recognition import SUFFIX
from digitlab.networks.scores import Scores
from digitlab.runs.records.card_checks import check_build, check_origin
from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.runs.records.people import Person
from digitlab.settings import Settings
from digitlab.storage.folder import Folder
from digitlab.translation import Text, message_of, recognisable
from digitlab.uploads import keras_archive
from digitlab.uploads.pixel_scales import SCALES, ImportChoices, pixel_statistics

_RULES = 3  # change it with the checks: files that passed other checks are checked again
_MAX_CACHED = 20  # imported networks; some megabytes each
_TRIAL_STEP = 20  # every 20th training digit, 3,000 in all, finds the scale of pixels
_MAX_WAIT = 60  # seconds to wait while another file is checked
_NETWORK, _ANSWERS, _OUTCOME = "network.keras", "answers.npy", "outcome.json"
_FACTS = ("parameters", "layers", "scale", "adaptation", "alternatives", "is_softmax_added", "versions")


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """The limits for the sandbox of one file.

    Attributes:
        seconds: Wall-clock time, the start of TensorFlow included. At low priority, what takes 10 s on an idle machine
            takes minutes on one that trains.
        cpu_seconds: Processor time.
        memory: Bytes; TensorFlow alone takes 0.8 * 10^9.
    """

    seconds: int = 300
    cpu_seconds: int = 240
    memory: int = 3 * 2**30


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A network that passed all checks.

    Attributes:
        sha256: Hash of the original file.
        keras: The network as a `.keras` file of this lab, with its `.tflite` file beside it.
        parameters: Its number of weights.
        layers: Number of layers in the original file.
        scale: The scale of the pixels that it expects, in words.
        adaptation: What was put in front of it and behind it, in words; empty if nothing was.
        alternatives: Other scales that fit about as well, in words.
        is_softmax_added: Whether a softmax was added because it returned no probabilities.
        versions: Versions of the libraries that made the file of this lab.
    """

    sha256: str
    keras: Path
    parameters: int
    layers: int
    scale: str
    adaptation: str
    alternatives: tuple[str, ...]
    is_softmax_added: bool
    versions: dict[str, str]

    def answers(self) -> NDArray[np.float32]:
        """Return its probabilities on MNIST's test set, float32 (10000, 10)."""
        answers: NDArray[np.float32] = np.load(self.keras.with_name(_ANSWERS), allow_pickle=False)
        return answers

    def copy(self, path: Path) -> None:
        """Copy its files to a path that ends in `.keras`, and beside it."""
        shutil.copyfile(self.keras, path)
        shutil.copyfile(self.keras.with_suffix(SUFFIX), path.with_suffix(SUFFIX))


def imported_card(
    imported: ImportedModel,
    labels: NDArray[np.uint8],
    *,
    file: str,
    title: str,
    source: str,
    person: Person,
    choices: ImportChoices,
) -> ModelCard:
    """Return the card of an imported network; `labels` are those of the test set, uint8 (10000,)."""
    scores, now = Scores(labels, imported.answers()), time.time()
    shown = "".join(letter if letter.isprintable() else "?" for letter in file[-100:])
    command = f"python -m digitlab import {shlex.quote(shown)} --title {shlex.quote(title)}"
    return ModelCard(
        name=time.strftime(f"imported-%Y%m%d-%H%M%S-{uuid.uuid4().hex[:12]}", time.gmtime(now)),
        title=title,
        owner=person.id,
        owner_name=person.name,
        config=TrainingConfig(validation_split=0),
        command=command + "".join(_options(source, choices)),
        epochs=(),
        was_stopped=False,
        parameters=imported.parameters,
        test_loss=scores.loss,
        test_accuracy=scores.accuracy,
        seconds=0,
        data=Text("unknown: it was trained elsewhere"),
        versions=imported.versions,
        created=now,
        origin=Origin(
            file=shown,
            source=source,
            sha256=imported.sha256,
            layers=imported.layers,
            scale=imported.scale,
            adaptation=imported.adaptation,
            alternatives=imported.alternatives,
            is_softmax_added=imported.is_softmax_added,
        ),
    )


def _options(source: str, choices: ImportChoices) -> list[str]:
    """Return the options of the command line that repeat an import."""
    named = {"source": source, "scale": choices.scale}
    options = [f" --{name} {shlex.quote(value)}" for name, value in named.items() if value]
    return [*options, " --correct"] if choices.is_corrected else options


class ModelImporter:
    """Checks and converts networks, one at a time, and caches the results by content. Thread-safe.

    Example:
        >>> from digitlab.data import mnist
        >>> importer = ModelImporter(Settings(data=Path("data"), models=Path("models")), mnist.load)
        >>> importer.import_model(b"no network", "mine.keras")
        Traceback (most recent call last):
        digitlab.errors.ModelRejected: mine.keras was rejected. It is no .keras file.
    """

    def __init__(self, settings: Settings, digits: Callable[[], Mnist], limits: ResourceLimits | None = None) -> None:
        self._settings, self._digits, self._limits = settings, digits, limits or ResourceLimits()
        self._folder = Folder(settings.data / "foreign")
        self._lock = threading.Lock()

    def import_model(self, content: bytes, file: str, choices: ImportChoices | None = None) -> ImportedModel:
        """Import a `.keras` file.

        Args:
            content: The content of the file, untrusted.
            file: Its name, for messages.
            choices: What a person decided.

        Raises:
            ModelRejected: A check failed; the message gives the reason.
            LimitReached: Other files are being checked.
        """
        try:
            return self._import(keras_archive.parse(content), choices or ImportChoices())
        except ModelRejected as error:
            logs.log("network rejected", reason=str(error), level=logging.WARNING)
            shown = "".join(letter if letter.isprintable() else "?" for letter in file[-60:])
            raise ModelRejected(Text("{file} was rejected. {reason}", file=shown, reason=message_of(error))) from error

    def import_file(self, path: Path) -> ImportedModel:
        """Import a `.keras` file of this machine."""
        return self.import_model(keras_archive.read(path), path.name)

    def forget(self, sha256: str) -> None:
        """Delete the cached results of a file."""
        for path in self._folder.path.glob(f"{sha256}-*-{_RULES}"):
            Folder(path).remove()

    def _import(self, parts: keras_archive.ArchiveParts, choices: ImportChoices) -> ImportedModel:
        cached = self._folder.path / f"{parts.sha256}-{_key(choices)}-{_RULES}"
        if cached.is_dir():
            cached.touch()
            return _outcome(cached, parts.sha256)
        if not self._lock.acquire(timeout=_MAX_WAIT):
            raise LimitReached(Text("Other networks are being checked, one at a time. Try again in a minute."))
        try:
            if cached.is_dir():  # another thread had the same file
                return _outcome(cached, parts.sha256)
            with self._folder.temporary_folder() as folder:
                whole = folder / "whole"
                whole.mkdir()
                self._convert(parts, choices, whole)
                Folder(whole).publish(cached)
            self._delete_old()
        finally:
            self._lock.release()
        return _outcome(cached, parts.sha256)

    def _convert(self, parts: keras_archive.ArchiveParts, choices: ImportChoices, folder: Path) -> None:
        """Open the file in the sandbox, check its output, and delete everything else."""
        digits = self._digits()
        (folder / "config.json").write_text(json.dumps(parts.config), encoding="utf-8")
        (folder / "weights.h5").write_bytes(parts.weights)
        images, labels = digits.x_train[::_TRIAL_STEP], digits.y_train[::_TRIAL_STEP]
        np.savez(
            folder / "trial.npz",
            images=images,
            labels=labels,
            statistics=pixel_statistics(digits.x_train),
            test=digits.x_test,
            scale=choices.scale,
            is_corrected=choices.is_corrected,
        )
        self._run(folder)
        outcome = _read_outcome(folder)
        if isinstance(refusal := outcome.get("refusal"), str):
            raise ModelRejected(recognisable(refusal[:500]))
        keras_archive.parse(keras_archive.read(folder / _NETWORK))  # in case the file took over that process
        _check(folder, outcome, len(digits.x_test))
        for path in folder.iterdir():
            if path.name not in (_NETWORK, _ANSWERS, _OUTCOME, Path(_NETWORK).with_suffix(SUFFIX).name):
                Folder(path).remove() if path.is_dir() else path.unlink()

    def _run(self, folder: Path) -> None:
        limits = self._limits
        command = [sys.executable, "-P", "-m", "digitlab.worker.model_conversion", str(folder)]
        command += map(str, (keras_archive.MAX_WEIGHTS, limits.memory, limits.seconds, limits.cpu_seconds))
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=self._settings.sealed_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that its child processes can be ended, too
            )
            try:
                with suppress(ProcessLookupError):  # it has ended
                    sandbox.lower_priority(process.pid)
                code = process.wait(limits.seconds)
            except subprocess.TimeoutExpired:
                raise _too_slow(limits.seconds) from None
            finally:
                with suppress(ProcessLookupError):  # with its child processes
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGALRM):
            raise _too_slow(limits.cpu_seconds if code == -signal.SIGXCPU else limits.seconds)
        if code:
            log_end = (folder / "log.txt").read_bytes()[-2000:].decode(errors="replace")
            logs.log("sandbox crashed", code=code, output=log_end, level=logging.WARNING)
            raise ModelRejected(
                Text(
                    "The process that opened it ended unexpectedly, probably because it needed more than "
                    "{allowed:.0f} GB of memory. Choose a smaller network.",
                    allowed=limits.memory / 2**30,
                )
            )

    def _delete_old(self) -> None:
        results = sorted(self._folder.path.glob(f"*-{_RULES}"), key=lambda path: path.stat().st_mtime)
        for path in results[:-_MAX_CACHED]:
            Folder(path).remove()
        self._folder.remove_leftovers()


def _too_slow(seconds: int) -> ModelRejected:
    return ModelRejected(
        Text(
            "Opening it and reading some 30,000 digits took longer than {seconds} s. Choose a smaller network.",
            seconds=seconds,
        )
    )


def _read_outcome(folder: Path) -> dict[str, Any]:
    try:
        outcome = json.loads((folder / _OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRejected(Text("The process that opened it returned no result. Try again.")) from error
    return outcome if isinstance(outcome, dict) else {}


def _check(folder: Path, outcome: dict[str, Any], digits: int) -> None:
    """Check the output of the sandbox: it may come from an attacker."""
    try:
        answers = np.load(folder / _ANSWERS, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ModelRejected(Text("The process that opened it returned no probabilities. Try again.")) from error
    try:
        facts = {name: outcome[name] for name in _FACTS}
        check_build(facts)
        check_origin(facts | {"file": "", "source": "", "sha256": "0" * 64})  # these are known elsewhere
    except (TypeError, ValueError, KeyError) as error:
        raise ModelRejected(Text("The process that opened it returned no result. Try again.")) from error
    if answers.shape != (digits, 10) or answers.dtype != np.float32 or not np.isfinite(answers).all():
        raise ModelRejected(Text("It does not return ten probabilities for each digit. Train it again."))


def _outcome(folder: Path, sha256: str) -> ImportedModel:
    outcome = _read_outcome(folder)
    outcome["alternatives"] = tuple(outcome["alternatives"])
    return ImportedModel(sha256, folder / _NETWORK, **{name: outcome[name] for name in _FACTS})


def _key(choices: ImportChoices) -> str:
    """Return a short text that differs between choices, for the name of a folder."""
    places = [scale.title for scale in SCALES].index(choices.scale) if choices.scale else "any"
    return f"{places}{'-corrected' if choices.is_corrected else ''}"
