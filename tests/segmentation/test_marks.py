import cv2
import numpy as np
import pytest
from inked_boxes import inked

from digitlab.segmentation.components import connected_components, measure
from digitlab.segmentation.marks import (
    is_circle,
    is_hole_in_paper,
    is_small_print,
    is_speck,
    is_underline,
    is_wide_underline,
)


def test_a_touch_of_the_pen_is_a_speck_and_a_dash_is_none():
    stem, dash, dot = connected_components(inked((10, 20, 18, 100), (40, 56, 80, 64), (100, 60, 104, 64)))
    scale = measure([stem, dash, dot])
    assert [is_speck(part, scale) for part in (stem, dash, dot)] == [False, False, True]


@pytest.mark.parametrize(
    ("line", "is_under"),
    [
        ((10, 112, 110, 118), True),
        ((30, 112, 110, 118), True),
        ((20, 103, 60, 109), False),  # the foot of a one, or the base of a two
        ((10, 112, 50, 118), True),  # under one of both digits
        ((40, 112, 74, 118), False),
        ((10, 8, 110, 14), False),
        ((10, 112, 110, 140), False),
        ((70, 90, 160, 96), False),  # beside what goes on below
    ],
)
def test_an_underline_is_long_and_slim_and_lies_below(line, is_under):
    parts = connected_components(inked((20, 20, 28, 100), (60, 20, 110, 100), line, size=(160, 200)))
    assert [is_underline(part, parts, measure(parts)) for part in parts].count(True) == is_under


@pytest.mark.parametrize(
    ("left", "right", "is_wide"), [(10, 120, True), (24, 120, False), (10, 104, False), (10, 40, True)]
)
def test_a_wide_underline_sticks_out_on_both_sides(left, right, is_wide):
    parts = connected_components(inked((20, 20, 28, 100), (60, 20, 110, 100), (left, 112, right, 118), size=(160, 200)))
    scale = measure(parts)
    assert [is_wide_underline(part, parts, scale) for part in parts].count(True) == is_wide
    assert [is_underline(part, parts, scale) for part in parts].count(True) == 1


def test_the_lower_of_two_dashes_is_no_underline():
    dashes = connected_components(inked((20, 40, 80, 50), (20, 70, 80, 80)))
    assert not any(is_underline(dash, dashes, measure(dashes)) for dash in dashes)


@pytest.mark.parametrize(
    ("print_", "is_small"),
    [
        ((20, 10, 34, 24), True),
        ((20, 170, 34, 184), True),
        ((150, 90, 164, 104), False),  # beside the digits: a dash, or a decimal point
        ((20, 30, 34, 44), False),  # close to a digit, as the hat of a five
        ((20, 5, 34, 30), False),
        ((20, 10, 60, 18), False),  # as wide as the hat of a five
    ],
)
def test_a_caption_above_or_below_is_small_print(print_, is_small):
    parts = connected_components(inked((20, 60, 28, 140), (60, 60, 110, 140), print_, size=(200, 200)))
    assert [is_small_print(part, parts, measure(parts)) for part in parts].count(True) == is_small


SEVEN = [(75, 60), (125, 60), (90, 140)]


def encircled(*stroke, radii=(80, 85), turn=(0, 360)):
    """The components of a stroke, and of an ellipse around it that is closed or has a gap."""
    ink = np.zeros((200, 200), np.uint8)
    cv2.polylines(ink, [np.array(stroke)], False, (255,), 6)
    cv2.ellipse(ink, (100, 100), radii, 0, *turn, (255,), 6)
    return connected_components(ink)


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        pytest.param(encircled(*SEVEN), 1, id="a seven"),
        pytest.param(encircled((100, 50), (95, 150)), 1, id="a one"),
        pytest.param(encircled(*SEVEN, turn=(0, 330)), 1, id="with a gap"),
        pytest.param(encircled(*SEVEN, turn=(0, 250)), 0, id="far from closed"),
        pytest.param(encircled((125, 60), (75, 140)), 0, id="the slash of a zero"),
        pytest.param(encircled((100, 90), (100, 110)), 0, id="the dot of a zero"),
        pytest.param(encircled(*SEVEN, radii=(55, 90)), 0, id="narrow, as a zero"),
        pytest.param(encircled((10, 10), (12, 12)), 0, id="with nothing inside"),
    ],
)
def test_a_circle_around_digits_is_told_from_a_zero(parts, count):
    assert sum(is_circle(part, parts) for part in parts) == count


def test_a_spiral_around_a_digit_is_no_circle():
    ink = np.zeros((200, 200), np.uint8)
    turns = np.linspace(0, 4 * np.pi, 90)
    spiral = np.stack([100 + (40 + 4 * turns) * np.cos(turns), 100 + (40 + 4 * turns) * np.sin(turns)], axis=1)
    cv2.polylines(ink, [spiral.astype(np.int32)], False, (255,), 5)
    cv2.polylines(ink, [np.array([(85, 82), (115, 82), (95, 120)])], False, (255,), 5)
    parts = connected_components(ink)
    assert not any(is_circle(part, parts) for part in parts)


@pytest.mark.parametrize(
    ("discs", "count"),
    [
        ([(30, 50, 14), (30, 150, 14)], 2),
        ([(30, 30, 10), (32, 80, 11), (30, 170, 10)], 3),
        ([(30, 50, 14), (30, 150, 8)], 0),  # one is smaller
        ([(30, 50, 14), (80, 150, 14)], 0),
        ([(30, 50, 14), (30, 80, 14)], 0),  # close together, as the rings of an eight that a thick pen filled
        ([(30, 50, 14), (170, 50, 14)], 0),  # beside each other, as filled zeros
        ([(30, 50, 14)], 0),
    ],
)
@pytest.mark.parametrize("is_written", [False, True])
def test_holes_in_the_paper_lie_above_each_other(discs, count, is_written):
    ink = np.zeros((200, 200), np.uint8)
    for x, y, radius in discs:
        cv2.circle(ink, (x, y), radius, (255,), cv2.FILLED, cv2.LINE_AA)
    if is_written:
        cv2.polylines(ink, [np.array(SEVEN)], False, (255,), 8)
    parts = connected_components(ink)
    assert sum(is_hole_in_paper(part, parts) for part in parts) == count * is_written
