import cv2
import numpy as np
import pytest

from digitlab.preprocessing.picture_edges import inside_bars, remove_corners


def screenshot(*, top=0, bottom=0, left=0, right=0, level=200, side_level=200, text=True):
    """Ink of a picture of 300 x 400 pixels with a seven in its middle, and bars along some edges."""
    ink = np.zeros((300, 400), np.uint8)
    ink[:, :left] = ink[:, 400 - right :] = side_level
    ink[:top] = ink[300 - bottom :] = level
    if text:
        for row in (top // 2 + 4, 300 - bottom // 2 + 4):
            cv2.putText(ink, "File  Edit  View", (130, row), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (20,), 1)
    cv2.polylines(ink, [np.array([(160, 90), (240, 90), (190, 220)])], False, (255,), 12)
    return ink


@pytest.mark.parametrize(
    "bars",
    [
        {"top": 30},
        {"bottom": 24},
        {"left": 90},
        {"right": 60},
        {"top": 30, "bottom": 20},
        {"top": 30, "left": 80},
        {"top": 30, "bottom": 20, "left": 80, "right": 60},
    ],
)
@pytest.mark.parametrize("text", [False, True])
def test_bars_are_left_out(bars, text):
    depths = {"top": 0, "bottom": 0, "left": 0, "right": 0} | bars
    rows, columns = inside_bars(screenshot(**bars, text=text and bool(depths["top"])), 0)
    assert (rows.start, 300 - rows.stop, columns.start, 400 - columns.stop) == tuple(depths.values())


def test_a_bar_beside_one_of_another_colour_is_found_in_it():
    ink = screenshot(top=30, left=80, level=120, side_level=220)
    rows, columns = inside_bars(ink, 0)
    assert (rows.start, columns.start) == (30, 0)
    rows, columns = inside_bars(ink[rows, columns], 0)
    assert (rows.start, columns.start) == (0, 80)


def test_the_soft_edge_of_a_bar_goes_with_it():
    ink = screenshot(top=30)
    ink[30:34] = np.array([[160], [110], [60], [30]])
    assert inside_bars(ink, 0)[0].start == 34


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(screenshot(), id="nothing along the edges"),
        pytest.param(screenshot()[85:226, 155:246], id="a seven that fills its picture"),
        pytest.param(screenshot(top=3), id="a line"),
        pytest.param(screenshot(left=200), id="half of the picture"),
        pytest.param(np.full((50, 50), 255, np.uint8), id="ink alone"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="a pixel"),
        pytest.param(np.zeros((30, 40), np.uint8), id="no ink"),
    ],
)
def test_what_is_no_bar_stays(ink):
    assert inside_bars(ink, 0) is None


@pytest.mark.parametrize("turns", range(4))
def test_the_top_of_a_digit_that_touches_the_edge_is_no_bar(turns):
    seven = np.zeros((120, 100), np.uint8)
    seven[:16] = 255
    cv2.line(seven, (92, 8), (40, 120), (255,), 16)
    assert inside_bars(np.rot90(seven, turns), 0) is None


@pytest.mark.parametrize(("level", "is_bar"), [(255, False), (200, True)])
def test_a_one_along_the_edge_is_as_dark_as_other_digits(level, is_bar):
    ink = screenshot(left=30, side_level=level)
    assert (inside_bars(ink, 0) is not None) is is_bar
    assert (inside_bars(ink[:, ::-1], 0) is not None) is is_bar
    assert inside_bars(screenshot(left=90, side_level=255), 0)


def test_bars_may_be_lighter_or_darker_than_the_background():
    light = np.full((300, 400), 255, np.uint8)
    light[:, :80], light[:30] = 200, 40
    rows, columns = inside_bars(light, 255)
    assert (rows.start, columns.start) == (30, 0)
    assert inside_bars(light[rows], 255)[1].start == 80
    assert inside_bars(light, 40) is None


def sheet(*corners, drawn=True):
    """Ink of a picture of 300 x 400 pixels with a seven in its middle, and triangles of table in some corners."""
    ink = screenshot() if drawn else np.zeros((300, 400), np.uint8)
    for x, y in corners:
        along = (-80 if x else 80, -30 if y else 30)
        cv2.fillPoly(ink, [np.array([(x, y), (x + along[0], y), (x, y + along[1])])], (170,))
    return ink


CORNERS = [(0, 0), (399, 0), (0, 299), (399, 299)]


@pytest.mark.parametrize("count", [1, 4])
def test_the_table_in_the_corners_is_removed(count):
    assert np.array_equal(remove_corners(sheet(*CORNERS[:count])), sheet())


def test_corners_alone_stay():
    ink = sheet(*CORNERS, drawn=False)
    assert remove_corners(ink) is ink


def test_a_digit_that_reaches_a_corner_stays():
    ink = np.zeros((300, 400), np.uint8)
    cv2.polylines(ink, [np.array([(0, 0), (90, 4), (40, 80)])], False, (255,), 9)
    cv2.line(ink, (200, 100), (200, 200), (255,), 9)
    assert remove_corners(ink) is ink
    large = sheet()
    cv2.fillPoly(large, [np.array([(0, 0), (180, 0), (0, 120)])], (170,))
    assert remove_corners(large) is large
