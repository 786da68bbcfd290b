"""Runs in a store, for tests."""

from typing import Any

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.runs.records.run import LastHeartbeat
from digitlab.runs.store.store import Store


def metrics(epoch: int) -> EpochMetrics:
    """Return the figures of an epoch."""
    return EpochMetrics(epoch=epoch, loss=0.5, accuracy=0.9, validation_loss=0.4, validation_accuracy=0.8, seconds=1.5)


def claimed(store: Store, config: TrainingConfig, **options: Any) -> int:
    """Create a run that the worker "a" has claimed; return its number."""
    number = store.create(config, **options).number
    store.claim(number, "a")
    return number


def last_heartbeat(store: Store, number: int) -> LastHeartbeat:
    """Return the last heartbeat of a running run."""
    return next(last for last in store.last_heartbeats() if last.number == number)
