"""Reads and writes searches and their trials in the database; a part of `store`."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any

import sqlalchemy as sa

from digitlab.errors import InvalidSetting, SearchIsActive, SearchIsOver, SearchNotFound
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Failure, LastHeartbeat, RunState
from digitlab.runs.records.search import NOBODY, Search, SearchState, Trial, TrialState
from digitlab.runs.store import rows
from digitlab.runs.store.epoch_store import delete_epochs
from digitlab.runs.store.schema import epochs as _epochs
from digitlab.runs.store.schema import runs as _runs
from digitlab.runs.store.schema import searches as _searches
from digitlab.translation import Text

_HIDDEN = ("driver", "heartbeat")  # columns of those who drive searches


class SearchStore:
    """Reads and writes searches. Safe for several processes and threads.

    Who may change a search: anybody may create one or request a stop. While it is running, only the process that drives
    it begins and settles trials, and ends it; it takes the search for that (`take`), and gives heartbeats. Another one
    can take the search from a driver that gives none. Then the first can write nothing more: each of its changes is
    made in the same transaction as the check that it still drives the search.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.networks.search_space import Varied
        >>> from digitlab.runs.store.store import Store
        >>> store, ann = Store("sqlite:///lab.db"), Person(id="1", name="Ann")
        >>> space = SearchSpace(base=TrainingConfig(), varied=(Varied(name="units", values=(32, 128)),))
        >>> search = store.searches.create(space, "", ann)
        >>> store.searches.request_stop(search.number)
        >>> search.title, store.searches.get(search.number).is_stop_wanted
        ('Search 1', True)
        >>> store.close()
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._transaction = transaction

    def create(self, space: SearchSpace, title: str, person: Person) -> Search:
        """Create a search; the default title is made of its number."""
        values: dict[str, Any] = {"title": title, "owner": person.id, "owner_name": person.name}
        values |= {"space": json.dumps(space.as_dict()), "created": time.time()}
        values |= {"state": SearchState.RUNNING, "is_stop_wanted": False, "message": "", "seconds": 0.0}
        with self._transaction() as connection:
            insert = sa.insert(_searches).values(**values).returning(_searches.c.number)
            number = connection.execute(insert).scalar_one()
            if not title:
                own = sa.update(_searches).where(_searches.c.number == number)
                connection.execute(own.values(title=f"Search {number}"))
        return self.get(number)

    def get(self, number: int) -> Search:
        """Return a search; `SearchNotFound` if there is none of that number."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(_searches).where(_searches.c.number == number)).one_or_none()
        if row is None:
            raise SearchNotFound(Text("There is no search {number}. See the list of searches.", number=number))
        return _as_search(row)

    def all(self) -> list[Search]:
        """Return all searches, the newest first, except those whose settings are no longer valid."""
        with self._transaction() as connection:
            found = connection.execute(sa.select(_searches).order_by(_searches.c.number.desc())).all()
        searches = []
        for row in found:
            with suppress(InvalidSetting):
                searches.append(_as_search(row))
        return searches

    def trials(self, number: int) -> list[Trial]:
        """Return the trials of a search in the order of their numbers."""
        of_search = _runs.c.search == number
        with self._transaction() as connection:
            found = connection.execute(sa.select(_runs).where(of_search).order_by(_runs.c.trial)).all()
            query = sa.select(_epochs.c.run, _epochs.c.validation_accuracy, _epochs.c.seconds)
            query = query.join(_runs, _runs.c.number == _epochs.c.run).where(of_search)
            epochs: dict[int, list[Any]] = {}
            for epoch in connection.execute(query.order_by(_epochs.c.run, _epochs.c.epoch)):
                epochs.setdefault(epoch.run, []).append(epoch)
        return [_as_trial(row, epochs.get(row.number, [])) for row in found]

    def request_stop(self, number: int) -> None:
        """Request a stop; `SearchIsOver` if it is over."""
        running = sa.and_(_searches.c.number == number, _searches.c.state == SearchState.RUNNING)
        with self._transaction() as connection:
            count = connection.execute(sa.update(_searches).where(running).values(is_stop_wanted=True)).rowcount
        if not count:
            state = self.get(number).state.label
            raise SearchIsOver(Text("Search {number} cannot be stopped: it is {state}.", number=number, state=state))

    def delete(self, number: int) -> None:
        """Delete a search that is over, with its trials. `SearchIsActive` if it is not over."""
        self.get(number)
        over = [state for state in SearchState if state.is_over()]
        mine = sa.and_(_searches.c.number == number, _searches.c.state.in_(over))
        trials = sa.select(_runs.c.number).where(_runs.c.search == number)
        with self._transaction() as connection:
            if not connection.execute(sa.delete(_searches).where(mine)).rowcount:
                connection.rollback()
                raise SearchIsActive(Text("Search {number} is running. Stop it first, then delete it.", number=number))
            delete_epochs(connection, trials)
            connection.execute(sa.delete(_runs).where(_runs.c.search == number))

    # -- for those who drive searches

    def last_heartbeats(self) -> list[LastHeartbeat]:
        """Return the last heartbeats of the drivers of all running searches; the worker is `NOBODY` without one."""
        query = sa.select(_searches.c.number, _searches.c.driver, _searches.c.heartbeat)
        with self._transaction() as connection:
            found = connection.execute(query.where(_searches.c.state == SearchState.RUNNING)).all()
        return [
            LastHeartbeat(number=row.number, attempt=0, worker=row.driver or NOBODY, heartbeat=row.heartbeat or 0.0)
            for row in found
        ]

    def take(self, last: LastHeartbeat, driver: str) -> bool:
        """Drive a search from now on, unless its driver has given another heartbeat since the last known one."""
        same = _searches.c.driver == last.worker if last.worker else _searches.c.driver.is_(None)
        if last.worker:
            same = sa.and_(same, _searches.c.heartbeat == last.heartbeat)
        running = sa.and_(_searches.c.number == last.number, _searches.c.state == SearchState.RUNNING)
        update = sa.update(_searches).where(running, same).values(driver=driver, heartbeat=time.time())
        with self._transaction() as connection:
            return connection.execute(update).rowcount == 1

    def record_heartbeat(self, number: int, driver: str, seconds: float) -> bool:
        """Record a heartbeat, and that it was driven for so many more seconds. Returns whether `driver` drives it."""
        with self._transaction() as connection:
            return _as_driver(connection, number, driver, seconds=_searches.c.seconds + seconds)

    def release(self, driver: str) -> None:
        """Let others drive what `driver` drove."""
        mine = sa.update(_searches).where(_searches.c.driver == driver)
        with self._transaction() as connection:
            connection.execute(mine.values(driver=None, heartbeat=None))

    def begin_trial(self, search: Search, driver: str, trial: int, values: Mapping[str, Any]) -> int | None:
        """Queue the run of a trial, and return its number; None if `driver` no longer drives the search."""
        person = Person(id=search.owner, name=search.owner_name)
        run = rows.new_run(search.space.trial_config(values), "", person, time.time())
        run |= {"title": f"{search.title[:60]}, trial {trial + 1}", "state": RunState.QUEUED, "search": search.number}
        run |= {"trial": trial, "trial_values": json.dumps(dict(values)), "trial_state": TrialState.RUNNING}
        with self._transaction() as connection:
            if not _as_driver(connection, search.number, driver):
                return None
            number: int = connection.execute(sa.insert(_runs).values(**run).returning(_runs.c.number)).scalar_one()
            return number

    def settle(self, search: Search, driver: str, trial: Trial, state: TrialState) -> Trial:
        """Record what a trial came to, once; return the trial in that state."""
        running = sa.and_(_runs.c.number == trial.run, _runs.c.trial_state == TrialState.RUNNING)
        with self._transaction() as connection:
            if _as_driver(connection, search.number, driver):
                connection.execute(sa.update(_runs).where(running).values(trial_state=state))
        return dataclasses.replace(trial, state=state)

    def end(self, number: int, driver: str, state: SearchState, message: str = "", seconds: float = 0.0) -> bool:
        """Record how a search ended, driven for so many more seconds. Returns whether `driver` still drove it."""
        values = {"state": state, "message": message, "ended": time.time(), "seconds": _searches.c.seconds + seconds}
        with self._transaction() as connection:
            return _as_driver(connection, number, driver, **values)


def _as_driver(connection: sa.Connection, number: int, driver: str, **values: Any) -> bool:
    """Change a running search, or only its heartbeat, if `driver` still drives it; return whether it does."""
    mine = sa.and_(_searches.c.number == number, _searches.c.driver == driver, _searches.c.state == SearchState.RUNNING)
    update = sa.update(_searches).where(mine).values(heartbeat=time.time(), **values)
    return connection.execute(update).rowcount == 1


def _as_search(row: sa.Row[Any]) -> Search:
    values = {name: value for name, value in row._mapping.items() if name not in _HIDDEN}
    values["space"] = SearchSpace.from_dict(json.loads(row.space))
    values["state"] = SearchState(row.state)
    return Search(**values)


def _as_trial(row: sa.Row[Any], epochs: list[Any]) -> Trial:
    return Trial(
        number=row.trial,
        run=row.number,
        values=json.loads(row.trial_values),
        state=TrialState(row.trial_state),
        run_state=RunState(row.state),
        is_stop_wanted=row.is_stop_wanted,
        accuracies=tuple(epoch.validation_accuracy for epoch in epochs if epoch.validation_accuracy is not None),
        seconds=sum(epoch.seconds for epoch in epochs),
        failure=Failure(row.failure) if row.failure else None,
        message=row.message,
    )
