"""A reading that a person put right -> a drawing to keep."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.data.picture_files import thumbnail, to_png
from digitlab.networks.reading import DigitReading
from digitlab.runs.records.drawing import Drawing

_MAX_LENGTH = 360  # pixels of a picture that is kept: as wide as the field to draw in
_MARGIN = 0.15  # of a digit's longer side, left around it where it is cut out of a picture


def correction(
    label: int,
    part: DigitReading,
    picture: NDArray[np.uint8],
    *,
    network: str,
    strokes: Sequence[Mapping[str, Any]] = (),
    is_alone: bool = True,
) -> Drawing:
    """Return a drawing that was read wrongly, or rightly, as what it is.

    Args:
        label: What it is.
        part: What was read, and where in the picture.
        picture: uint8 (height, width, 4), RGBA: what was drawn or photographed.
        network: The name of who read it.
        strokes: Those of the field to draw in, as its canvas tells of them; empty for a file.
        is_alone: Whether it is the only digit of the picture; of a number, its own part and strokes are kept.
    """
    own = list(strokes) if is_alone else [stroke for stroke in strokes if _lies_in(stroke, part.box)]
    shown = picture if is_alone and strokes else _cut_out(picture, part.box)
    return Drawing(
        label=label,
        image=part.reading.image,
        picture=to_png(thumbnail(shown, _MAX_LENGTH)),
        strokes=json.dumps(own, separators=(",", ":")) if own else None,
        read=part.reading.digit if part.reading.is_digit else None,
        network=network,
        source="correction",
    )


def _lies_in(stroke: Mapping[str, Any], box: tuple[int, int, int, int]) -> bool:
    """Whether the middle of a stroke lies in a box, (left, top, right, bottom)."""
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
