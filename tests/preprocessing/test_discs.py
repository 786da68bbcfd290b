import cv2
import numpy as np
import pytest

from digitlab.preprocessing.discs import invert_discs

SEVEN, ONE = [(-30, -40), (30, -40), (-10, 45)], [(0, -45), (0, 45)]


def line(ink: np.ndarray, path: list[tuple[int, int]], middle: tuple[int, int], level: int, width: int = 12) -> None:
    cv2.polylines(ink, [np.array(path) + middle], False, (level,), width, cv2.LINE_AA)


def badge(*middles: tuple[int, int], path=SEVEN, disc: int = 180, level: int = 0) -> np.ndarray:
    """Ink of a picture of 400 x 240 pixels with strokes on discs, uint8 (240, 400)."""
    ink = np.zeros((240, 400), np.uint8)
    for middle in middles:
        cv2.circle(ink, middle, 90, (disc,), cv2.FILLED, cv2.LINE_AA)
        line(ink, path, middle, level)
    return ink


def strokes(*middles: tuple[int, int], path=SEVEN) -> np.ndarray:
    ink = np.zeros((240, 400), np.uint8)
    for middle in middles:
        line(ink, path, middle, 255)
    return ink


@pytest.mark.parametrize("middles", [[(200, 120)], [(100, 120), (300, 120)]])
@pytest.mark.parametrize("path", [SEVEN, ONE])
@pytest.mark.parametrize(("disc", "level"), [(255, 0), (180, 0), (100, 255), (200, 120)])
def test_what_is_written_on_a_disc_is_ink_and_the_disc_is_none(middles, path, disc, level):
    found = invert_discs(badge(*middles, path=path, disc=disc, level=level))
    assert np.abs(found.astype(int) - strokes(*middles, path=path)).max() <= 8  # rounding, enlarged


@pytest.mark.parametrize("loops", [[(0, 0)], [(0, -22), (0, 22)]])
def test_a_zero_and_an_eight_on_a_disc_are_no_holes(loops):
    ink, written = np.zeros((240, 400), np.uint8), np.zeros((240, 400), np.uint8)
    cv2.circle(ink, (200, 120), 90, (255,), cv2.FILLED, cv2.LINE_AA)
    for picture, level in ((ink, 0), (written, 255)):
        for x, y in loops:
            radii = (24, 44 // len(loops))
            cv2.ellipse(picture, (200 + x, 120 + y), radii, 0, 0, 360, (level,), 9, cv2.LINE_AA)
    assert np.abs(invert_discs(ink).astype(int) - written).max() <= 8


def test_ink_beside_a_disc_stays():
    ink = badge((300, 120), disc=255)
    line(ink, SEVEN, (80, 120), 255)
    assert np.abs(invert_discs(ink).astype(int) - strokes((300, 120), (80, 120))).max() <= 4


def zero(width: int, height: int, pen: int) -> np.ndarray:
    """A zero that fills its picture, so many pixels wide and tall."""
    ink = np.zeros((height, width), np.uint8)
    middle, axes = (width // 2, height // 2), ((width - pen) // 2, (height - pen) // 2)
    cv2.ellipse(ink, middle, axes, 0, 0, 360, (255,), pen, cv2.LINE_AA)
    return ink


@pytest.mark.parametrize("pen", [30, 60, 80, 100])
@pytest.mark.parametrize("width", [180, 190, 200])
def test_a_thick_zero_is_no_disc(width, pen):
    ink = zero(width, 200, pen)
    assert invert_discs(ink) is ink


def circle(pen: int, path: list[tuple[int, int]], middle=(200, 120)) -> np.ndarray:
    """A thick circle, and strokes of the same pen that reach into it or lie within it."""
    ink = np.zeros((240, 400), np.uint8)
    cv2.ellipse(ink, (200, 120), (80, 85), 0, 0, 360, (255,), pen, cv2.LINE_AA)
    line(ink, path, middle, 255, pen)
    return ink


@pytest.mark.parametrize("pen", [20, 36, 48])
@pytest.mark.parametrize("path", [[(40, -45), (32, 10)], [(80, 0), (30, 0)], [(0, -85), (0, -30)]])
def test_a_thick_zero_whose_stroke_ends_inside_is_no_disc(pen, path):
    ink = circle(pen, path)
    assert invert_discs(ink) is ink


@pytest.mark.parametrize("pen", [20, 28, 36])
@pytest.mark.parametrize("path", [[(-20, -25), (20, -25), (-5, 28)], [(0, -25), (0, 25)]])
def test_a_digit_in_a_thick_circle_is_not_on_a_disc(pen, path):
    ink = circle(pen, path)
    assert invert_discs(ink) is ink


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(badge((200, 120), path=[(-60, 0), (60, 0)], disc=255), id="with a dash"),
        pytest.param(cv2.copyMakeBorder(badge((200, 120)), 240, 240, 0, 0, cv2.BORDER_CONSTANT), id="with less ink"),
        pytest.param(badge((200, 120), path=[(0, 0), (0, 0)], disc=255), id="with a dot"),
        pytest.param(badge((200, 120), disc=255, level=255), id="empty"),
        pytest.param(np.full((200, 200), 255, np.uint8), id="a square"),
        pytest.param(cv2.resize(badge((200, 120)), (400, 150)), id="flat"),
        pytest.param(badge((200, 120))[:, :250], id="cut off"),
        pytest.param(strokes((200, 120)), id="a thin digit"),
        pytest.param(np.zeros((50, 50), np.uint8), id="nothing"),
    ],
)
def test_what_is_no_disc_with_a_digit_stays(ink):
    assert invert_discs(ink) is ink
