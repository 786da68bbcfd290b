"""What is recorded of searches, on both databases."""

import dataclasses

import pytest
from searches import begun, end_epoch, space

from digitlab.errors import SearchIsActive, SearchIsOver, SearchNotFound
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.records.search import NOBODY, SearchState, TrialState
from digitlab.runs.store.store import Store

ANN = Person(id="ann", name="Ann")
VALUES = {"learning_rate": 0.01, "units": 32}


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def taken(store, driver="a"):
    search = begun(store, person=ANN)
    assert store.searches.take(store.searches.last_heartbeats()[0], driver)
    return search


def test_a_search_comes_back_as_it_was_created(store):
    search = store.searches.create(space(max_minutes=1.5), "Mine", ANN)
    assert store.searches.get(search.number) == search
    assert (search.title, search.owner, search.owner_name) == ("Mine", "ann", "Ann")
    assert (search.state, search.space) == (SearchState.RUNNING, space(max_minutes=1.5))
    assert [listed.title for listed in (begun(store), *store.searches.all())] == ["Search 2", "Search 2", "Mine"]
    with pytest.raises(SearchNotFound, match="7"):
        store.searches.get(7)


def test_one_process_drives_a_search_until_it_falls_silent(store):
    begun(store)
    free = store.searches.last_heartbeats()[0]
    assert free.worker == NOBODY
    assert store.searches.take(free, "a")
    assert not store.searches.take(free, "b")
    last = store.searches.last_heartbeats()[0]
    assert last.worker == "a"
    assert store.searches.record_heartbeat(1, "a", 2.5)
    assert not store.searches.take(last, "b")
    assert store.searches.take(store.searches.last_heartbeats()[0], "b")
    assert not store.searches.record_heartbeat(1, "a", 2.5)
    assert store.searches.get(1).seconds == 2.5
    store.searches.release("b")
    assert store.searches.last_heartbeats()[0].worker == NOBODY


def test_a_trial_is_an_ordinary_run_of_the_person(store):
    search = taken(store)
    number = store.searches.begin_trial(search, "a", 0, VALUES)
    run = store.run(number)
    assert (run.state, run.owner, run.title, run.is_named) == (RunState.QUEUED, "ann", "Search 1, trial 1", False)
    assert (run.search, run.trial, run.config) == (1, 0, search.space.trial_config(VALUES))
    assert store.queue() == [(number, 0)]
    assert store.active(ANN) == 0  # it is in nobody's way
    store.claim(number, "w")
    end_epoch(store, number, 1, 0.75)
    (trial,) = store.searches.trials(1)
    assert (trial.run, trial.values, trial.accuracies) == (number, VALUES, (0.75,))
    assert (trial.state, trial.run_state, trial.is_stop_wanted) == (TrialState.RUNNING, RunState.RUNNING, False)


def test_who_lost_a_search_writes_nothing_any_more(store):
    search = taken(store, "a")
    number = store.searches.begin_trial(search, "a", 0, VALUES)
    assert store.searches.take(store.searches.last_heartbeats()[0], "b")
    assert store.searches.begin_trial(search, "a", 1, VALUES) is None
    (trial,) = store.searches.trials(1)
    store.searches.settle(search, "a", trial, TrialState.FAILED)
    assert not store.searches.end(search.number, "a", SearchState.FAILED, "late")
    assert store.searches.trials(1) == [trial]
    assert store.searches.get(1).state is SearchState.RUNNING
    assert [run.number for run in store.runs()] == [number]


def test_the_same_trial_never_begins_twice(store):
    search = taken(store)
    store.searches.begin_trial(search, "a", 0, VALUES)
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.searches.begin_trial(search, "a", 0, VALUES)
    assert len(store.searches.trials(1)) == 1


def test_a_trial_is_settled_once(store):
    search = taken(store)
    store.searches.begin_trial(search, "a", 0, VALUES)
    (trial,) = store.searches.trials(1)
    assert store.searches.settle(search, "a", trial, TrialState.FINISHED).state is TrialState.FINISHED
    store.searches.settle(search, "a", trial, TrialState.FAILED)
    assert store.searches.trials(1)[0].state is TrialState.FINISHED


def test_a_search_that_is_over_changes_no_more(store):
    search = taken(store)
    store.searches.request_stop(1)
    assert store.searches.get(1).is_stop_wanted
    with pytest.raises(SearchIsActive, match="Stop it first"):
        store.searches.delete(1)
    assert store.searches.end(search.number, "a", SearchState.STOPPED)
    over = store.searches.get(1)
    assert (over.state, over.ended is not None) == (SearchState.STOPPED, True)
    assert store.searches.last_heartbeats() == []
    assert store.searches.begin_trial(search, "a", 0, VALUES) is None
    with pytest.raises(SearchIsOver, match="stopped"):
        store.searches.request_stop(1)


def test_a_deleted_search_takes_its_trials_along(store, small):
    search = taken(store)
    number = store.searches.begin_trial(search, "a", 0, VALUES)
    other = store.create(small).number
    store.claim(number, "w")
    end_epoch(store, number, 1, 0.75)
    store.end(number, "w", Outcome(state=RunState.FINISHED))
    assert ([run.number for run in store.runs()], store.newest_number()) == ([other], other)
    store.searches.end(search.number, "a", SearchState.FINISHED)
    store.searches.delete(1)
    assert store.searches.all() == store.epochs.all(number) == []
    assert [run.number for run in store.runs()] == [other]
    with pytest.raises(SearchNotFound):
        store.searches.delete(1)


def test_trials_hold_up_nobody_s_runs(store, small):
    """A search fills the queue again and again; whoever starts a run meanwhile is next."""
    search = taken(store)
    begun_trials, order = 0, []
    for turn in range(8):
        while len(store.queue()) < 2 + (turn == 3):
            store.searches.begin_trial(search, "a", begun_trials, VALUES)
            begun_trials += 1
        if turn in (2, 3):
            store.create(small, person=dataclasses.replace(ANN, id="ben" if turn == 2 else "ann"))
        number = store.claim_next("w")
        order.append((store.run(number).owner, store.run(number).search))
        store.end(number, "w", Outcome(state=RunState.FINISHED))
    assert order[:2] == [("ann", 1)] * 2
    assert order[2] == ("ben", None)
    assert order[3] == ("ann", None)
    assert order[4:] == [("ann", 1)] * 4
