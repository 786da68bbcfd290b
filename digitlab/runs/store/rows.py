"""Rows of the record: what they mean, and how they change. Who changes them, and when, stands in `store`."""

import json
import time
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import Progress
from digitlab.runs.records.queue import QueueEntry, fair_order
from digitlab.runs.records.run import MAX_RECOVERIES, Run, RunState
from digitlab.runs.store.schema import runs

ACTIVE = (RunState.QUEUED, RunState.RUNNING)
_LOST = "The process that trained it ended before it was done. The epochs up to then are kept, and it can go on."
_GOES_ON = "The process that trained it ended; it goes on by itself where it was."
# A tuning takes seconds, so nothing of it is kept on the way.
_TUNING_LOST = "The process that improved it ended before it was done, and nothing of it is kept. Start it anew."
_TUNING_GOES_ON = "The process that improved it ended; it begins anew by itself."


def claimed_by(worker: str, now: float) -> dict[str, Any]:
    """Return what changes when a worker takes a run."""
    return {"state": RunState.RUNNING, "worker": worker, "started": now, "heartbeat": now, "message": ""}


# What changes when a run waits to go on where it was.
WAITING_AGAIN: dict[str, Any] = {
    "state": RunState.QUEUED,
    "attempt": runs.c.attempt + 1,
    "worker": None,
    "ended": None,
}


def after_loss(run: sa.Row[Any]) -> dict[str, Any]:
    """Return what becomes of a running run that lost its process."""
    if run.is_pause_wanted:
        return {"state": RunState.PAUSED}
    is_tuning = json.loads(run.config).get("tuning") is not None
    if run.is_stop_wanted or run.is_attended or run.recoveries >= MAX_RECOVERIES:
        return {"state": RunState.INTERRUPTED, "message": _TUNING_LOST if is_tuning else _LOST, "ended": time.time()}
    goes_on = _TUNING_GOES_ON if is_tuning else _GOES_ON
    return WAITING_AGAIN | {"recoveries": run.recoveries + 1, "message": goes_on}


def is_trained_by(number: int, worker: str) -> sa.ColumnElement[bool]:
    """Return the condition that a run is under way, and this worker's."""
    return sa.and_(runs.c.number == number, runs.c.worker == worker, runs.c.state == RunState.RUNNING)


def change(connection: sa.Connection, number: int, allowed: list[RunState], **values: Any) -> bool:
    """Change a run if it is in one of the allowed states; say whether it was."""
    query = sa.update(runs).where(runs.c.number == number, runs.c.state.in_(allowed)).values(**values)
    return connection.execute(query).rowcount == 1


def order_of_turns(connection: sa.Connection) -> list[int]:
    """Return the numbers of the waiting runs, in the order in which they are to begin."""
    query = sa.select(runs.c.number, runs.c.owner, runs.c.state, runs.c.recoveries).where(runs.c.state.in_(ACTIVE))
    turns = [
        QueueEntry(
            number=row.number,
            owner=row.owner,
            is_waiting=row.state == RunState.QUEUED,
            is_recovering=row.recoveries > 0,
        )
        for row in connection.execute(query)
    ]
    return fair_order(turns, last_starts(connection)) if any(turn.is_waiting for turn in turns) else []


def last_starts(connection: sa.Connection) -> dict[str, float]:
    """Return when a run of each person last began, seconds since 1970."""
    query = sa.select(runs.c.owner, sa.func.max(runs.c.started).label("began")).group_by(runs.c.owner)
    return {row.owner: row.began for row in connection.execute(query.where(runs.c.started.is_not(None)))}


def as_run(row: sa.Row[Any]) -> Run:
    """Return a whole row as a run. `InvalidSetting` if its settings mean nothing any more."""
    values = dict(row._mapping)
    epoch, batch, batches = values.pop("epoch"), values.pop("batch"), values.pop("batches")
    values.pop("worker")
    values["config"] = _config(values["config"])
    values["state"] = RunState(values["state"])
    values["progress"] = Progress(epoch=epoch, batch=batch, batches=batches) if batches else None
    return Run(**values)


@lru_cache(maxsize=1000)  # pages ask for all runs again and again
def _config(text: str) -> TrainingConfig:
    return TrainingConfig.from_dict(json.loads(text))
