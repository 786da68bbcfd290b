import numpy as np
import pytest

from digitlab.segmentation.components import (
    connected_components,
    is_small_print,
    is_speck,
    is_underline,
    measure,
    merge_stacked,
    overlap,
)


def inked(*boxes, size=(120, 200)):
    """Ink of filled boxes, each (left, top, right, bottom)."""
    ink = np.zeros(size, np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink


def test_each_connected_part_has_its_box_the_largest_first():
    parts = connected_components(inked((10, 20, 18, 100), (50, 20, 80, 100)))
    assert [(part.left, part.top, part.right, part.bottom) for part in parts] == [(50, 20, 80, 100), (10, 20, 18, 100)]
    assert connected_components(np.full((20, 20), 40, np.uint8)) == []  # a smudge


def test_the_writing_is_measured_by_its_tall_parts_and_its_pen():
    scale = measure(connected_components(inked((10, 20, 20, 100), (40, 20, 50, 100), (70, 60, 78, 70))))
    assert scale.height == 80
    assert 7 < scale.pen < 11


def test_a_touch_of_the_pen_is_a_speck_and_a_dash_is_none():
    stem, dash, dot = connected_components(inked((10, 20, 18, 100), (40, 56, 80, 64), (100, 60, 104, 64)))
    scale = measure([stem, dash, dot])
    assert [is_speck(part, scale) for part in (stem, dash, dot)] == [False, False, True]


def test_ink_belongs_to_what_is_below_not_to_its_neighbour():
    parts = connected_components(inked((10, 40, 50, 100), (14, 20, 48, 28), (80, 20, 120, 100)))
    joined = merge_stacked(parts, measure(parts))
    assert [(part.left, part.top, part.bottom) for part in joined] == [(10, 20, 100), (80, 20, 100)]
    assert overlap(*joined) == -30


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
