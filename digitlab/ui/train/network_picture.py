"""A picture of a network: a box for what each layer returns, in proportion, as SVG for both themes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from digitlab.networks.layers.base import Shape
from digitlab.networks.layers.kinds import KINDS, Skip
from digitlab.networks.layers.layer_figures import IMAGE, LayerFigures, Stack, in_words
from digitlab.translation import _, translated

_TOP, _MIDDLE, _HEIGHT = 14, 60, 122  # pixels: room for skip connections, middle of the boxes, all with the numbers
_SLANT = 0.3  # share of a box's depth by which it is drawn to the side and up
_GAP, _PLATE_GAP, _PLATE = 14, 2, 3  # between boxes; before a layer that keeps the shape, and its width
_LINES = "#17212e", "#e8eef5"  # in the light theme and the dark one
_OTHER = ("#7d8da1", "#a9b5c4", "#93a2b4")
_TONES = {  # front, top and side of a box
    "Dense": ("#d55e00", "#f0a06a", "#e27f33"),
    "MaxPooling2D": ("#009e73", "#66c5ab", "#33b18f"),
    "AveragePooling2D": ("#009e73", "#66c5ab", "#33b18f"),
    "GlobalAveragePooling2D": ("#009e73", "#66c5ab", "#33b18f"),
} | dict.fromkeys((name for name, kind in KINDS.items() if kind.is_convolution), ("#1c83e1", "#7ab6ee", "#4a9ce8"))


@dataclass(frozen=True, slots=True)
class _Box:
    """What a layer returns, as a box.

    Attributes:
        x: Its left edge.
        width: For the number of maps.
        height: For that of each map, or for the length of a list.
        slant: How far its top and side go to the right and up.
        tones: The colours of front, top and side.
        number: Written below it; empty: nothing.
        title: What it is, in words.
    """

    x: float
    width: float
    height: float
    slant: float
    tones: Sequence[str]
    number: str
    title: str

    @property
    def top(self) -> float:
        """The y of its front's upper edge."""
        return _MIDDLE + (self.slant - self.height) / 2

    @property
    def right(self) -> float:
        """The x of its front's right edge."""
        return self.x + self.width

    def svg(self) -> str:
        """Return it as SVG."""
        x, y, width, height, slant = self.x, self.top, self.width, self.height, self.slant
        front, top, side = self.tones
        parts = [f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{front}"/>']
        if slant:
            up = f"l{slant:.1f} {-slant:.1f}"
            parts += [
                f'<path d="M{x:.1f} {y:.1f}{up}h{width:.1f}l{-slant:.1f} {slant:.1f}z" fill="{top}"/>',
                f'<path d="M{self.right:.1f} {y:.1f}{up}v{height:.1f}l{-slant:.1f} {slant:.1f}z" fill="{side}"/>',
            ]
        if self.number:
            at = f'x="{x + width / 2:.1f}" y="{_HEIGHT - 3}"'
            parts.append(f'<text {at} fill="currentColor" stroke="none">{self.number}</text>')
        return f"<g><title>{escape(self.title)}</title>{''.join(parts)}</g>"


def svg(stack: Stack, layers: Sequence[LayerFigures], *, is_dark: bool) -> str:
    """Return a network, as far as its layers' figures are known, as SVG."""
    boxes = _boxes(layers)
    width = math.ceil(boxes[-1].right + boxes[-1].slant) + 4
    drawn = "".join(box.svg() for box in boxes) + "".join(_arc(boxes, *ends) for ends in _skips(stack, len(layers)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'color="{_LINES[is_dark]}" font-family="sans-serif" font-size="11" text-anchor="middle" '
        f'stroke="currentColor" stroke-width="0.6" stroke-linejoin="round">{drawn}</svg>'
    )


def alternative(layers: Sequence[LayerFigures]) -> str:
    """Return the picture in words."""
    titles = [box.title for box in _boxes(layers)]
    return _("Picture of the network, a box for what each layer returns. {layers}.", layers="; ".join(titles))


def _boxes(layers: Sequence[LayerFigures]) -> list[_Box]:
    boxes = [_box(3, IMAGE, _OTHER, "", _("The digit: {shape}", shape=translated(in_words(IMAGE))))]
    shapes = [IMAGE, *(layer.shape for layer in layers)]
    for number, (layer, (before, shape)) in enumerate(zip(layers, pairwise(shapes), strict=True), start=1):
        tones, last = _TONES.get(layer.kind, _OTHER), boxes[-1]
        title = f"{number} {layer.kind}: {translated(in_words(shape))}"
        if shape == before and not layer.is_convolution and layer.kind != "Dense":
            boxes.append(_box(last.right + _PLATE_GAP, shape, tones, "", title, _PLATE))
        else:
            boxes.append(_box(last.right + last.slant * 0.7 + _GAP, shape, tones, str(number), title))
    return boxes


def _box(x: float, shape: Shape, tones: Sequence[str], number: str, title: str, width: float | None = None) -> _Box:
    if len(shape) == 1:
        return _Box(x, width or 9, 6 + 6 * math.log2(shape[0] + 1), 0, tones, number, title)
    height = 5 + 2.2 * shape[0]
    wide = 3 + 2.2 * math.log2(shape[2]) if width is None else width
    return _Box(x, wide, height, _SLANT * height, tones, number, title)


def _skips(stack: Stack, known: int) -> list[tuple[int, int]]:
    """Return the boxes between which skip connections go."""
    found = [(place - layer.over, place + 1) for place, layer in enumerate(stack) if isinstance(layer, Skip)]
    return [(start, end) for start, end in found if end <= known]


def _arc(boxes: Sequence[_Box], start: int, end: int) -> str:
    (left, right), high = (boxes[start], boxes[end]), _TOP - 12
    from_, to = (left.x + left.width / 2, left.top), (right.x + right.width / 2, right.top)
    curve = f"M{from_[0]:.1f} {from_[1]:.1f}C{from_[0]:.1f} {high} {to[0]:.1f} {high} {to[0]:.1f} {to[1]:.1f}"
    return f'<path d="{curve}" fill="none" stroke-width="1.5"/>'
