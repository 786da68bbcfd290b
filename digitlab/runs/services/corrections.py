"""Turns a reading that a person corrected into a drawing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.data.png_files import thumbnail, to_png
from digitlab.networks.reading import DigitReading
from digitlab.runs.records.drawing import Drawing

_MAX_SIDE = 360  # pixels of a saved picture: the width of the canvas
_MARGIN = 0.15  # share of a digit's longer side that is left around it when it is cropped


def correction(
    label: int,
    part: DigitReading,
    picture: NDArray[np.uint8],
    *,
    network: str,
    strokes: Sequence[Mapping[str, Any]] = (),
    is_alone: bool = True,
) -> Drawing:
    """Return a drawing with its correct label.

    Args:
        label: The digit that it is.
        part: What was read, and where in the picture.
        picture: The drawing or photo, uint8 (height, width, 4), RGBA.
        network: Name of the network that read it.
        strokes: The strokes of the canvas, as it returns them; empty for a file.
        is_alone: Whether it is the only digit of the picture; else only its part and its strokes are saved.
    """
    own = list(strokes) if is_alone else [stroke for stroke in strokes if _lies_in(stroke, part.box)]
    shown = picture if is_alone and strokes else _cut_out(picture, part.box)
    return Drawing(
        label=label,
        image=part.reading.image,
        picture=to_png(thumbnail(shown, _MAX_SIDE)),
        strokes=json.dumps(own, separators=(",", ":")) if own else None,
        read=part.reading.digit if part.reading.is_digit else None,
        network=network,
        source="correction",
    )


def _lies_in(stroke: Mapping[str, Any], box: tuple[int, int, int, int]) -> bool:
    """Whether the centre of a stroke lies in a box, (left, top, right, bottom)."""
    points = [command[-2:] for command in stroke.get("path", ()) if len(command) > 2]
    if not points:
        return False
    left, top, right, bottom = box
    across, down = ([point[axis] for point in points] for axis in (0, 1))
    return bool(left <= (min(across) + max(across)) / 2 < right and top <= (min(down) + max(down)) / 2 < bottom)


def _cut_out(picture: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    left, top, right, bottom = box
    margin = round(_MARGIN * max(right - left, bottom - top))
    return picture[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
