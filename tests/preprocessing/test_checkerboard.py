import cv2
import numpy as np
import pytest

from digitlab.preprocessing.checkerboard import without_checkerboard


def board(side: int, levels: tuple[int, int], *, ink: int | None = 0, shift: int = 0) -> np.ndarray:
    """A seven on a checkerboard, grey values, uint8 (200, 240); ink None: the board alone."""
    down, right = np.mgrid[:200, :240] + shift
    grey = np.where((down // side + right // side) % 2, *levels).astype(np.uint8)
    if ink is not None:
        cv2.polylines(grey, [np.array([(80, 50), (150, 50), (100, 160)])], False, (ink,), 14)
    return grey


def found(grey: np.ndarray) -> np.ndarray | None:
    drawing = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    result = without_checkerboard(drawing, grey)
    return None if result is drawing else result[..., 0]


@pytest.mark.parametrize("side", [4, 8, 12, 25])
@pytest.mark.parametrize(("levels", "ink"), [((255, 204), 0), ((255, 191), 60), ((102, 153), 255), ((40, 60), 250)])
@pytest.mark.parametrize("shift", [0, 5])
def test_squares_get_one_colour_and_the_ink_stays(side, levels, ink, shift):
    picture = board(side, levels, ink=ink, shift=shift)
    result = found(picture)
    assert np.array_equal(result == ink, picture == ink)
    assert len(np.unique(result[picture != ink])) == 1


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(board(12, (255, 0), ink=None), id="a board in black and white"),
        pytest.param(board(300, (255, 200)), id="one colour"),
        pytest.param(np.where(np.mgrid[:200, :240][1] // 12 % 2, 255, 200).astype(np.uint8), id="stripes"),
        pytest.param(np.where(np.mgrid[:200, :240][1] < 100, 255, 200).astype(np.uint8), id="two halves"),
        pytest.param(np.random.default_rng(1).choice([200, 255], (200, 240)).astype(np.uint8), id="noise"),
        pytest.param(np.full((2, 300), 255, np.uint8), id="a line"),
    ],
)
def test_what_is_no_checkerboard_stays(picture):
    assert found(picture) is None
