"""A search for settings, and its trials."""

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from digitlab.errors import SearchNotFound
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.records.numbers import may_exist
from digitlab.runs.records.run import Failure, RunState
from digitlab.translation import Text

NOBODY = ""  # in the place of the process that drives a search
HOPELESS = 5  # failed trials without another one, after which a search ends


class SearchState(enum.StrEnum):
    """The state of a search: running -> finished | stopped | failed.

    It is "finished" at its limit, "stopped" at a person's request, and "failed" if no trial came to its end.

    Example:
        >>> [state.value for state in SearchState if not state.is_over()]
        ['running']
    """

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    def is_over(self) -> bool:
        """Whether the search changes no more."""
        return self is not SearchState.RUNNING

    @property
    def label(self) -> Text:
        """The state, as people read it."""
        return RunState(self.value).label


class TrialState(enum.StrEnum):
    """The state of a trial: running -> finished | pruned | failed.

    It is "running" from its start until the search has been told its result, also while its run waits. It is "pruned"
    if its run was stopped early, as unpromising or at a person's request. Only finished trials can be the best.

    Example:
        >>> TrialState.PRUNED.label
        'stopped early'
    """

    RUNNING = "running"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"

    def is_over(self) -> bool:
        """Whether the trial changes no more."""
        return self is not TrialState.RUNNING

    @property
    def label(self) -> Text:
        """The state, as people read it."""
        return _LABELS[self]


_LABELS = {
    TrialState.RUNNING: Text("running"),
    TrialState.FINISHED: Text("finished"),
    TrialState.PRUNED: Text("stopped early"),
    TrialState.FAILED: Text("failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for settings, as the store returns it.

    Attributes:
        number: 1 for the first search of this database.
        title: Its title.
        owner: Id of the person who started it.
        owner_name: Their name at that time; may be empty.
        space: What varies, and its limits.
        state: Its state.
        is_stop_wanted: Whether a stop was requested.
        message: Why it failed, in English: `translated` translates it; else empty.
        created, ended: Seconds since 1970 (UTC); None before it happened.
        seconds: For how long it was driven, without the time in which no app ran.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.networks.search_space import Varied
        >>> varied = (Varied(name="units", values=(32, 128)),)
        >>> space = SearchSpace(base=TrainingConfig(), varied=varied, max_minutes=1)
        >>> search = Search(number=1, title="A", space=space, state=SearchState.RUNNING, created=0.0, seconds=61.0)
        >>> search.may_begin_trial(3)
        False
    """

    number: int
    title: str
    owner: str = ""
    owner_name: str = ""
    space: SearchSpace
    state: SearchState
    is_stop_wanted: bool = False
    message: str = ""
    created: float
    ended: float | None = None
    seconds: float = 0.0

    def may_begin_trial(self, begun: int) -> bool:
        """Whether another trial may begin when so many have."""
        minutes = self.space.max_minutes
        is_late = minutes is not None and self.seconds >= 60 * minutes
        return not self.is_stop_wanted and begun < self.space.max_trials and not is_late


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial of a search: the values that were tried, and the run that tried them.

    Attributes:
        number: Its number in the search, from 0.
        run: Number of its run.
        values: What was tried, by the names of what varies.
        state: Its state.
        run_state: That of its run.
        is_stop_wanted: Whether its run was asked to stop.
        accuracies: Validation accuracy after each finished epoch, 0 to 1.
        seconds: Of all its epochs.
        failure: Why its training failed, as a code; None for most reasons.
        message: Why it failed, in English; else empty.

    Example:
        >>> trial = Trial(
        ...     number=0,
        ...     run=7,
        ...     values={"units": 64},
        ...     state=TrialState.RUNNING,
        ...     run_state=RunState.FINISHED,
        ...     accuracies=(0.9, 0.94),
        ... )
        >>> trial.outcome, trial.accuracy
        (<TrialState.FINISHED: 'finished'>, 0.94)
    """

    number: int
    run: int
    values: dict[str, Any]
    state: TrialState
    run_state: RunState
    is_stop_wanted: bool = False
    accuracies: tuple[float, ...] = ()
    seconds: float = 0.0
    failure: Failure | None = None
    message: str = ""

    @property
    def accuracy(self) -> float | None:
        """Validation accuracy after the last finished epoch; None before the first."""
        return self.accuracies[-1] if self.accuracies else None

    @property
    def outcome(self) -> TrialState:
        """What its run says that it came to."""
        if not self.run_state.is_over():
            return TrialState.RUNNING
        if self.run_state is RunState.STOPPED:
            return TrialState.PRUNED
        is_good = self.run_state is RunState.FINISHED and self.accuracy is not None and math.isfinite(self.accuracy)
        return TrialState.FINISHED if is_good else TrialState.FAILED


def best_trial(trials: Iterable[Trial]) -> Trial | None:
    """Return the finished trial with the highest validation accuracy, the first of equals; None before there is one."""
    finished = [trial for trial in trials if trial.state is TrialState.FINISHED]
    return max(finished, key=lambda trial: (trial.accuracies[-1], -trial.number), default=None)


def best_so_far(trials: Iterable[Trial]) -> list[tuple[int, float]]:
    """Return for each finished trial its number and the highest accuracy up to it, in the order of their numbers."""
    found: list[tuple[int, float]] = []
    for trial in sorted(trials, key=lambda trial: trial.number):
        if trial.state is TrialState.FINISHED:
            found.append((trial.number, max(trial.accuracies[-1], found[-1][1] if found else 0.0)))
    return found


def is_hopeless(trials: Sequence[Trial]) -> bool:
    """Whether many trials have failed, and none did anything else."""
    return len(trials) >= HOPELESS and all(trial.state is TrialState.FAILED for trial in trials)


def why_nothing_was_found(trials: Sequence[Trial]) -> Text:
    """Return why a search ends without a finished trial, as sentences."""
    failed = [trial for trial in trials if trial.state is TrialState.FAILED]
    if failed and all(trial.failure is Failure.DIVERGED for trial in failed):
        return Text(
            "The loss became infinite or not a number (NaN) in all trials, {count}. Search again with lower learning "
            "rates.",
            count=len(failed),
        )
    if failed:
        return Text(
            "No trial came to its end; {count} failed. The last reason: {reason}",
            count=len(failed),
            reason=failed[-1].message,
        )
    return Text("No trial came to its end. Allow more minutes, or make the trials shorter.")


def check_number(number: int) -> int:
    """Return the number of a search; `SearchNotFound` if it is one that no search can have."""
    if not may_exist(number):
        raise SearchNotFound(Text("There is no search {number}. See the list of searches.", number=number))
    return number
