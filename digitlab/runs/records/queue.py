"""Whose turn it is: runs that wait, in an order that is fair between people, and when each may begin."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.run import Run, RunState

_TUNING = 15.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """What decides whose turn it is about a run that waits or runs.

    Attributes:
        number: Of the run.
        owner: Id of its person.
        is_waiting: Whether it waits; else it runs.
        is_recovering: Whether it waits because it lost its process.
    """

    number: int
    owner: str
    is_waiting: bool
    is_recovering: bool = False


def fair_order(turns: Sequence[QueueEntry], last_starts: Mapping[str, float]) -> list[int]:
    """Return the numbers of the runs that wait, in the order in which they are to begin.

    First goes on what lost its process. Then it is the turn of the person with the fewest runs under way; among those
    of the one who has waited longest since a run of theirs began; each person's runs keep their order. So one person
    with ten runs does not hold up the others, each with one.

    Args:
        turns: All runs that wait or run.
        last_starts: When a run of each person last began; who is not named never had one.
    """
    lost = sorted(turn.number for turn in turns if turn.is_waiting and turn.is_recovering)
    under_way: dict[str, int] = {}
    waiting: dict[str, list[int]] = {}
    for turn in sorted(turns, key=lambda turn: turn.number):
        if turn.is_waiting and not turn.is_recovering:
            waiting.setdefault(turn.owner, []).append(turn.number)
        else:
            under_way[turn.owner] = under_way.get(turn.owner, 0) + 1
    people = [
        (under_way.get(owner, 0), last_starts.get(owner, 0.0), numbers[0], owner) for owner, numbers in waiting.items()
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
    """Return the turns of those runs that wait or run."""
    return [
        QueueEntry(
            number=run.number,
            owner=run.owner,
            is_waiting=run.state is RunState.QUEUED,
            is_recovering=run.recoveries > 0,
        )
        for run in runs
        if not run.state.is_over()
    ]


def expected_waits(durations: Sequence[float | None], left: Sequence[float | None], workers: int) -> list[float | None]:
    """Return after how many seconds each waiting run may begin; None where nobody can know.

    Args:
        durations: Of the waiting runs in their order, seconds; None where nothing like it was ever trained here.
        left: Of the running runs, likewise.
        workers: How many train at once.
    """
    if any(seconds is None for seconds in left):
        known = [seconds for seconds in left if seconds is not None]
        # As long as one of those that run cannot be known, it may be the first to end, or the last.
        return [None] * len(durations) if len(known) < workers else expected_waits(durations, known, workers)
    free = [seconds for seconds in left if seconds is not None]
    free = sorted(free + [0.0] * (workers - len(free)))
    waits: list[float | None] = []
    for seconds in durations:
        begins = heapq.heappop(free) if free else None
        waits.append(begins)
        if begins is not None and seconds is not None:
            heapq.heappush(free, begins + seconds)
    return waits


def duration_of(config: TrainingConfig, pictures_per_second: Mapping[str, float]) -> float | None:
    """Estimate the seconds that a training takes, from how fast its preset was learned here before; None if never.

    A tuning takes about as long whatever is tuned.
    """
    if config.tuning:
        return _TUNING
    speed = pictures_per_second.get(config.preset)
    return config.epochs * config.pictures_per_epoch / speed if speed else None
