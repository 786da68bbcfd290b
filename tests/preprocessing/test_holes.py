import cv2
import numpy as np
import pytest

from digitlab.preprocessing.holes import is_hole


def light(*strokes: list[tuple[int, int]], width: int = 10) -> np.ndarray:
    picture = np.zeros((200, 200), np.uint8)
    for stroke in strokes:
        cv2.polylines(picture, [np.array(stroke)], False, (255,), width)
    return picture


def ellipse(*radii: int, width: int = cv2.FILLED) -> np.ndarray:
    return cv2.ellipse(np.zeros((200, 200), np.uint8), (100, 100), radii, 20, 0, 360, (255,), width)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(ellipse(30, 50), True, id="the hole of a zero"),
        pytest.param(cv2.line(ellipse(50, 60), (160, 100), (110, 110), (0,), 20), True, id="in which a stroke ends"),
        pytest.param(ellipse(30, 50, width=10), False, id="a zero"),
        pytest.param(light([(100, 40), (95, 160)], width=24), False, id="a one"),
        pytest.param(light([(60, 40), (140, 40), (90, 160)]), False, id="a seven"),
        pytest.param(light([(60, 40), (140, 60), (90, 95), (140, 130), (60, 150)]), False, id="a three"),
        pytest.param(np.zeros((20, 20), np.uint8), False, id="nothing"),
    ],
)
def test_a_hole_is_convex_no_stroke_and_empty(form, expected):
    assert is_hole(form) is expected
