"""What a worker process does: train, score, save and record a run."""

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
from digitlab.networks.config import TrainingConfig, as_command
from digitlab.networks.digit_sets import TEST
from digitlab.networks.evaluation import evaluate
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.observation import Observation
from digitlab.networks.scores import Scores
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.cleanup import checkpoint_of, clean_up
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.snapshot_store import SnapshotStore
from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import CommandLineOptions, Outcome, Run, RunState
from digitlab.runs.services.evaluations import save_answers
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.worker import checkpoints, fine_tuning_run, training
from digitlab.worker.export import export, versions
from digitlab.worker.heartbeat import Heartbeat, retry_while_unavailable

_SAMPLES = 64  # test digits on which an exported file must agree with Keras
_UNFORESEEN = "An error that nobody foresaw ended the run; the log has it."

_leaving = threading.Event()  # this process ends soon
_under_way: set[int] = set()  # runs that are carried out here
_changed = threading.Condition()  # of what is under way


def warm_up(settings: Settings) -> None:
    """Load the data, and have the tutorial's network compiled: its first training begins at once."""
    digits = mnist_source.load(settings.data)
    config = TrainingConfig(epochs=1)
    training.train(config, digits.x_train, digits.y_train, wanted=lambda: False, observe=lambda *_: None)


def run_next(settings: Settings) -> None:
    """Carry out the waiting run whose turn it is, to its end; nothing if none waits."""
    worker = new_worker_name()
    store = retry_while_unavailable(lambda: Store(settings.database_url))
    number = None if _leaving.is_set() else retry_while_unavailable(lambda: store.claim_next(worker))
    store.close()
    if number is not None:
        run_to_end(settings, number, worker)


def leave(patience: float) -> None:
    """Let the runs of this process wait again, as it ends soon; return when they do, or after so many seconds."""
    _leaving.set()
    with _changed:
        _changed.wait_for(lambda: not _under_way, patience)


def run_to_end(settings: Settings, number: int, worker: str, attended: CommandLineOptions | None = None) -> None:
    """Carry out a run that `worker` claimed to its end, whatever that is; the store tells how it went."""
    with _counted(number):  # until its end is recorded
        _perform(settings, number, worker, attended or CommandLineOptions())


def _perform(settings: Settings, number: int, worker: str, attended: CommandLineOptions) -> None:
    store = retry_while_unavailable(lambda: Store(settings.database_url))
    outcome: Outcome | None = Outcome(state=RunState.FAILED, message=_UNFORESEEN)
    run: Run | None = None
    try:
        run = retry_while_unavailable(lambda: store.run(number))
        logs.log("run claimed", run=number, person=run.owner, worker=worker, attempt=run.attempt)
        with Heartbeat(store, number, worker) as pulse:
            outcome = _carry_out(settings, store, run, pulse, attended)
    except DatabaseUnavailable:
        outcome = None  # nobody can be told; whoever finds the run silent lets it go on
        raise
    except StorageError as error:
        outcome = Outcome(state=RunState.INTERRUPTED, message=str(error))  # its last checkpoint is there to go on from
    except DigitLabError as error:
        outcome = Outcome(state=RunState.FAILED, message=str(error))
        if isinstance(error, Diverged) and run:
            with suppress(StorageError):
                checkpoint_of(settings, run).delete()  # nothing can go on from there
    except KeyboardInterrupt:
        outcome = Outcome(state=RunState.INTERRUPTED, message="It was broken off by hand.")
        raise
    finally:
        if outcome is not None:
            _record(store, number, worker, outcome)
            _tell(number, run, outcome)
        store.close()


def _record(store: Store, number: int, worker: str, outcome: Outcome) -> None:
    if outcome.state is RunState.QUEUED:
        retry_while_unavailable(lambda: store.release(number, worker))
    else:
        retry_while_unavailable(lambda: store.end(number, worker, outcome))


def _tell(number: int, run: Run | None, outcome: Outcome) -> None:
    """Log how a run ended; to be called where an error may be on its way up."""
    event = "run released" if outcome.state is RunState.QUEUED else f"run {outcome.state}"
    logs.log(
        event,
        run=number,
        person=run.owner if run else None,
        seconds=round(time.time() - run.started, 1) if run and run.started else None,
        network=outcome.model,
        reason=outcome.message or None,
        error=sys.exception() if outcome.message == _UNFORESEEN else None,
        level=logging.WARNING if outcome.state in (RunState.FAILED, RunState.INTERRUPTED) else logging.INFO,
    )


def _carry_out(settings: Settings, store: Store, run: Run, pulse: Heartbeat, attended: CommandLineOptions) -> Outcome:
    """Train, score and save. A run that is to wait again comes back as queued."""
    ending: list[RunState] = []

    def is_pause() -> bool:
        now = retry_while_unavailable(lambda: store.run(run.number))
        if now.is_pause_wanted:
            ending.append(RunState.PAUSED)
        elif not retry_while_unavailable(lambda: store.is_trained_by(run.number, pulse.worker)):
            ending.append(RunState.QUEUED)  # somebody took it for lost, and another worker has it, or will
        elif _leaving.is_set() and not now.is_stop_wanted:
            ending.append(RunState.QUEUED)
        return bool(ending)

    _agree(settings, store, run, pulse)
    trained = _train(settings, store, run, pulse, attended, is_pause)
    clean_up(settings, retry_while_unavailable(store.runs_to_keep))
    if trained.checkpoint_error and RunState.PAUSED in ending:
        raise trained.checkpoint_error
    if ending:
        return Outcome(state=ending[0])
    digits = mnist_source.load(settings.data)
    found: list[Scores] = []

    def export_and_score(path: Path) -> ModelCard:
        export(trained.model, path, digits.x_test[:_SAMPLES])
        found.append(evaluate(path, digits.x_test, digits.y_test, settings.threads))
        return replace(card, test_loss=found[0].loss, test_accuracy=found[0].accuracy)

    card = _card(run, trained, attended, _origin(settings, run))
    ModelFiles(settings).save(card, export_and_score)
    (scores,) = found
    save_answers(settings, card, TEST, scores)
    state = RunState.STOPPED if trained.was_stopped else RunState.FINISHED
    return Outcome(state=state, model=card.name, test_loss=scores.loss, test_accuracy=scores.accuracy)


def _agree(settings: Settings, store: Store, run: Run, pulse: Heartbeat) -> None:
    """Have record and checkpoint tell the same, whatever happened between the writing of one and of the other."""
    recorded = {epoch.epoch for epoch in retry_while_unavailable(lambda: store.epochs(run.number))}
    start = checkpoints.read(checkpoint_of(settings, run))
    if start is None:
        with suppress(StorageError):
            SnapshotStore(settings, run).clear()
    if start is None and recorded:
        retry_while_unavailable(lambda: store.discard_epochs(run.number, pulse.worker))
    for epoch in start.epochs if start else ():
        if epoch.epoch not in recorded:  # its process ended while the record was out of reach
            pulse.record(epoch)


@contextmanager
def _counted(number: int) -> Iterator[None]:
    """Know a run as one that is carried out here."""
    with _changed:
        _under_way.add(number)
    try:
        yield
    finally:
        with _changed:
            _under_way.discard(number)
            _changed.notify_all()


def _train(
    settings: Settings,
    store: Store,
    run: Run,
    pulse: Heartbeat,
    attended: CommandLineOptions,
    is_pause: Callable[[], bool],
) -> training.Trained:
    def tell(event: EpochMetrics | Progress) -> None:
        pulse.record(event)
        attended.report(event)

    def wanted() -> bool:
        return pulse.is_wanted() and attended.is_still_wanted() and not _leaving.is_set()

    snapshots = SnapshotStore(settings, run)

    def observe(seen: Observation, snapshot: Snapshot | None) -> None:
        pulse.record(seen)
        if snapshot is not None:
            with suppress(StorageError):  # no reason to lose what is learned
                snapshots.add(snapshot)

    digits = mnist_source.load(settings.data)
    if run.config.tuning:
        drawings = retry_while_unavailable(lambda: store.drawings.for_person(Person(id=run.owner), with_pictures=False))
        trained = fine_tuning_run.fine_tune_run(
            ModelFiles(settings), run.config, drawings, digits, report=tell, wanted=wanted
        )
        if trained.was_stopped:
            is_pause()
        return trained
    return training.train(
        run.config,
        digits.x_train,
        digits.y_train,
        report=tell,
        wanted=wanted,
        is_pause=is_pause,
        checkpoint=checkpoint_of(settings, run),
        observe=observe,
    )


def _origin(settings: Settings, run: Run) -> Origin | None:
    """Where a network came from that was improved: what is not known of it stays unknown."""
    if run.config.tuning is not None:
        with suppress(DigitLabError):  # it was deleted meanwhile
            return ModelFiles(settings).card(run.config.tuning.base).origin
    return None


def _card(run: Run, trained: training.Trained, attended: CommandLineOptions, origin: Origin | None) -> ModelCard:
    """Return what is known of a network before it is scored."""
    name = attended.name
    command = as_command(run.config)
    if name:
        command += f" --name {name} --title {shlex.quote(run.title)}" + " --ready-made" * attended.is_ready_made
    return ModelCard(
        name=name or time.strftime(f"{run.config.preset}-%Y%m%d-%H%M%S-{run.number}", time.gmtime()),
        title=run.title,
        is_ready_made=attended.is_ready_made,
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
        data=f"MNIST, content SHA-256 {mnist.SHA256}",
        versions=versions(),
        created=time.time(),
        calibration=trained.calibration,
        origin=origin,
        replanned_after=trained.replanned_after,
    )
