import pytest

from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.runs.records.queue import QueueEntry, duration_of, expected_waits, fair_order


def turns(waiting, running=(), recovering=()):
    """Runs of people: their numbers count up in the order of the text, such as "aab"."""
    every = [(owner, True, False) for owner in waiting] + [(owner, False, False) for owner in running]
    every += [(owner, True, True) for owner in recovering]
    return [
        QueueEntry(number=number, owner=owner, is_waiting=is_waiting, is_recovering=is_recovering)
        for number, (owner, is_waiting, is_recovering) in enumerate(every, start=1)
    ]


def owners(order, turns):
    return "".join(turns[number - 1].owner for number in order)


@pytest.mark.parametrize(
    ("waiting", "running", "served", "order"),
    [
        ("aaabc", "", {}, "abcaa"),
        ("aab", "a", {"a": 1.0}, "baa"),
        ("ab", "", {"a": 1.0, "b": 2.0}, "ab"),
        ("ab", "", {"a": 2.0, "b": 1.0}, "ba"),
        ("aabb", "", {"a": 5.0}, "baba"),
        ("", "ab", {}, ""),
    ],
)
def test_turns_are_fair_between_people(waiting, running, served, order):
    every = turns(waiting, running)
    assert owners(fair_order(every, served), every) == order


def test_a_person_s_own_runs_keep_their_order():
    every = turns("abab")
    numbers = fair_order(every, {})
    assert [number for number in numbers if every[number - 1].owner == "a"] == [1, 3]


def test_what_lost_its_process_comes_first():
    every = turns("ab", recovering="c")
    assert owners(fair_order(every, {"c": 9.0}), every) == "cab"


def test_the_thirtieth_person_waits_for_twenty_nine_runs():
    every = turns("a" * 10 + "".join(chr(ord("b") + k) for k in range(29)))
    order = owners(fair_order(every, {}), every)
    assert len(set(order[:30])) == 30
    assert order[30:] == "a" * 9


def test_waits_follow_from_what_runs_and_what_comes_before():
    assert expected_waits([10.0, 20.0, 5.0], [4.0], 1) == [4.0, 14.0, 34.0]
    assert expected_waits([10.0, 20.0, 5.0], [4.0], 2) == [0.0, 4.0, 10.0]


def test_what_nobody_can_know_is_not_guessed():
    assert expected_waits([10.0, 20.0], [None], 1) == [None, None]
    assert expected_waits([None, 20.0], [3.0], 1) == [3.0, None]


def test_a_duration_follows_from_the_presets_earlier_speed():
    config = TrainingConfig(epochs=3)
    assert duration_of(config, {"tutorial": 48_000.0}) == pytest.approx(3.0)
    assert duration_of(config, {}) is None


def test_a_tuning_takes_seconds_whatever_is_tuned():
    config = fine_tuning_config(TrainingConfig(), FineTuning(base="tutorial", learned=(1,)))
    assert duration_of(config, {}) < 60
