"""What a search and its trials say of themselves."""

import dataclasses

import pytest
from searches import space

from digitlab.errors import SearchNotFound
from digitlab.runs.records.run import Failure, RunState
from digitlab.runs.records.search import (
    Search,
    SearchState,
    Trial,
    TrialState,
    best_so_far,
    best_trial,
    check_number,
    is_hopeless,
    why_nothing_was_found,
)


def trial(number=0, accuracy=None, state=TrialState.FINISHED, run_state=RunState.FINISHED, **others):
    accuracies = () if accuracy is None else (accuracy,)
    return Trial(
        number=number, run=number + 1, values={}, state=state, run_state=run_state, accuracies=accuracies, **others
    )


def failed(count, **others):
    return [trial(number, state=TrialState.FAILED, **others) for number in range(count)]


@pytest.mark.parametrize(
    ("run_state", "accuracy", "outcome"),
    [
        (RunState.QUEUED, None, TrialState.RUNNING),
        (RunState.RUNNING, 0.5, TrialState.RUNNING),
        (RunState.FINISHED, 0.5, TrialState.FINISHED),
        (RunState.FINISHED, None, TrialState.FAILED),
        (RunState.FINISHED, float("nan"), TrialState.FAILED),
        (RunState.STOPPED, 0.5, TrialState.PRUNED),
        (RunState.STOPPED, None, TrialState.PRUNED),
        (RunState.PAUSED, 0.5, TrialState.FAILED),
        (RunState.FAILED, 0.5, TrialState.FAILED),
        (RunState.INTERRUPTED, 0.5, TrialState.FAILED),
    ],
)
def test_a_trial_comes_to_what_its_run_came_to(run_state, accuracy, outcome):
    assert trial(accuracy=accuracy, state=TrialState.RUNNING, run_state=run_state).outcome is outcome


def test_the_best_is_the_first_of_the_finished_ones():
    trials = [
        trial(0, 0.5),
        trial(1, 0.99, state=TrialState.PRUNED),
        trial(2, 0.7),
        trial(3, 0.7),
        trial(4, 0.6),
        trial(5, None, state=TrialState.RUNNING),
    ]
    assert best_trial(trials[::-1]).number == 2
    assert best_so_far(trials) == [(0, 0.5), (2, 0.7), (3, 0.7), (4, 0.7)]
    assert best_trial(failed(3)) is None


def test_a_search_is_hopeless_when_five_failed():
    assert not is_hopeless(failed(4))
    assert is_hopeless(failed(5))
    assert not is_hopeless([*failed(5), trial(5, state=TrialState.RUNNING)])


def test_why_nothing_was_found_is_said_in_sentences():
    diverged = failed(3, failure=Failure.DIVERGED)
    assert why_nothing_was_found(diverged) == (
        "The loss became infinite or not a number (NaN) in all trials, 3. Search again with lower learning rates."
    )
    assert why_nothing_was_found([*diverged, *failed(1, message="No room.")]).endswith("The last reason: No room.")
    assert "more minutes" in why_nothing_was_found([])


def test_a_search_begins_trials_until_its_limit_or_a_wish():
    search = Search(number=1, title="", space=space(max_minutes=2.0), state=SearchState.RUNNING, created=0.0)
    assert search.may_begin_trial(5)
    assert not search.may_begin_trial(6)
    assert not dataclasses.replace(search, seconds=120.0).may_begin_trial(5)
    assert not dataclasses.replace(search, is_stop_wanted=True).may_begin_trial(0)


def test_a_number_that_no_search_can_have_is_refused():
    with pytest.raises(SearchNotFound, match="-1"):
        check_number(-1)
