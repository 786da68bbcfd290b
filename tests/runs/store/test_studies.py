"""What Optuna suggests and is told, in the lab's own database."""

import dataclasses
import statistics
from contextlib import closing

import pytest
import sqlalchemy as sa
from searches import RATE, UNITS, begun, good, space

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.search_parameters import PARAMETERS, Varied
from digitlab.runs.records.run import RunState
from digitlab.runs.records.search import Trial, TrialState
from digitlab.runs.store import studies
from digitlab.runs.store.store import Store


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def trial(number, values, *accuracies, state=TrialState.FINISHED):
    run_state = RunState.FINISHED if state.is_over() else RunState.RUNNING
    return Trial(number=number, run=1, values=values, state=state, run_state=run_state, accuracies=accuracies)


def tried(store, search, count, begun=()):
    """Try so many values, tell how good they are, and return the trials."""
    trials = list(begun)
    for _ in range(count):
        number, values = store.studies.next_trial(search, {attempt.number for attempt in trials})
        attempt = trial(number, values, good(search.space.trial_config(values)))
        store.studies.tell(search, attempt, TrialState.FINISHED)
        trials.append(attempt)
    return trials


def test_each_kind_of_setting_is_tried_within_its_bounds(store):
    search = begun(store, *(Varied(name=name, values=p.usual) for name, p in PARAMETERS.items()), max_trials=20)
    for number in range(12):
        suggested, values = store.studies.next_trial(search, range(number))
        assert suggested == number
        search.space.trial_config(values)  # it can be trained
        for varied in search.space.varied:
            value, steps = values[varied.name], varied.parameter.steps(varied.values)
            assert value in steps if steps else varied.values[0] <= value <= varied.values[1]


def test_optuna_changes_nothing_about_the_lab_s_connections(store):
    listeners = store._database.engine.pool.dispatch.connect
    before = list(listeners)
    tried(store, begun(store), 1)
    assert list(listeners) == before  # one more would break into what connects another thread at that moment


def test_a_study_learns_what_is_good(settings):
    with closing(Store(settings.database_url)) as store:  # what is suggested does not hang on the kind of database
        trials = tried(store, begun(store, max_trials=30, seed=3), 30)
    assert [attempt.number for attempt in trials] == list(range(30))
    distances = [0.9 - attempt.accuracy for attempt in trials]
    assert statistics.median(distances[10:]) < 0.6 * statistics.median(distances[:10])


def test_another_process_suggests_what_the_first_would_have(database_url, store):
    first, second = begun(store), begun(store)
    whole = tried(store, first, 6)
    half = tried(store, second, 3)
    again = Store(database_url)
    resumed = tried(again, second, 3, half)
    again.close()
    assert [attempt.values for attempt in resumed] == [attempt.values for attempt in whole]


def test_a_suggestion_whose_process_ended_is_not_lost(store):
    search = begun(store)
    number, values = store.studies.next_trial(search, [])
    assert store.studies.next_trial(search, []) == (number, values)
    assert store.studies.next_trial(search, [number])[0] == number + 1


def test_half_a_suggestion_is_completed(store):
    search = begun(store)
    number, values = store.studies.next_trial(search, [])
    with store._transaction() as connection:
        connection.execute(sa.text("DELETE FROM trial_params WHERE param_name = 'units'"))
    again, completed = store.studies.next_trial(search, [])
    assert (again, completed["learning_rate"]) == (number, values["learning_rate"])
    assert completed["units"] in (16, 32, 64)
    assert store.studies.next_trial(search, []) == (number, completed)


def test_a_trial_is_told_once(store):
    search = begun(store)
    number, values = store.studies.next_trial(search, [])
    store.studies.tell(search, trial(number, values, 0.5), TrialState.FINISHED)
    store.studies.tell(search, trial(number, values, 0.9), TrialState.FAILED)
    with store._transaction() as connection:
        found = connection.execute(sa.text("SELECT state, value FROM trials JOIN trial_values USING (trial_id)")).all()
    assert [(row.state, row.value) for row in found] == [("COMPLETE", 0.5)]


def test_what_is_worse_than_the_median_is_not_promising(store):
    search = begun(store, epochs=3)
    for accuracy in (0.8, 0.82, 0.84, 0.86):
        number, values = store.studies.next_trial(search, range(10))
        under_way = trial(number, values, 0.1, state=TrialState.RUNNING)
        assert not store.studies.is_unpromising(search, under_way)  # too early to say
        store.studies.tell(search, trial(number, values, accuracy, accuracy, accuracy), TrialState.FINISHED)
    number, values = store.studies.next_trial(search, range(10))
    assert store.studies.is_unpromising(search, trial(number, values, 0.7, state=TrialState.RUNNING))
    assert not store.studies.is_unpromising(search, trial(number, values, 0.85, state=TrialState.RUNNING))
    store.studies.tell(search, trial(number, values, 0.7), TrialState.PRUNED)
    with store._transaction() as connection:
        states = connection.execute(sa.text("SELECT state FROM trials ORDER BY number")).scalars().all()
    assert states == ["COMPLETE"] * 4 + ["PRUNED"]


def test_a_deleted_study_leaves_nothing(store):
    search, other = begun(store), begun(store)
    tried(store, search, 2)
    tried(store, other, 1)
    store.studies.delete(search)
    store.studies.delete(search)
    with store._transaction() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM trials")).scalar_one() == 1


def test_a_database_that_is_away_is_said_to_be(store, monkeypatch):
    search = begun(store)
    with store._transaction() as connection:
        connection.execute(sa.text("CREATE TABLE studies (wrong INTEGER)"))
    with pytest.raises(DatabaseUnavailable, match="does not respond"):
        store.studies.next_trial(search, [])


def test_importance_is_that_of_the_better_trials():
    searched = space(RATE, UNITS)
    tries = [
        {"learning_rate": 10 ** (-4 + 4 * k / 23), "units": (16, 32, 64)[k % 3]} for k in range(24)
    ]  # the rate decides, the width does not
    trials = [trial(k, values, good(searched.trial_config(values))) for k, values in enumerate(tries)]
    shares = studies.importance(searched, trials)
    assert list(shares) == ["learning_rate", "units"]
    assert shares["learning_rate"] > 0.7
    assert sum(shares.values()) == pytest.approx(1)


def test_there_is_no_importance_of_few_or_equal_trials():
    searched = space(RATE, UNITS)
    values = {"learning_rate": 0.01, "units": 16}
    assert studies.importance(searched, [trial(k, values, 0.5 + k / 10) for k in range(3)]) == {}
    assert studies.importance(searched, [trial(k, values, 0.5) for k in range(9)]) == {}
    unfinished = [dataclasses.replace(trial(k, values, k / 10), state=TrialState.PRUNED) for k in range(9)]
    assert studies.importance(searched, unfinished) == {}
