"""Tells the hole in a thick digit from something that is written on a dark area: both are light within ink."""

import cv2
import numpy as np
from numpy.typing import NDArray

_CONVEX = 0.75  # share of its convex hull that a hole fills: a stroke may end in it
_SLIM = 0.35  # ratio of the sides of its smallest box: slimmer forms are strokes


def is_hole(light: NDArray[np.uint8]) -> bool:
    """Whether what is light within ink is the hole of a zero: it is about convex, no stroke, and encloses nothing.

    A zero that is written there encloses something.

    Args:
        light: uint8 (height, width), not 0 where it is light.
    """
    outlines, hierarchy = cv2.findContours(light, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = [k for k in range(len(outlines)) if hierarchy[0][k][3] < 0]
    largest = max(outer, key=lambda k: cv2.contourArea(outlines[k]), default=None)
    if largest is None or any(parent == largest for *_, parent in hierarchy[0]):
        return False
    return _filled(outlines[largest]) >= _CONVEX and _slimness(outlines[largest]) >= _SLIM


def _filled(outline: NDArray[np.int32]) -> float:
    """Return which share of its convex hull a form fills, by its outline, (n, 1, 2)."""
    return float(cv2.contourArea(outline) / max(cv2.contourArea(cv2.convexHull(outline)), 1.0))


def _slimness(outline: NDArray[np.int32]) -> float:
    """Return the ratio of the shorter side of a form's smallest box to the longer one, 0 to 1."""
    _, sides, _ = cv2.minAreaRect(outline)
    return float(min(sides) / max(*sides, 1e-9))
