import dataclasses
import threading

import pytest
from waiting import wait_for

from digitlab.errors import LimitReached, NotAllowed, WorkersUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.networks.range_test import Ending, RangeTest
from digitlab.runs.records.people import Person
from digitlab.runs.services import rate_finder
from digitlab.runs.services.rate_finder import RangeTestProgress, RateFinder

RESULT = RangeTest(rates=(0.1, 1.0), losses=(2.0, 3.0), batch_size=32, ending=Ending.DIVERGED)
CONFIG = TrainingConfig()
ME = Person(id="me")


def is_over(finder, config=CONFIG):
    state = finder.get(config)
    return isinstance(state, RangeTest) or bool(state.error_message)


def test_the_same_settings_are_tested_once():
    asked = []
    finder = RateFinder(lambda question, config: asked.append(config) or RESULT)
    assert finder.get(CONFIG) is None
    finder.start(CONFIG, ME)
    wait_for(lambda: is_over(finder))
    finder.start(dataclasses.replace(CONFIG, learning_rate=0.5, epochs=3), ME)
    assert finder.get(dataclasses.replace(CONFIG, epochs=7)) is RESULT
    assert len(asked) == 1


def test_one_test_runs_at_a_time_and_few_wait(monkeypatch):
    monkeypatch.setattr(rate_finder, "_MAX_WAITING", 2)
    go_on = threading.Event()
    finder = RateFinder(lambda question, config: go_on.wait(20) and RESULT)
    others = [TrainingConfig(seed=seed) for seed in (2, 3)]
    finder.start(CONFIG, ME)
    wait_for(lambda: not finder.get(CONFIG).is_waiting)
    finder.start(others[0], Person(id="another"))
    assert finder.get(others[0]) == RangeTestProgress(is_waiting=True)
    with pytest.raises(LimitReached, match="Try again in a minute"):
        finder.start(others[1], Person(id="a third"))
    go_on.set()
    wait_for(lambda: is_over(finder, others[0]))


def test_each_person_has_one_test_at_a_time():
    go_on = threading.Event()
    finder = RateFinder(lambda question, config: go_on.wait(20) and RESULT)
    finder.start(CONFIG, ME)
    finder.start(CONFIG, ME)  # the same one
    other = TrainingConfig(seed=2)
    with pytest.raises(LimitReached, match="Your search for a learning rate with other settings is still under way"):
        finder.start(other, ME)
    assert finder.get(other) is None
    go_on.set()
    wait_for(lambda: is_over(finder))
    finder.start(other, ME)
    wait_for(lambda: finder.get(other) is RESULT)


def test_a_test_that_hangs_holds_nobody_up_for_ever(monkeypatch):
    monkeypatch.setattr(rate_finder, "_PATIENCE", 0.01)
    go_on = threading.Event()
    finder = RateFinder(lambda question, config: go_on.wait(20) and RESULT)
    finder.start(CONFIG, ME)
    wait_for(lambda: not finder.get(CONFIG).is_waiting)
    other = TrainingConfig(seed=2)
    finder.start(other, Person(id="another"))
    wait_for(lambda: is_over(finder, other))
    assert "Try again in a minute" in finder.get(other).error_message
    go_on.set()
    wait_for(lambda: is_over(finder))


def test_a_failure_is_told_and_the_next_click_tries_again():
    answers = [WorkersUnavailable("No worker is there."), RESULT]

    def ask(question, config):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    finder = RateFinder(ask)
    finder.start(CONFIG, ME)
    wait_for(lambda: is_over(finder))
    assert finder.get(CONFIG).error_message == "No worker is there."
    finder.start(CONFIG, ME)
    wait_for(lambda: finder.get(CONFIG) is RESULT)


def test_a_test_without_time_can_be_repeated():
    answers = [dataclasses.replace(RESULT, ending=Ending.OUT_OF_TIME), RESULT]
    finder = RateFinder(lambda question, config: answers.pop(0))
    finder.start(CONFIG, ME)
    wait_for(lambda: is_over(finder))
    finder.start(CONFIG, ME)
    wait_for(lambda: finder.get(CONFIG) is RESULT)


def test_nobody_tests_without_logging_in():
    finder = RateFinder(lambda question, config: RESULT)
    with pytest.raises(NotAllowed):
        finder.start(CONFIG, Person(id=""))
    assert finder.get(CONFIG) is None
