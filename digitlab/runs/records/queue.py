"""The queue: a fair order between people, and estimates of when each run starts."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.run import Run, RunState

_FINE_TUNING_DURATION = 15.0  # seconds, whichever network is fine-tuned


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A queued or running run, with what decides the order.

    Attributes:
        number: Number of the run.
        owner: Id of its owner.
        is_waiting: Whether it is queued; else it is running.
        is_recovering: Whether it is queued again because its worker was lost.
        is_trial: Whether it is a trial of a search.
    """

    number: int
    owner: str
    is_waiting: bool
    is_recovering: bool = False
    is_trial: bool = False


def fair_order(entries: Sequence[QueueEntry], last_starts: Mapping[str, float]) -> list[int]:
    """Return the numbers of the queued runs, in the order in which they start.

    Runs that lost their worker come first. Then the person with the fewest running runs is next; among several, the one
    whose last run started longest ago. Each person's runs keep their order, and their searches' trials come after them.
    One person with ten runs, or with a search of a hundred trials, does not hold up others with one each.

    Args:
        entries: All queued and running runs.
        last_starts: When each person's last run started, by id; people without a run are missing.

    Example:
        >>> runs = [(1, "ann"), (2, "ann"), (3, "ben")]
        >>> fair_order([QueueEntry(number=number, owner=owner, is_waiting=True) for number, owner in runs], {})
        [1, 3, 2]
    """
    lost = sorted(entry.number for entry in entries if entry.is_waiting and entry.is_recovering)
    running: dict[str, int] = {}
    waiting: dict[str, list[int]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.is_trial, entry.number)):
        if entry.is_waiting and not entry.is_recovering:
            waiting.setdefault(entry.owner, []).append(entry.number)
        else:
            running[entry.owner] = running.get(entry.owner, 0) + 1
    people = [
        (running.get(owner, 0), last_starts.get(owner, 0.0), numbers[0], owner) for owner, numbers in waiting.items()
    ]
    heapq.heapify(people)
    order = []
    while people:
        busy, last, number, owner = heapq.heappop(people)
        order.append(number)
        waiting[owner].remove(number)
        if waiting[owner]:
            heapq.heappush(people, (busy + 1, last, waiting[owner][0], owner))
    return lost + order


def queue_entries(runs: Iterable[Run]) -> list[QueueEntry]:
    """Return the entries of those runs that are queued or running."""
    return [
        QueueEntry(
            number=run.number,
            owner=run.owner,
            is_waiting=run.state is RunState.QUEUED,
            is_recovering=run.recoveries > 0,
            is_trial=run.search is not None,
        )
        for run in runs
        if not run.state.is_over()
    ]


def expected_waits(durations: Sequence[float | None], left: Sequence[float | None], workers: int) -> list[float | None]:
    """Return in how many seconds each queued run may start; None if that is unknown.

    Args:
        durations: Estimated seconds of the queued runs, in their order; None if such a run was never trained here.
        left: Estimated seconds left of the running runs; None if unknown.
        workers: How many runs train at the same time.

    Example:
        >>> expected_waits([10.0, 10.0, 10.0], left=[5.0], workers=2)
        [0.0, 5.0, 10.0]
    """
    if any(seconds is None for seconds in left):
        known = [seconds for seconds in left if seconds is not None]
        # A running run without an estimate may end first or last.
        return [None] * len(durations) if len(known) < workers else expected_waits(durations, known, workers)
    free = [seconds for seconds in left if seconds is not None]
    free = sorted(free + [0.0] * (workers - len(free)))
    waits: list[float | None] = []
    for seconds in durations:
        start = heapq.heappop(free) if free else None
        waits.append(start)
        if start is not None and seconds is not None:
            heapq.heappush(free, start + seconds)
    return waits


def duration_of(config: TrainingConfig, pictures_per_second: Mapping[str, float]) -> float | None:
    """Estimate the seconds that a training takes from its network's earlier speed here; None if there was none."""
    if config.tuning:
        return _FINE_TUNING_DURATION
    speed = pictures_per_second.get(config.network_key)
    return config.epochs * config.pictures_per_epoch / speed if speed else None
