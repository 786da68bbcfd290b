import cv2
import numpy as np
import pytest

from digitlab.segmentation.broken_strokes import bridge_gaps
from digitlab.segmentation.components import connected_components


def strokes(*paths, pen=9):
    """Ink of open paths, each a list of (x, y), on 300 x 200 pixels."""
    ink = np.zeros((200, 300), np.uint8)
    cv2.polylines(ink, [np.int32(path) for path in paths], isClosed=False, color=(255,), thickness=pen)
    return ink


def pieces(ink):
    return len(connected_components(bridge_gaps(ink, connected_components(ink))))


@pytest.mark.parametrize(
    "paths",
    [
        [[(40, 40), (62, 84)], [(72, 104), (90, 140)]],  # a leaning stroke
        [[(40, 40), (40, 40), (100, 40)], [(94, 58), (60, 140)]],  # the top and the stem of a seven
        [[(90, 40), (45, 40), (40, 82), (52, 80)], [(68, 76), (95, 95), (90, 135), (40, 140)]],  # within a five
        [[(90, 70), (60, 90), (40, 65), (60, 40), (90, 50), (90, 78)], [(90, 98), (88, 140)]],  # a nine and its stem
        [[(30, 120), (80, 80)], [(93, 70), (150, 40)]],  # a one that leans so far that it is broader than tall
        [
            [(90, 30), (60, 60), (45, 100), (46, 115)],
            [(52, 136), (66, 165), (110, 165), (110, 120), (75, 120)],
        ],  # a six
        [[(80, 30), (50, 80), (55, 108)], [(63, 122), (90, 150), (125, 100), (96, 36)]],  # a zero, open at the top
    ],
)
def test_a_gap_of_a_tenth_of_the_height_is_bridged(paths):
    ink = strokes(*paths)
    assert len(connected_components(ink)) == 2
    assert pieces(ink) == 1
    assert pieces(np.kron(ink, np.ones((3, 3), np.uint8))) == 1


def test_the_bridge_is_about_as_wide_as_the_pen():
    ink = strokes([(40, 40), (40, 90)], [(40, 108), (40, 150)], pen=12)
    bridged = bridge_gaps(ink, connected_components(ink))
    assert 8 <= np.count_nonzero(bridged[99]) <= 14
    assert np.array_equal(bridged[:80], ink[:80])


@pytest.mark.parametrize(
    "paths",
    [
        [[(40, 40), (40, 140)], [(54, 40), (54, 140)]],  # two ones
        [[(40, 40), (40, 140)], [(54, 60), (54, 160)]],  # the second one stands lower
        [[(40, 40), (40, 80)], [(40, 110), (40, 150)]],  # a gap of a fifth
        [[(40, 40), (40, 140)], [(100, 88), (112, 88)]],  # a dash beside a one
        [[(60, 40), (60, 100)], [(20, 116), (280, 116)]],  # a line under it
        [[(60, 40), (60, 140)], [(20, 161), (100, 161)]],  # a shorter one
        [[(40, 60), (90, 60), (60, 140)], [(106, 40), (106, 140)]],  # a seven and a one
        [[(40, 80), (90, 80)], [(106, 40), (106, 140)]],  # a dash that points at a one
        [[(40, 140), (70, 40)], [(85, 40), (115, 140)]],  # ends that both point up
        [  # the feet of two printed ones
            [(40, 60), (60, 40), (60, 140), (40, 140), (80, 140)],
            [(94, 60), (114, 40), (114, 140), (94, 140), (134, 140)],
        ],
    ],
)
def test_what_is_no_broken_stroke_stays_apart(paths):
    ink = strokes(*paths)
    assert bridge_gaps(ink, connected_components(ink)) is ink


def test_specks_and_lone_strokes_are_not_bridged():
    lone = strokes([(40, 40), (40, 140)])
    assert bridge_gaps(lone, connected_components(lone)) is lone
    lone[148:151, 39:42] = 255
    assert bridge_gaps(lone, connected_components(lone)) is lone
    assert bridge_gaps(np.zeros((9, 9), np.uint8), []).shape == (9, 9)
