"""Reads rows as runs, and says what changes in a row. `store` says who changes it, and when."""

import json
import time
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import PartialMetrics, Progress
from digitlab.runs.records.people import Person
from digitlab.runs.records.queue import QueueEntry, fair_order
from digitlab.runs.records.run import MAX_RECOVERIES, Failure, Run, RunState
from digitlab.runs.store.schema import runs
from digitlab.translation import Text

ACTIVE = (RunState.QUEUED, RunState.RUNNING)
_DIVERGED = "The loss became infinite or not a number (NaN)"  # so began the message before there was a column "failure"
_LOST = Text("Its worker ended unexpectedly. The finished epochs are saved, and you can resume it.")
_REQUEUED = Text("Its worker ended unexpectedly. It resumes automatically.")
# Fine-tuning takes seconds, so it has no checkpoints.
_FINE_TUNING_LOST = Text("Its worker ended unexpectedly, and nothing was saved. Start it again.")
_FINE_TUNING_REQUEUED = Text("Its worker ended unexpectedly. It starts again automatically.")


def new_run(config: TrainingConfig, title: str, person: Person, now: float) -> dict[str, Any]:
    """Return what every new run has."""
    values: dict[str, Any] = {"title": title, "is_named": bool(title), "created": now}
    return values | {"owner": person.id, "owner_name": person.name, "config": json.dumps(config.as_dict())}


def claimed_by(worker: str, now: float) -> dict[str, Any]:
    """Return what changes when a worker claims a run."""
    return {"state": RunState.RUNNING, "worker": worker, "started": now, "heartbeat": now, "message": ""}


# What changes when a run is queued again.
QUEUED_AGAIN: dict[str, Any] = {
    "state": RunState.QUEUED,
    "attempt": runs.c.attempt + 1,
    "worker": None,
    "ended": None,
    "so_far": None,
}


def after_loss(run: sa.Row[Any]) -> dict[str, Any]:
    """Return what changes in a running run whose worker is gone."""
    if run.is_pause_wanted:
        return {"state": RunState.PAUSED}
    is_fine_tuning = json.loads(run.config).get("tuning") is not None
    if run.is_stop_wanted or run.is_attended or run.recoveries >= MAX_RECOVERIES:
        return {
            "state": RunState.INTERRUPTED,
            "message": _FINE_TUNING_LOST if is_fine_tuning else _LOST,
            "ended": time.time(),
        }
    message = _FINE_TUNING_REQUEUED if is_fine_tuning else _REQUEUED
    return QUEUED_AGAIN | {"recoveries": run.recoveries + 1, "message": message}


def is_trained_by(number: int, worker: str) -> sa.ColumnElement[bool]:
    """Return the condition that a run is running and assigned to this worker."""
    return sa.and_(runs.c.number == number, runs.c.worker == worker, runs.c.state == RunState.RUNNING)


def change(connection: sa.Connection, number: int, allowed: list[RunState], **values: Any) -> bool:
    """Change a run if it is in one of the allowed states; return whether it was."""
    query = sa.update(runs).where(runs.c.number == number, runs.c.state.in_(allowed)).values(**values)
    return connection.execute(query).rowcount == 1


def queue_order(connection: sa.Connection) -> list[int]:
    """Return the numbers of the queued runs, in the order in which they start."""
    columns = runs.c.number, runs.c.owner, runs.c.state, runs.c.recoveries, runs.c.search
    query = sa.select(*columns).where(runs.c.state.in_(ACTIVE))
    entries = [
        QueueEntry(
            number=row.number,
            owner=row.owner,
            is_waiting=row.state == RunState.QUEUED,
            is_recovering=row.recoveries > 0,
            is_trial=row.search is not None,
        )
        for row in connection.execute(query)
    ]
    return fair_order(entries, last_starts(connection)) if any(entry.is_waiting for entry in entries) else []


def last_starts(connection: sa.Connection) -> dict[str, float]:
    """Return when each person's last run started, seconds since 1970."""
    query = sa.select(runs.c.owner, sa.func.max(runs.c.started).label("started")).group_by(runs.c.owner)
    return {row.owner: row.started for row in connection.execute(query.where(runs.c.started.is_not(None)))}


def progress_values(progress: Progress) -> dict[str, Any]:
    """Return what changes in a run with its progress."""
    values = asdict(progress)
    return values | {"so_far": json.dumps(values["so_far"]) if progress.so_far else None}


def as_run(row: sa.Row[Any]) -> Run:
    """Return a row as a run. `InvalidSetting` if its settings are no longer valid."""
    values = dict(row._mapping)
    for column in ("epoch", "batch", "batches", "so_far", "worker", "trial_values", "trial_state"):
        values.pop(column)
    values["config"] = config_of(values["config"])
    values["state"] = RunState(values["state"])
    values["failure"] = _failure(row)
    values["progress"] = _progress(row)
    return Run(**values)


def _progress(row: sa.Row[Any]) -> Progress | None:
    if not row.batches:
        return None
    try:
        so_far = tuple(PartialMetrics(**metrics) for metrics in json.loads(row.so_far or "[]"))
    except (TypeError, ValueError):  # of another version
        so_far = ()
    return Progress(epoch=row.epoch, batch=row.batch, batches=row.batches, so_far=so_far)


def _failure(row: sa.Row[Any]) -> Failure | None:
    if row.failure is None:
        return Failure.DIVERGED if row.state == RunState.FAILED and row.message.startswith(_DIVERGED) else None
    return Failure(row.failure)


@lru_cache(maxsize=1000)  # pages read all runs every second
def config_of(text: str) -> TrainingConfig:
    """Return the settings in a column."""
    return TrainingConfig.from_dict(json.loads(text))
