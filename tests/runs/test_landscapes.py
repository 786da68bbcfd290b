import time

import numpy as np
import pytest

from digitlab.errors import WorkersUnavailable
from digitlab.networks.landscape import Landscape
from digitlab.runs import answers
from digitlab.runs.landscapes import DIGITS, InTheMaking, Landscapes


def answer(question, path, *arguments):
    """A worker's answers, in this process."""
    return answers.answer(question, path, arguments)


def made(landscapes, path):
    for _ in range(2000):
        state = landscapes.of(path)
        if isinstance(state, Landscape) or state.trouble:
            return state
        time.sleep(0.05)
    raise AssertionError("no map was made in time")


@pytest.fixture
def path(ready_made):
    return ready_made / "tutorial.keras"


def test_a_map_is_made_in_the_background_kept_and_found_again(path, digits, tmp_path):
    landscapes = Landscapes(tmp_path, answer, lambda: digits)
    assert landscapes.of(path) == InTheMaking(0)
    one = made(landscapes, path)
    assert one.points.shape == (DIGITS, 64)
    assert made(landscapes, path) is one

    def nobody(question, path, *arguments):
        raise AssertionError("it was kept")

    again = Landscapes(tmp_path, nobody, lambda: digits).of(path)
    assert np.array_equal(again.points, one.points)
    assert [file.name for file in tmp_path.iterdir()] == [f"tutorial-{path.stat().st_mtime_ns}.npz"]

    hidden = answer("hidden", path, digits.x_train[40:41])[0]
    numbers, distances = again.nearest(hidden, 12)
    assert numbers[0] == 40
    assert distances[0] == pytest.approx(0, abs=1e-3)
    assert (digits.y_train[numbers] == digits.y_train[40]).mean() > 0.8


def test_a_trouble_is_told_once_and_then_it_is_tried_again(path, digits, tmp_path):
    answered = []

    def late(question, path, *arguments):
        answered.append(question)
        if len(answered) < 2:
            raise WorkersUnavailable("No worker is there.")
        return answer(question, path, *arguments)

    landscapes = Landscapes(tmp_path, late, lambda: digits)
    assert made(landscapes, path).trouble == "No worker is there."
    assert isinstance(made(landscapes, path), Landscape)


def test_a_file_that_is_no_map_is_made_anew(path, digits, tmp_path):
    (tmp_path / f"tutorial-{path.stat().st_mtime_ns}.npz").write_bytes(b"no map")
    assert isinstance(made(Landscapes(tmp_path, answer, lambda: digits), path), Landscape)
