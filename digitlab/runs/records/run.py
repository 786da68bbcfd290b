"""A training run and its states."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digitlab.errors import RunNotFound
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.runs.records.numbers import may_exist
from digitlab.translation import Text

MAX_RECOVERIES = 3  # recoveries in a row without a finished epoch: a run that always ends its process must not loop


class RunState(enum.StrEnum):
    """The state of a run.

    queued -> running -> finished | paused | stopped | failed | interrupted. A queued run can be paused or stopped at
    once. People request "paused" and "stopped"; "failed" has its reason in the training. A run whose worker ended
    unexpectedly is queued again; it is "interrupted" if that did not help, or if a file is missing. All but failed runs
    can be resumed.

    Example:
        >>> [state.value for state in RunState if not state.is_over()]
        ['queued', 'running']
    """

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    def is_over(self) -> bool:
        """Whether the run changes no more unless a person resumes it."""
        return self not in (RunState.QUEUED, RunState.RUNNING)

    @property
    def label(self) -> Text:
        """The state, as people read it."""
        return _LABELS[self]


_LABELS = {
    RunState.QUEUED: Text("queued"),
    RunState.RUNNING: Text("running"),
    RunState.FINISHED: Text("finished"),
    RunState.PAUSED: Text("paused"),
    RunState.STOPPED: Text("stopped"),
    RunState.FAILED: Text("failed"),
    RunState.INTERRUPTED: Text("interrupted"),
}


class Failure(enum.StrEnum):
    """Why a training failed, where more is said about it than its message."""

    DIVERGED = "diverged"  # the loss became infinite or NaN


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training run, as the store returns it.

    Attributes:
        number: 1 for the first run of this database.
        title: Title of the run, and of its network.
        is_named: Whether a person chose the title.
        owner: Id of the person who started it; empty for the command line.
        owner_name: Their name at that time; may be empty.
        config: Its settings.
        state: Its state.
        is_stop_wanted: Whether a stop or a pause was requested.
        is_pause_wanted: Whether it was a pause.
        wanted_rate: The learning rate that was requested, until its worker takes it; else None.
        is_attended: Whether a command line trains it and waits for it; such a run is not resumed automatically.
        attempt: How often it was queued before.
        recoveries: How often it was queued again since its last finished epoch because its worker was lost.
        message: Why it failed or was interrupted, in English: `translated` translates it; else empty.
        failure: Why it failed, as a code; None for most reasons.
        created, started, ended: Seconds since 1970 (UTC); None before it happened.
        heartbeat: When its worker last reported, in seconds since 1970.
        progress: Position within an epoch, or in the preparation before the first; None before that.
        model: Name of the saved network; None before there is one.
        test_loss, test_accuracy: Its score on MNIST's test set; None before there is one.
        search: Number of the search whose trial it is; None for a run that a person started.
        trial: Number of the trial in that search, from 0.

    Example:
        >>> run = Run(number=1, title="Tutorial 1", config=TrainingConfig(), state=RunState.QUEUED, created=0.0)
        >>> run.share_done
        0.0
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
    wanted_rate: float | None = None
    is_attended: bool = False
    attempt: int = 0
    recoveries: int = 0
    message: str = ""
    failure: Failure | None = None
    created: float
    started: float | None = None
    ended: float | None = None
    heartbeat: float | None = None
    progress: Progress | None = None
    model: str | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    search: int | None = None
    trial: int | None = None

    @property
    def share_done(self) -> float:
        """Share of the planned batches that is done, 0 to 1."""
        if self.progress is None or self.progress.epoch == 0:
            return 0.0
        done = (self.progress.epoch - 1) + self.progress.batch / self.progress.batches
        return min(done / self.config.epochs, 1.0)

    @property
    def is_steerable(self) -> bool:
        """Whether its learning rate can be changed now."""
        is_own = self.config.tuning is None and self.search is None
        return is_own and self.state in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHeartbeat:
    """The last heartbeat of a running run.

    Attributes:
        number: Number of the run.
        attempt: Its attempt.
        worker: The worker that claimed it.
        heartbeat: Its time by the worker's clock, in seconds since 1970.
    """

    number: int
    attempt: int
    worker: str
    heartbeat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended; the names are those of `Run`."""

    state: RunState
    message: str = ""
    failure: Failure | None = None
    model: str | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLineOptions:
    """Options that only the command line has, besides the settings of a run.

    Attributes:
        name: Name of the network's files, without a suffix; empty for a new name.
        is_ready_made: Whether to mark the network as shipped with DigitLab.
        report: Receives everything that the store receives.
        is_still_wanted: Called after every few batches; False stops the run, as a request in the store does.
        interruption: Called likewise; a sentence interrupts the run, which can be resumed, and is the reason.
    """

    name: str = ""
    is_ready_made: bool = False
    report: Report = lambda _: None
    is_still_wanted: Callable[[], bool] = lambda: True
    interruption: Callable[[], str] = str


def check_number(number: int) -> int:
    """Return the number of a run; `RunNotFound` if it is one that no run can have."""
    if not may_exist(number):
        raise RunNotFound(Text("There is no run {number}. See the list of runs.", number=number))
    return number


def seconds_left(run: Run, epochs: Sequence[EpochMetrics], now: float) -> float | None:
    """Estimate the remaining seconds of a running run from its last epochs; None while that is impossible.

    The first epoch includes building the network, so it counts only while it is the only one. Drawing synthetic digits
    takes time before the first epoch, so such runs have no estimate until that epoch is over.
    """
    if run.progress is None or run.started is None or (run.config.written_digits and not epochs):
        return None
    left = run.config.epochs * (1 - run.share_done)
    if not epochs:
        done = run.share_done * run.config.epochs
        return left * (now - run.started) / done if done >= 0.05 else None
    recent = epochs[1:][-3:] or epochs
    return left * sum(epoch.seconds for epoch in recent) / len(recent)
