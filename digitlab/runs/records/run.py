"""The nouns of what happened: a run and its states."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report

MAX_RECOVERIES = 3  # in a row without a finished epoch: what ends its process each time is not tried for ever


class RunState(enum.StrEnum):
    """Where a run stands.

    queued -> running -> finished | paused | stopped | failed | interrupted. A queued run can be paused or stopped at
    once. "paused" and "stopped" were wished, "failed" has a reason in the training. A run that lost its process is
    queued again by itself; it is "interrupted" if that did not help, or if what it needs is missing. All but the failed
    can be queued again, and go on where they were.
    """

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    def is_over(self) -> bool:
        """Whether nothing more will happen to the run by itself."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training, as the store knows it.

    Attributes:
        number: 1 for the first run of this database.
        title: What people call it, and the network that comes of it.
        is_named: Whether a person gave it that title.
        owner: Id of the person who started it; empty for the command line.
        owner_name: Their name then; may be empty.
        config: Its settings.
        state: Where it stands.
        is_stop_wanted: Whether somebody pressed Stop or Pause.
        is_pause_wanted: Whether it was Pause.
        is_attended: Whether somebody waits for it at a command line; then it does not go on by itself.
        attempt: How often it was queued before.
        recoveries: How often it was queued again by itself since its last finished epoch.
        message: One sentence on why it failed or was interrupted; else empty.
        created, started, ended: Seconds since 1970 (UTC); None as long as it has not happened.
        heartbeat: When its process last gave a sign of life, likewise.
        progress: Where it is within an epoch, or in what comes before the first; None as long as it has not begun.
        model: Name of the saved network; None before there is one.
        test_loss, test_accuracy: Its score on MNIST's test set; None before there is one.
    """

    number: int
    title: str
    is_named: bool = False
    owner: str = ""
    owner_name: str = ""
    config: TrainingConfig
    state: RunState
    is_stop_wanted: bool = False
    is_pause_wanted: bool = False
    is_attended: bool = False
    attempt: int = 0
    recoveries: int = 0
    message: str = ""
    created: float
    started: float | None = None
    ended: float | None = None
    heartbeat: float | None = None
    progress: Progress | None = None
    model: str | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None

    @property
    def share_done(self) -> float:
        """How much of the planned batches is done, 0 to 1."""
        if self.progress is None or self.progress.epoch == 0:
            return 0.0
        done = (self.progress.epoch - 1) + self.progress.batch / self.progress.batches
        return min(done / self.config.epochs, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHeartbeat:
    """The last sign of life of a running run.

    Attributes:
        number: Of the run.
        attempt: Its attempt.
        worker: Who trains it, as `claim_next` was told.
        heartbeat: When it came by the worker's clock, seconds since 1970.
    """

    number: int
    attempt: int
    worker: str
    heartbeat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: the last part of a `Run`, with the same names."""

    state: RunState
    message: str = ""
    model: str | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLineOptions:
    """What somebody at a command line asks of a run, besides its settings.

    Attributes:
        name: File name of the network without an ending; a new one if empty.
        is_ready_made: Whether to mark the network as shipped with DigitLab.
        report: Is told what the store is told, too.
        is_still_wanted: Is asked after every block, besides the store's wish, which is heard within a quarter second.
    """

    name: str = ""
    is_ready_made: bool = False
    report: Report = lambda _: None
    is_still_wanted: Callable[[], bool] = lambda: True


def seconds_left(run: Run, epochs: Sequence[EpochMetrics], now: float) -> float | None:
    """Estimate a running run's remaining seconds from its last epochs; None before there is anything to go by.

    The first epoch includes the building of the network, so it counts only as long as it is the only one. Digits that
    are written before it take a time of their own, after which the first epoch has to be waited for.
    """
    if run.progress is None or run.started is None or (run.config.written_digits and not epochs):
        return None
    left = run.config.epochs * (1 - run.share_done)
    if not epochs:
        done = run.share_done * run.config.epochs
        return left * (now - run.started) / done if done >= 0.05 else None
    recent = epochs[1:][-3:] or epochs
    return left * sum(epoch.seconds for epoch in recent) / len(recent)
