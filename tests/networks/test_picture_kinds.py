import cv2
import numpy as np
import pytest
from forms import form, on_paper, written

from digitlab.networks.recognition import Recogniser

DIGITS = tuple(range(10))


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


def cover(digit: int, side: int = 200, *, angle: float = 0.0, pen: float = 12) -> np.ndarray:
    """float32 (side, side), 0 to 1: how much of each pixel the pen has covered."""
    return form([written(digit)], kind="none", cell=(side, side), pen=pen, margin=0, angle=angle)


def transparent(share: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Ink in the alpha alone: all pixels have one colour."""
    alpha = np.round(share * 255).astype(np.uint8)
    return np.dstack([np.full((*share.shape, 3), colour, np.uint8), alpha])


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (30, 60, 220)])
@pytest.mark.parametrize("strength", [1.0, 0.3])
def test_ink_in_the_alpha_alone_is_read(recogniser, colour, strength):
    read = [recogniser.read(transparent(cover(digit) * strength, colour)).digit for digit in DIGITS]
    assert read == list(DIGITS)


@pytest.mark.parametrize("alpha", [0, 1, 100, 254])
@pytest.mark.parametrize(("ground", "ink"), [((255, 255, 255), (0, 0, 0)), ((0, 0, 0), (255, 255, 255))])
def test_ink_in_the_colours_alone_is_read(recogniser, ground, ink, alpha):
    for digit in DIGITS:
        drawing = on_paper(cover(digit), paper=ground, ink=ink)
        drawing[..., 3] = alpha
        assert recogniser.read(drawing).digit == digit


@pytest.mark.parametrize("ground", [(255, 255, 255), (40, 90, 60)])
def test_ink_of_the_ground_s_brightness_is_read(recogniser, ground):
    grey = round(0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2])
    ink = (255, 255, 90) if grey > 200 else (150, 30, 60)
    read = [recogniser.read(on_paper(cover(digit), paper=ground, ink=ink)).digit for digit in DIGITS]
    assert read == list(DIGITS)


@pytest.mark.parametrize("side", [28, 48, 200])
def test_hard_pixels_without_antialiasing_are_read(recogniser, side):
    for digit in DIGITS:
        hard = (cover(digit, side, pen=max(1.2, side / 18)) > 0.5).astype(np.float32)
        assert recogniser.read(on_paper(hard)).digit == digit
        large = cv2.resize(hard, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
        assert recogniser.read(on_paper(large)).digit == digit


@pytest.mark.parametrize("angle", [-15, 15])
def test_a_picture_turned_by_15_degrees_is_read(recogniser, angle):
    read = [recogniser.read(on_paper(cover(digit, angle=angle))).digit for digit in DIGITS]
    assert sum(digit == wanted for digit, wanted in zip(read, DIGITS, strict=True)) >= 9, read
