"""How searches are driven, with trials that are trained at once; that real workers do so is in tests/test_lab.py."""

import subprocess
import sys
import threading
import time

import pytest
from searches import RATE, begun, end_epoch, good, to_its_end, train_next
from waiting import wait_for

from digitlab.errors import DatabaseUnavailable
from digitlab.runs.dispatch import search_driver
from digitlab.runs.dispatch.dispatcher import HeartbeatMonitor
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Failure, Outcome, RunState
from digitlab.runs.records.search import NOBODY, SearchState, TrialState

ANN, BEN = Person(id="ann"), Person(id="ben")
DRIVE = """
import sys
import time
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.store.store import Store
store = Store(sys.argv[1])
driver = SearchDriver(lambda: store, lambda: 2)
while True:
    driver.step()
    time.sleep(0.01)
"""


@pytest.fixture
def driver(store):
    return SearchDriver(lambda: store, lambda: 2)


def fail_next(store, failure=None, message="No room."):
    number = store.claim_next("w")
    store.end(number, "w", Outcome(state=RunState.FAILED, failure=failure, message=message))


def states(store, number):
    return [trial.state for trial in store.searches.trials(number)]


def test_a_search_ends_at_its_limit_and_knows_the_best(store, driver):
    search = to_its_end(store, driver, begun(store, max_trials=7).number)
    trials = store.searches.trials(search.number)
    assert (search.state, search.message) == (SearchState.FINISHED, "")
    assert [trial.number for trial in trials] == list(range(7))
    assert states(store, search.number) == [TrialState.FINISHED] * 7
    for trial in trials:
        assert trial.accuracy == good(store.run(trial.run).config)
    assert not driver.step()


def test_no_more_trials_are_under_way_than_there_are_workers(store, driver):
    search = begun(store)
    for _ in range(3):
        driver.step()
        assert len(store.queue()) == 2
    train_next(store)
    driver.step()
    assert (len(store.queue()), len(store.searches.trials(search.number))) == (2, 3)


def test_a_run_of_another_person_comes_before_the_next_trial(store, driver, small):
    begun(store, person=ANN, max_trials=50)
    driver.step()
    for _ in range(3):
        train_next(store)
        driver.step()
    mine = store.create(small, person=BEN).number
    driver.step()
    assert train_next(store) == mine


def test_a_wish_to_stop_ends_a_search_and_keeps_what_it_has(store, driver):
    search = begun(store)
    driver.step()
    train_next(store)
    driver.step()
    claimed = store.claim_next("w")
    end_epoch(store, claimed, 1, 0.5)
    store.searches.request_stop(search.number)
    driver.step()
    assert store.queue() == []
    assert store.run(claimed).is_stop_wanted
    assert store.searches.get(search.number).state is SearchState.RUNNING
    store.end(claimed, "w", Outcome(state=RunState.STOPPED))
    driver.step()
    assert store.searches.get(search.number).state is SearchState.STOPPED
    assert sorted(states(store, search.number)) == ["finished", "pruned", "pruned"]


def test_after_its_minutes_a_search_begins_no_trial(store, driver):
    search = begun(store, max_minutes=1.0)
    driver.step()
    store.searches.record_heartbeat(search.number, driver._name, 60.0)
    train_next(store)
    driver.step()
    assert len(store.queue()) == 1
    train_next(store)
    driver.step()
    assert store.searches.get(search.number).state is SearchState.FINISHED
    assert len(states(store, search.number)) == 2


def test_nan_in_all_trials_ends_a_search_with_a_sentence(store, driver):
    search = begun(store, RATE, max_trials=100)
    over = to_its_end(store, driver, search.number, lambda store: fail_next(store, Failure.DIVERGED))
    assert over.state is SearchState.FAILED
    assert over.message.startswith("The loss became infinite or not a number (NaN) in all trials")
    assert len(states(store, search.number)) <= 6


def test_trials_that_fail_do_not_end_a_search_that_has_others(store, driver):
    search, turns = begun(store, max_trials=10), iter(range(100))
    over = to_its_end(
        store, driver, search.number, lambda store: train_next(store) if next(turns) % 3 == 0 else fail_next(store)
    )
    assert over.state is SearchState.FINISHED
    assert states(store, search.number).count(TrialState.FAILED) == 6


def test_an_unpromising_trial_is_stopped_early(store, driver):
    search = begun(store, max_trials=6, epochs=3)
    for _ in range(2):
        driver.step()
        train_next(store, lambda _config: 0.9)
        train_next(store, lambda _config: 0.9)
    driver.step()
    poor, other = (store.claim_next("w") for _ in range(2))
    end_epoch(store, poor, 1, 0.3)
    end_epoch(store, other, 1, 0.95)
    driver.step()
    assert (store.run(poor).is_stop_wanted, store.run(other).is_stop_wanted) == (True, False)
    store.end(poor, "w", Outcome(state=RunState.STOPPED))
    driver.step()
    assert store.searches.trials(search.number)[4].state is TrialState.PRUNED


def test_two_processes_do_not_drive_the_same_search(store, driver):
    search = begun(store, max_trials=20)
    other = SearchDriver(lambda: store, lambda: 2)
    ends = [threading.Thread(target=to_its_end, args=(store, driving, search.number)) for driving in (driver, other)]
    for end in ends:
        end.start()
    for end in ends:
        end.join(60)
    trials = store.searches.trials(search.number)
    assert [trial.number for trial in trials] == list(range(20))
    assert {trial.state for trial in trials} == {TrialState.FINISHED}


def test_a_driver_that_sleeps_loses_its_search_and_does_no_harm(store, driver):
    search = begun(store, max_trials=8)
    driver.step()
    other = SearchDriver(lambda: store, lambda: 2)
    other._monitor = HeartbeatMonitor(lost_after=0.05)
    other.step()
    time.sleep(0.1)
    assert other.step()
    train_next(store)
    driver.step()  # it does not know yet
    other.step()
    assert [trial.number for trial in store.searches.trials(search.number)] == [0, 1, 2]
    assert to_its_end(store, other, search.number).state is SearchState.FINISHED
    driver._beaten = dict.fromkeys(driver._beaten, -1e9)
    assert not driver.step()


def test_a_search_goes_on_after_kill_9(store, driver, settings):
    search = begun(store, max_trials=8)
    command = [sys.executable, "-c", DRIVE, settings.database_url]
    for _ in range(2):
        with subprocess.Popen(command) as process:
            before = sum(state.is_over() for state in states(store, search.number))
            wait_for(lambda before=before: trained_and_told(store, search.number) > before + 1)
            process.kill()
    driver.step()
    assert to_its_end(store, driver, search.number).state is SearchState.FINISHED
    trials = store.searches.trials(search.number)
    assert [trial.number for trial in trials] == list(range(8))
    assert {trial.state for trial in trials} == {TrialState.FINISHED}


def trained_and_told(store, number):
    train_next(store)
    return sum(state.is_over() for state in states(store, number))


def test_a_driver_that_failed_takes_its_search_again(store, driver):
    search = begun(store)
    driver.step()
    driver._beaten.clear()
    assert driver.step()
    assert to_its_end(store, driver, search.number).state is SearchState.FINISHED


def test_a_closed_app_leaves_its_searches_to_others(store):
    search = begun(store)
    first = SearchDriver(lambda: store, lambda: 2)
    first.start()
    wait_for(store.queue)
    first.close()
    assert store.searches.last_heartbeats()[0].worker == NOBODY
    second = SearchDriver(lambda: store, lambda: 2)
    assert second.step()
    assert to_its_end(store, second, search.number).state is SearchState.FINISHED


def test_a_deleted_search_is_driven_no_more(store, driver):
    search = begun(store)
    driver.step()
    with store._transaction() as connection:
        connection.exec_driver_sql("DELETE FROM searches")
    assert driver.step()  # it notices by its next heartbeat
    driver._beaten[search.number] = -1e9
    assert not driver.step()


def test_a_search_of_another_version_ends_with_a_sentence(store, driver):
    search = begun(store)
    with store._transaction() as connection:
        connection.exec_driver_sql("UPDATE searches SET space = replace(space, 'learning_rate', 'colour')")
    assert not driver.step()
    with store._transaction() as connection:
        over = connection.exec_driver_sql("SELECT number, state, message FROM searches").one()
    assert tuple(over)[:2] == (search.number, "failed")
    assert "colour" in over.message


def test_while_the_database_is_away_a_driver_waits_and_says_so(store, monkeypatch):
    monkeypatch.setattr(search_driver, "_IDLE", 0.01)
    asked = []

    def away_at_first():
        asked.append(1)
        if len(asked) < 3:
            raise DatabaseUnavailable("It is away.")
        return store

    begun(store)
    driver = SearchDriver(away_at_first, lambda: 1)
    driver.start()
    wait_for(lambda: driver.error_message or len(asked) > 2)
    wait_for(store.queue)
    wait_for(lambda: not driver.error_message)
    driver.close()
