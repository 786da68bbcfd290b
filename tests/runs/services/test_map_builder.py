import time

import numpy as np
import pytest

from digitlab.errors import WorkersUnavailable
from digitlab.networks.digit_map import DigitMap
from digitlab.runs.dispatch import jobs
from digitlab.runs.services.map_builder import DIGITS, MapBuilder, MapProgress


@pytest.fixture
def ask(settings):
    """Answers in this process what a worker would."""
    return lambda question, *args: question(settings, *args)


def made(map_builder):
    for _ in range(2000):
        state = map_builder.get("tutorial", 12.5)
        if isinstance(state, DigitMap) or state.error_message:
            return state
        time.sleep(0.05)
    raise AssertionError("no map was made in time")


def test_a_map_is_made_in_the_background_kept_and_found_again(ask, digits, tmp_path):
    map_builder = MapBuilder(tmp_path, ask, lambda: digits)
    assert map_builder.get("tutorial", 12.5) == MapProgress(0)
    digit_map = made(map_builder)
    assert digit_map.points.shape == (DIGITS, 64)
    assert made(map_builder) is digit_map

    def nobody(question, *args):
        raise AssertionError("it was kept")

    again = MapBuilder(tmp_path, nobody, lambda: digits).get("tutorial", 12.5)
    assert np.array_equal(again.points, digit_map.points)
    assert [file.name for file in tmp_path.iterdir()] == ["tutorial-12500.npz"]

    hidden = ask(jobs.hidden, "tutorial", digits.x_train[40:41])[0]
    numbers, distances = again.nearest(hidden, 12)
    assert numbers[0] == 40
    assert distances[0] == pytest.approx(0, abs=1e-3)
    assert (digits.y_train[numbers] == digits.y_train[40]).mean() > 0.8


def test_an_error_is_told_once_and_then_it_is_tried_again(ask, digits, tmp_path):
    answered = []

    def late(question, *args):
        answered.append(question)
        if len(answered) < 2:
            raise WorkersUnavailable("No worker is there.")
        return ask(question, *args)

    map_builder = MapBuilder(tmp_path, late, lambda: digits)
    assert made(map_builder).error_message == "No worker is there."
    assert isinstance(made(map_builder), DigitMap)


def test_a_file_that_is_no_map_is_made_anew(ask, digits, tmp_path):
    (tmp_path / "tutorial-12500.npz").write_bytes(b"no map")
    assert isinstance(made(MapBuilder(tmp_path, ask, lambda: digits)), DigitMap)
