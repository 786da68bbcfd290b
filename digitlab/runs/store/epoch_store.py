"""Reads and writes the epochs of runs in the database, and what was observed after each; a part of `store`."""

import dataclasses
import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict

import sqlalchemy as sa

from digitlab.networks.metrics import BatchLoss, EpochMetrics
from digitlab.networks.observation import Observation
from digitlab.runs.store import rows
from digitlab.runs.store.schema import epochs as _epochs
from digitlab.runs.store.schema import observations as _observations
from digitlab.runs.store.schema import runs as _runs
from digitlab.translation import Text

_STARTED_AGAIN = Text("The checkpoint was missing, so the training started again.")


class EpochStore:
    """Reads and writes epochs. Only the worker to which a run is assigned writes those of the run.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.runs.store.store import Store
        >>> store = Store("sqlite:///lab.db")
        >>> run = store.create(TrainingConfig(), worker="ours")
        >>> for worker, loss in (("ours", 0.3), ("another", 0.1)):
        ...     store.epochs.add(run.number, worker, EpochMetrics(epoch=1, loss=loss, accuracy=0.9, seconds=2.0))
        >>> [epoch.loss for epoch in store.epochs.all(run.number)]
        [0.3]
        >>> store.close()
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._transaction = transaction

    def all(self, number: int) -> list[EpochMetrics]:
        """Return a run's finished epochs in their order."""
        query = sa.select(_epochs).where(_epochs.c.run == number).order_by(_epochs.c.epoch)
        with self._transaction() as connection:
            found = connection.execute(query).mappings().all()
        names = [field.name for field in dataclasses.fields(EpochMetrics)]
        return [EpochMetrics(**{name: row[name] for name in names}) for row in found]

    def losses(self, number: int) -> list[BatchLoss]:
        """Return the losses within a run's finished epochs, in their order; none of epochs of older versions."""
        query = sa.select(_epochs.c.batch_losses).where(_epochs.c.run == number).order_by(_epochs.c.epoch)
        with self._transaction() as connection:
            found = connection.execute(query).scalars().all()
        return [BatchLoss(batch=batch, loss=loss) for content in found for batch, loss in json.loads(content or "[]")]

    def observations(self, number: int) -> list[Observation]:
        """Return the observations of a run's network, in the order of their epochs."""
        query = sa.select(_observations.c.content).where(_observations.c.run == number).order_by(_observations.c.epoch)
        with self._transaction() as connection:
            return [Observation.from_json(content) for content in connection.execute(query).scalars()]

    def add(self, number: int, worker: str, metrics: EpochMetrics, losses: Sequence[BatchLoss] = ()) -> None:
        """Record a finished epoch and the losses within it, or replace it.

        Does nothing if the run is no longer assigned to `worker`.
        """
        mine = sa.update(_runs).where(rows.is_trained_by(number, worker)).values(recoveries=0)
        again = sa.delete(_epochs).where(_epochs.c.run == number, _epochs.c.epoch == metrics.epoch)
        with self._transaction() as connection:
            if connection.execute(mine).rowcount:
                connection.execute(again)
                content = json.dumps([[loss.batch, loss.loss] for loss in losses]) if losses else None
                connection.execute(sa.insert(_epochs).values(run=number, batch_losses=content, **asdict(metrics)))

    def add_observation(self, number: int, worker: str, observation: Observation) -> None:
        """Record an observation of the network after an epoch, as `add` does."""
        mine = sa.select(_runs.c.number).where(rows.is_trained_by(number, worker))
        again = sa.delete(_observations).where(
            _observations.c.run == number, _observations.c.epoch == observation.epoch
        )
        with self._transaction() as connection:
            if connection.execute(mine).one_or_none():
                connection.execute(again)
                values = {"run": number, "epoch": observation.epoch, "content": observation.to_json()}
                connection.execute(sa.insert(_observations).values(values))

    def discard(self, number: int, worker: str) -> None:
        """Delete the epochs of a run whose checkpoint is missing, and say so in its message."""
        mine = sa.update(_runs).where(rows.is_trained_by(number, worker)).values(message=_STARTED_AGAIN)
        with self._transaction() as connection:
            if connection.execute(mine).rowcount:
                delete_epochs(connection, [number])


def delete_epochs(connection: sa.Connection, runs: Collection[int] | sa.Select[tuple[int]]) -> None:
    """Delete all epochs and observations of runs, by their numbers or a query for them."""
    for table in (_epochs, _observations):
        connection.execute(sa.delete(table).where(table.c.run.in_(runs)))
