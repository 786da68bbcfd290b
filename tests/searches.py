"""Searches in a store, and trials that no worker trains, for tests."""

import math
from collections.abc import Callable
from typing import Any

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.search_parameters import Varied
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.records.search import Search
from digitlab.runs.store.store import Store

RATE = Varied(name="learning_rate", values=(0.0001, 1.0))
UNITS = Varied(name="units", values=(16, 64))


def space(*varied: Varied, seed: int = 1, **limits: Any) -> SearchSpace:
    """Return what a search of a few trials varies."""
    return SearchSpace(base=TrainingConfig(seed=seed), varied=varied or (RATE, UNITS), **{"max_trials": 6, **limits})


def begun(store: Store, *varied: Varied, person: Person = OPERATOR, **limits: Any) -> Search:
    """Create a search."""
    return store.searches.create(space(*varied, **limits), "", person)


def good(config: TrainingConfig) -> float:
    """Return an accuracy that is best at a learning rate of 0.01."""
    return 0.9 - 0.1 * abs(math.log10(config.learning_rate) + 2)


def end_epoch(store: Store, number: int, epoch: int, accuracy: float, worker: str = "w") -> None:
    """Record an epoch of a run that a worker has claimed."""
    loss = 1 - accuracy
    figures = {"loss": loss, "accuracy": accuracy, "validation_loss": loss, "validation_accuracy": accuracy}
    store.epochs.add(number, worker, EpochMetrics(epoch=epoch, seconds=0.1, **figures))


def train_next(store: Store, accuracy: Callable[[TrainingConfig], float] = good) -> int | None:
    """Be a worker that trains what is next in the queue, at once; return its number, or None if the queue is empty."""
    number = store.claim_next("w")
    if number is not None:
        config = store.run(number).config
        for epoch in range(1, config.epochs + 1):
            end_epoch(store, number, epoch, accuracy(config))
        store.end(number, "w", Outcome(state=RunState.FINISHED))
    return number


def to_its_end(
    store: Store, driver: SearchDriver, number: int, train: Callable[[Store], int | None] = train_next
) -> Search:
    """Drive a search, and be its worker, until it is over; return it."""
    while not (search := store.searches.get(number)).state.is_over():
        driver.step()
        while store.queue():
            train(store)
    return search
