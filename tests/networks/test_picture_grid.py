import cv2
import numpy as np
import pytest
from forms import form, on_paper, written

from digitlab.networks.recognition import Recogniser

SIDES = (24, 40, 280)
INKS = {"black": (0, 0, 0), "pale": (200, 200, 200), "pink": (255, 174, 201)}


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


@pytest.mark.parametrize("pen", [1, 2, 14, 40])
def test_no_pen_size_or_ink_of_a_picture_is_misread(recogniser, pen):
    """A coarse grid of `benchmarks/pictures.py`: a pen on 280 x 280 pixels, scaled to each side."""
    covers = [form([written(digit)], kind="none", cell=(280, 280), pen=pen, margin=0) for digit in range(10)]
    for side in SIDES:
        small = [cv2.resize(cover, (side, side), interpolation=cv2.INTER_AREA) for cover in covers]
        for name, ink in INKS.items():
            read = [recogniser.read(on_paper(cover, ink=ink)).digit for cover in small]
            assert read == list(range(10)), f"{name} ink, {side} pixels"


def test_the_faintest_line_that_a_file_can_hold_is_read(recogniser):
    cover = form([written(4)], kind="none", cell=(280, 280), pen=14, margin=0)
    assert recogniser.read(on_paper(cover, ink=(251, 251, 251))).digit == 4


def test_a_page_that_is_nearly_one_colour_holds_nothing(recogniser):
    noisy = np.random.default_rng(1).integers(250, 256, (40, 40), np.uint8)
    page = np.dstack([noisy, noisy, noisy, np.full_like(noisy, 255)])
    assert recogniser.read_number(page).digits == ()
