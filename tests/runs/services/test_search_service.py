"""What people may do with searches; how they are driven is in tests/runs/dispatch/test_search_driver.py."""

import dataclasses

import pytest
from searches import space, train_next

from digitlab.errors import InvalidSetting, LimitReached, NotAllowed, SearchIsActive, SearchNotFound
from digitlab.networks.config import TrainingConfig
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import RunState
from digitlab.runs.records.search import SearchState
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.search_service import SearchService
from digitlab.runs.services.training_service import TrainingService

ANN, BEN = Person(id="ann"), Person(id="ben")


@pytest.fixture
def trainings(settings, record, changes):
    return TrainingService(settings, record, Limits(settings), lambda: changes.append(1))


@pytest.fixture
def searches(settings, record, changes, trainings):
    limited = dataclasses.replace(settings, max_runs_per_person=1, max_epochs=20)
    return SearchService(limited, record, Limits(limited), trainings, lambda: changes.append(1))


@pytest.fixture
def driver(record):
    return SearchDriver(record, lambda: 1)


def to_its_end(record, driver, number):
    while not record().searches.get(number).state.is_over():
        driver.step()
        train_next(record())


def test_each_person_has_one_search_at_a_time(searches, record, changes):
    first = searches.start(space(), "Mine", ANN)
    with pytest.raises(LimitReached, match=r"running: Mine\. Stop it"):
        searches.start(space(), "", ANN)
    searches.start(space(), "", BEN)
    for _ in range(2):
        searches.start(space(), "", OPERATOR)
    assert [search.title for search in searches.all()] == ["Search 4", "Search 3", "Search 2", "Mine"]
    assert (searches.get(first.number), len(changes)) == (first, 4)


def test_what_is_refused_starts_nothing(searches, changes):
    with pytest.raises(NotAllowed, match="Log in"):
        searches.start(space(), "", Person(id=""))
    with pytest.raises(InvalidSetting, match="allows 20 epochs, not 21"):
        searches.start(space(epochs=21), "", ANN)
    with pytest.raises(InvalidSetting, match="title"):
        searches.start(space(), "\a", ANN)
    with pytest.raises(SearchNotFound):
        searches.get(0)
    assert (searches.all(), changes) == ([], [])


def test_only_the_owner_or_a_teacher_may_stop_or_delete(searches, record, driver):
    number = searches.start(space(), "", ANN).number
    for verb in (searches.stop, searches.delete):
        with pytest.raises(NotAllowed, match="somebody else"):
            verb(number, BEN)
    searches.stop(number, OPERATOR)
    to_its_end(record, driver, number)
    searches.delete(number, ANN)
    assert (searches.all(), record().runs()) == ([], [])


def test_the_best_is_trained_in_full_as_an_ordinary_run(searches, record, driver):
    number = searches.start(space(), "Mine", ANN).number
    with pytest.raises(SearchIsActive, match="Wait for one"):
        searches.train_best(number, ANN)
    to_its_end(record, driver, number)
    assert searches.get(number).state is SearchState.FINISHED
    best = max(searches.trials(number), key=lambda trial: trial.accuracy)
    run = searches.train_best(number, BEN)
    assert (run.title, run.owner, run.search, run.state) == ("Mine, best", "ben", None, RunState.QUEUED)
    assert run.config.learning_rate == best.values["learning_rate"]
    assert (run.config.epochs, run.config.training_digits) == (TrainingConfig().epochs, 60_000)


def test_a_trial_cannot_be_taken_out_of_its_search(searches, record, driver, trainings):
    number = searches.start(space(), "", ANN).number
    driver.step()
    run = searches.trials(number)[0].run
    for verb in (trainings.pause, trainings.delete, lambda run, person: trainings.resume(run, person, 5)):
        with pytest.raises(SearchIsActive, match=f"Run {run} is a trial of search {number}"):
            verb(run, ANN)
    trainings.stop(run, ANN)
    driver.step()
    assert searches.trials(number)[0].state.label == "stopped early"


def test_importance_is_computed_once_for_each_number_of_trials(searches, record, driver, monkeypatch):
    number = searches.start(space(), "", ANN).number
    assert searches.importance(searches.get(number), []) == {}
    to_its_end(record, driver, number)
    search, trials = searches.get(number), searches.trials(number)
    shares = searches.importance(search, trials)
    assert set(shares) == {"learning_rate", "units"}
    monkeypatch.setattr("digitlab.runs.store.studies.importance", None)
    assert searches.importance(search, trials) is shares
