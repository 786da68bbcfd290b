"""What a worker process does: train, score, save and record a run. Imports Keras: for worker processes only."""

import os
import shlex
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from digitlab.digits import mnist
from digitlab.errors import DigitLabError, Diverged, StoreUnavailable
from digitlab.networks import checkpoints, evaluation, mnist_source, training
from digitlab.networks.config import TrainingConfig, as_command
from digitlab.networks.export import export, versions
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.networks.scores import Scores
from digitlab.runs.experiment import Outcome, Run, RunState
from digitlab.runs.modelfiles import ModelCard, ModelFiles
from digitlab.runs.store import Store
from digitlab.settings import Settings

_T = TypeVar("_T")
_BEAT = 0.25  # seconds between two signs of life; a wish to stop is heard within as much
_PATIENCE = 60.0  # seconds that a database may be away at the end of a run
_CHECKPOINTS = 50  # that are kept, of all runs; the largest preset's takes 4 MB
_HALF_WRITTEN = 3600.0  # seconds
_SAMPLES = 64  # test digits on which an exported file must agree with Keras


def new_worker() -> str:
    """Return a name for one execution of a run, which no other has."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def warm_up(settings: Settings) -> None:
    """Load the data, and have the tutorial's network compiled: its first training begins at once."""
    digits = mnist_source.load(settings.data)
    config = TrainingConfig(epochs=1)
    training.train(config, digits.x_train, digits.y_train, wanted=lambda: False)


def perform(
    settings: Settings,
    number: int,
    worker: str = "",
    *,
    name: str = "",
    is_ready_made: bool = False,
    report: Report = lambda _: None,
    is_still_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Carry out a run to its end, whatever that is; the store tells how it went.

    Args:
        settings: Where data, networks and runs are.
        number: The run.
        worker: Who claimed it already; if empty it is claimed now, and left alone if it is not waiting any more: Dask
            repeats a task whose process died.
        name: File name of the network without an ending; a new one if empty.
        is_ready_made: Whether to mark the network as shipped with DigitLab.
        report: Is told what the store is told, too.
        is_still_wanted: Is asked after every batch, besides the store's wish, which is heard within `_BEAT`.
    """
    store = Store(settings.database_url)
    if not worker:
        worker = new_worker()
        if not store.claim(number, worker):
            store.close()
            return
    outcome = Outcome(state=RunState.FAILED, message="An error that nobody foresaw ended the run; the log has it.")
    try:
        run = store.run(number)
        with _Pulse(store, number, worker) as pulse:
            trained = _train(settings, run, pulse, report, is_still_wanted)
            if trained.was_stopped and _insist(lambda: store.run(number)).is_pause_wanted:
                outcome = Outcome(state=RunState.PAUSED)
                return
            digits = mnist_source.load(settings.data)
            scores = evaluation.evaluate(trained.model, digits.x_test, digits.y_test)
            card = _card(run, trained, scores, name, is_ready_made)
            images = digits.x_test[:_SAMPLES]
            ModelFiles(settings.models).save(card, lambda path: export(trained.model, path, images))
        state = RunState.STOPPED if trained.was_stopped else RunState.FINISHED
        outcome = Outcome(state=state, model=card.name, test_loss=scores.loss, test_accuracy=scores.accuracy)
    except DigitLabError as error:
        outcome = Outcome(state=RunState.FAILED, message=str(error))
        if isinstance(error, Diverged):
            checkpoint_of(settings, number).unlink(missing_ok=True)  # nothing can go on from there
    except KeyboardInterrupt:
        outcome = Outcome(state=RunState.INTERRUPTED, message="It was broken off by hand.")
        raise
    finally:
        _insist(lambda: store.end(number, worker, outcome))
        store.close()


def score(settings: Settings, path: Path) -> Scores:
    """Let a saved network, a `.keras` file, read MNIST's test set."""
    model = evaluation.load(path)
    digits = mnist_source.load(settings.data)
    return evaluation.evaluate(model, digits.x_test, digits.y_test)


def checkpoint_of(settings: Settings, number: int) -> Path:
    """Return the file from which a run goes on."""
    return settings.data / "checkpoints" / f"run-{number}{checkpoints.SUFFIX}"


def _tidy(folder: Path) -> None:
    """Keep the newest checkpoints, and what a crash left half written no longer than anybody could be writing it."""
    with suppress(FileNotFoundError):  # another worker tidies, or has just finished writing
        _remove_old(folder)


def _remove_old(folder: Path) -> None:
    files = sorted(folder.glob(f"run-*{checkpoints.SUFFIX}"), key=lambda file: file.stat().st_mtime)
    old = [file for file in folder.glob("run-*.part") if time.time() - file.stat().st_mtime > _HALF_WRITTEN]
    for file in [*files[:-_CHECKPOINTS], *old]:
        file.unlink(missing_ok=True)


def _train(
    settings: Settings, run: Run, pulse: "_Pulse", report: Report, is_still_wanted: Callable[[], bool]
) -> training.Trained:
    def tell(event: EpochMetrics | Progress) -> None:
        pulse.record(event)
        report(event)

    def wanted() -> bool:
        return pulse.is_wanted() and is_still_wanted()

    digits = mnist_source.load(settings.data)
    checkpoint = checkpoint_of(settings, run.number)
    trained = training.train(
        run.config, digits.x_train, digits.y_train, report=tell, wanted=wanted, checkpoint=checkpoint
    )
    _tidy(checkpoint.parent)
    return trained


def _card(run: Run, trained: training.Trained, scores: Scores, name: str, is_ready_made: bool) -> ModelCard:
    command = as_command(run.config)
    if name:
        command += f" --name {name} --title {shlex.quote(run.title)}" + " --ready-made" * is_ready_made
    return ModelCard(
        name=name or time.strftime(f"{run.config.preset}-%Y%m%d-%H%M%S-{run.number}", time.gmtime()),
        title=run.title,
        is_ready_made=is_ready_made,
        config=run.config,
        command=command,
        epochs=tuple(trained.epochs),
        was_stopped=trained.was_stopped,
        parameters=trained.model.count_params(),
        test_loss=scores.loss,
        test_accuracy=scores.accuracy,
        seconds=trained.seconds,
        data=f"MNIST, content SHA-256 {mnist.SHA256}",
        versions=versions(),
        created=time.time(),
        certainty=trained.certainty,
    )


def _insist(ask: Callable[[], _T]) -> _T:
    """Ask the store, again and again while it is away: a trained network must not be lost to its record."""
    for _ in range(int(_PATIENCE / _BEAT)):
        try:
            return ask()
        except StoreUnavailable:
            time.sleep(_BEAT)
    return ask()


class _Pulse(threading.Thread):
    """Keeps the store informed of a run, and hears whether it is wanted, in a thread of its own: no batch waits for it.

    While the store is away the training goes on; what was to be written is written when it is back.
    """

    def __init__(self, store: Store, number: int, worker: str) -> None:
        super().__init__(name=f"pulse of run {number}", daemon=True)
        self._progress: Progress | None = None
        self._epochs: deque[EpochMetrics] = deque()
        self._store, self._number, self._worker = store, number, worker
        self._is_unwanted, self._is_over, self._has_news = threading.Event(), threading.Event(), threading.Event()

    def record(self, event: EpochMetrics | Progress) -> None:
        if isinstance(event, Progress):
            self._progress = event
        else:
            self._epochs.append(event)
            self._has_news.set()  # people wait for a point of the curve

    def is_wanted(self) -> bool:
        return not self._is_unwanted.is_set()

    def run(self) -> None:
        while not self._is_over.is_set():
            self._has_news.wait(_BEAT)
            self._has_news.clear()
            with suppress(StoreUnavailable):  # the next beat may get through
                self._beat()

    def _beat(self) -> None:
        while self._epochs:
            self._store.add_epoch(self._number, self._epochs[0])
            self._epochs.popleft()
        if not self._store.beat(self._number, self._worker, self._progress):
            self._is_unwanted.set()

    def __enter__(self) -> "_Pulse":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._has_news.set()
        self.join()
        _insist(self._beat)
