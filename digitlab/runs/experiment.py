"""The nouns of what happened: a run and its states."""

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress

SILENT_AFTER = 15.0  # seconds without a sign of life; a run gives one every quarter of a second


class RunState(enum.StrEnum):
    """Where a run stands.

    queued -> running -> finished | paused | stopped | failed | interrupted. A queued run can be paused or stopped at
    once. "paused" and "stopped" were wished, "failed" has a reason in the training, "interrupted" lost its process. All
    but the failed can be queued again, and go on where they were.
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
        config: Its settings.
        state: Where it stands.
        is_stop_wanted: Whether somebody pressed Stop or Pause.
        is_pause_wanted: Whether it was Pause.
        attempt: How often it was queued before.
        message: One sentence on why it failed or was interrupted; else empty.
        created, started, ended: Seconds since 1970 (UTC); None as long as it has not happened.
        heartbeat: When its process last gave a sign of life, likewise.
        progress: Where it is within an epoch, or in what comes before the first; None as long as it has not begun.
        model: Name of the saved network; None before there is one.
        test_loss, test_accuracy: Its score on MNIST's test set; None before there is one.
    """

    number: int
    title: str
    config: TrainingConfig
    state: RunState
    is_stop_wanted: bool = False
    is_pause_wanted: bool = False
    attempt: int = 0
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

    def is_silent(self) -> bool:
        """Whether it is said to run, but has given no sign of life for `SILENT_AFTER` seconds."""
        return self.state is RunState.RUNNING and time.time() - (self.heartbeat or 0) > SILENT_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: the last part of a `Run`, with the same names."""

    state: RunState
    message: str = ""
    model: str | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None


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
