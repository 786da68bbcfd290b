"""What a worker does with a run: train, score, save and record it."""

import gc
import logging
import math
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from digitlab import logs
from digitlab.data import mnist, mnist_source
from digitlab.errors import DatabaseUnavailable, DigitLabError, Diverged, StorageError
from digitlab.networks.config import TrainingConfig
from digitlab.networks.digit_sets import TEST
from digitlab.networks.evaluation import evaluate
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.observation import Observation
from digitlab.networks.paired_comparison import Comparison
from digitlab.networks.scores import Scores
from digitlab.networks.snapshots import Snapshot
from digitlab.networks.training_command import as_command
from digitlab.preprocessing.version import VERSION
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.cleanup import checkpoint_of, clean_up
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.snapshot_store import SnapshotStore
from digitlab.runs.records.improvement import forgot
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import CommandLineOptions, Failure, Outcome, Run, RunState
from digitlab.runs.services.evaluation_service import save_answers, saved_answers
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.translation import Text
from digitlab.worker import checkpoints, fine_tuning_run, training
from digitlab.worker.export import export, versions
from digitlab.worker.heartbeat import Heartbeat, retry_while_unavailable
from digitlab.worker.observer import Observe

_SAMPLES = 64  # test digits on which an exported file must agree with Keras
_UNEXPECTED = Outcome(
    state=RunState.FAILED, message=Text("An unexpected error ended the run. The log has the details.")
)

_is_leaving = threading.Event()  # this process ends soon
_running: set[int] = set()  # numbers of the runs of this process
_changed = threading.Condition()  # of the running ones


def warm_up(settings: Settings) -> None:
    """Load the data, and compile the tutorial's network, so that its first training starts at once.

    All that is loaded is left out of garbage collections: each export to LiteRT makes a full one, of 0.1 to 0.2 s.
    """
    digits = mnist_source.load(settings.data)
    config = TrainingConfig(epochs=1)
    training.train(config, digits.x_train, digits.y_train, wanted=lambda: False, observe=lambda *_: None)
    gc.freeze()


def run_next(settings: Settings) -> None:
    """Train the run that is first in the queue to its end; do nothing if the queue is empty."""
    worker = new_worker_name()
    store = retry_while_unavailable(lambda: Store(settings.database_url, may_create=False))
    number = None if _is_leaving.is_set() else retry_while_unavailable(lambda: store.claim_next(worker))
    store.close()
    if number is not None:
        run_to_end(settings, number, worker)


def leave(patience: float) -> None:
    """Queue the runs of this process again, as it ends soon; wait at most `patience` seconds for it."""
    _is_leaving.set()
    with _changed:
        _changed.wait_for(lambda: not _running, patience)


def is_training() -> bool:
    """Whether this process carries out a run."""
    return bool(_running)


def run_to_end(settings: Settings, number: int, worker: str, options: CommandLineOptions | None = None) -> None:
    """Train a run that `worker` has claimed to its end, and record how it ended."""
    with registered(number):  # until its end is recorded
        _run_and_record(settings, number, worker, options or CommandLineOptions())


def _run_and_record(settings: Settings, number: int, worker: str, options: CommandLineOptions) -> None:
    store = retry_while_unavailable(lambda: Store(settings.database_url, may_create=False))
    outcome: Outcome | None = _UNEXPECTED
    run: Run | None = None
    try:
        run = retry_while_unavailable(lambda: store.run(number))
        logs.log("run claimed", run=number, person=run.owner, worker=worker, attempt=run.attempt)
        with Heartbeat(store, number, worker, run.wanted_rate) as heartbeat:
            outcome = _execute(settings, store, run, heartbeat, options)
    except DatabaseUnavailable:
        outcome = None  # it cannot be recorded; a dispatcher finds that the heartbeat stopped, and queues the run again
        raise
    except StorageError as error:
        outcome = Outcome(state=RunState.INTERRUPTED, message=str(error))  # it can be resumed from its last checkpoint
    except DigitLabError as error:
        failure = Failure.DIVERGED if isinstance(error, Diverged) else None
        outcome = Outcome(state=RunState.FAILED, message=str(error), failure=failure)
        if failure is Failure.DIVERGED and run:
            with suppress(StorageError):
                checkpoint_of(settings, run).delete()  # it cannot be resumed
    except KeyboardInterrupt:
        outcome = Outcome(state=RunState.INTERRUPTED, message=Text("It was interrupted from the keyboard."))
        raise
    finally:
        if outcome is not None:
            _record(store, number, worker, outcome)
            _log(number, run, outcome)
        store.close()


def _record(store: Store, number: int, worker: str, outcome: Outcome) -> None:
    if outcome.state is RunState.QUEUED:
        retry_while_unavailable(lambda: store.release(number, worker))
    else:
        retry_while_unavailable(lambda: store.end(number, worker, outcome))


def _log(number: int, run: Run | None, outcome: Outcome) -> None:
    """Log how a run ended; called while an unexpected error is being handled."""
    event = "run released" if outcome.state is RunState.QUEUED else f"run {outcome.state}"
    logs.log(
        event,
        run=number,
        person=run.owner if run else None,
        seconds=round(time.time() - run.started, 1) if run and run.started else None,
        network=outcome.model,
        reason=outcome.message or None,
        error=sys.exception() if outcome is _UNEXPECTED else None,
        level=logging.WARNING if outcome.state in (RunState.FAILED, RunState.INTERRUPTED) else logging.INFO,
    )


def _execute(settings: Settings, store: Store, run: Run, heartbeat: Heartbeat, options: CommandLineOptions) -> Outcome:
    """Train, score and save. The outcome is "queued" for a run that goes back to the queue."""
    ending: list[RunState] = []

    def is_pause() -> bool:
        now = retry_while_unavailable(lambda: store.run(run.number))
        if now.is_pause_wanted:
            ending.append(RunState.PAUSED)
        elif not retry_while_unavailable(lambda: store.is_trained_by(run.number, heartbeat.worker)):
            ending.append(RunState.QUEUED)  # it was taken for lost, and queued again
        elif options.interruption():
            ending.append(RunState.INTERRUPTED)
        elif _is_leaving.is_set() and not now.is_stop_wanted:
            ending.append(RunState.QUEUED)
        return bool(ending)

    reconcile(settings, store, run, heartbeat)
    trained = _train(settings, store, run, heartbeat, options, is_pause)
    clean_up(settings, retry_while_unavailable(store.runs_to_keep))
    if trained.checkpoint_error and ending and ending[0] is not RunState.QUEUED:
        raise trained.checkpoint_error
    run = replace(run, config=replace(run.config, learning_rate_changes=trained.learning_rate_changes))
    if ending:
        is_interrupted = ending[0] is RunState.INTERRUPTED
        return Outcome(state=ending[0], message=options.interruption() if is_interrupted else "")
    if run.search is not None:  # a trial is judged by its validation digits alone, and leaves no file
        with suppress(StorageError):
            checkpoint_of(settings, run).delete()
        return Outcome(state=RunState.STOPPED if trained.was_stopped else RunState.FINISHED)
    digits = mnist_source.load(settings.data)
    found: list[Scores] = []

    def export_and_score(path: Path) -> ModelCard:
        export(trained.model, path, digits.x_test[:_SAMPLES])
        found.append(evaluate(path, digits.x_test, digits.y_test, settings.threads))
        is_pending = base is not None and forgot(Comparison(_scores(settings, base, digits), found[0]))
        return replace(card, test_loss=found[0].loss, test_accuracy=found[0].accuracy, is_pending=is_pending)

    base = _base(settings, run)
    card = _card(run, trained, options, base)
    ModelFiles(settings).save(card, export_and_score)
    (scores,) = found
    save_answers(settings, card, TEST, scores)
    state = RunState.STOPPED if trained.was_stopped else RunState.FINISHED
    return Outcome(state=state, model=card.name, test_loss=scores.loss, test_accuracy=scores.accuracy)


def reconcile(settings: Settings, store: Store, run: Run, heartbeat: Heartbeat) -> None:
    """Make the record agree with the checkpoint, which may be newer or missing."""
    recorded = {epoch.epoch for epoch in retry_while_unavailable(lambda: store.epochs.all(run.number))}
    start = checkpoints.read(checkpoint_of(settings, run))
    if start is None:
        with suppress(StorageError):
            SnapshotStore(settings, run).clear()
    if start is None and recorded:
        retry_while_unavailable(lambda: store.epochs.discard(run.number, heartbeat.worker))
    for epoch in start.epochs if start else ():
        if epoch.epoch not in recorded:  # its process ended while the database was unavailable
            heartbeat.record(epoch)


@contextmanager
def registered(number: int) -> Iterator[None]:
    """Count a run as running in this process."""
    with _changed:
        _running.add(number)
    try:
        yield
    finally:
        with _changed:
            _running.discard(number)
            _changed.notify_all()


def _train(
    settings: Settings,
    store: Store,
    run: Run,
    heartbeat: Heartbeat,
    options: CommandLineOptions,
    is_pause: Callable[[], bool],
) -> training.Trained:
    def report(event: EpochMetrics | Progress) -> None:
        heartbeat.record(event)
        options.report(event)

    def wanted() -> bool:
        is_wanted_here = options.is_still_wanted() and not options.interruption()
        return heartbeat.is_wanted() and is_wanted_here and not _is_leaving.is_set()

    digits = mnist_source.load(settings.data)
    if run.config.tuning:
        drawings = retry_while_unavailable(lambda: store.drawings.for_person(Person(id=run.owner), with_pictures=False))
        trained = fine_tuning_run.fine_tune_run(
            ModelFiles(settings), run.config, drawings, digits, report=report, wanted=wanted
        )
        if trained.was_stopped:
            is_pause()
        return trained
    return training.train(
        run.config,
        digits.x_train,
        digits.y_train,
        report=report,
        wanted=wanted,
        is_pause=is_pause,
        take_rate=heartbeat.take_rate,
        report_changes=heartbeat.record_changes,
        checkpoint=checkpoint_of(settings, run),
        observe=observer(settings, run, heartbeat) if run.search is None else None,
    )


def observer(settings: Settings, run: Run, heartbeat: Heartbeat) -> Observe:
    """Return what records the observations of a run's network, and stores its snapshots."""
    snapshots = SnapshotStore(settings, run)

    def observe(seen: Observation, snapshot: Snapshot | None) -> None:
        heartbeat.record(seen)
        if snapshot is not None:
            with suppress(StorageError):  # no reason to end the training
                snapshots.add(snapshot)

    return observe


def _base(settings: Settings, run: Run) -> ModelCard | None:
    """Return the card of the network that was fine-tuned; None if there was none, or it is gone."""
    if run.config.tuning is not None:
        with suppress(DigitLabError):  # deleted meanwhile
            return ModelFiles(settings).card(run.config.tuning.base)
    return None


def _scores(settings: Settings, card: ModelCard, digits: mnist.Mnist) -> Scores:
    """Return a network's answers on MNIST's test set, which are cached if anybody asked for them before."""
    cached = saved_answers(settings, card, TEST)
    if cached is not None:
        return Scores(digits.y_test, cached)
    scores = evaluate(ModelFiles(settings).keras_file(card.name), digits.x_test, digits.y_test, settings.threads)
    save_answers(settings, card, TEST, scores)
    return scores


def _card(run: Run, trained: training.Trained, options: CommandLineOptions, base: ModelCard | None) -> ModelCard:
    """Return the card of a network that is not scored yet."""
    name = options.name
    command = as_command(run.config)
    if name:
        command += f" --name {name} --title {shlex.quote(run.title)}" + " --ready-made" * options.is_ready_made
    return ModelCard(
        name=name or time.strftime(f"{run.config.network_name}-%Y%m%d-%H%M%S-{run.number}", time.gmtime()),
        title=run.title,
        is_ready_made=options.is_ready_made,
        owner=run.owner,
        owner_name=run.owner_name,
        config=run.config,
        command=command,
        epochs=tuple(trained.epochs),
        was_stopped=trained.was_stopped,
        parameters=trained.model.count_params(),
        test_loss=math.nan,
        test_accuracy=math.nan,
        seconds=trained.seconds,
        data=Text("MNIST, content SHA-256 {sha256}", sha256=mnist.SHA256),
        versions=versions(),
        created=time.time(),
        calibration=trained.calibration,
        origin=base.origin if base else None,
        replanned_after=trained.replanned_after,
        preprocessing=VERSION if base is None or base.is_imported else base.preprocessing,
    )
