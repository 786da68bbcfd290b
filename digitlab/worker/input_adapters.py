"""Layers in front of an imported network: from the lab's pixels to the shape and the scale that it takes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from digitlab.errors import ModelRejected
from digitlab.translation import Text
from digitlab.uploads.pixel_scales import PixelScale

_SIDE = 28  # pixels
_MIN_SIDE, _MAX_SIDE = 8, 64  # pixels of a side that a digit is resized to
_MAX_PADDED = 40  # pixels; pictures up to this side may also be padded with background
_CHANNELS = (1, 3)
TURNED = "turned"  # how the names of layers begin that turn pictures
Tensor = Any  # of Keras, symbolic or not


@dataclass(frozen=True, slots=True)
class Turn:
    """A way in which pictures are turned or mirrored.

    Attributes:
        title: In words.
        steps: What is done one after the other: "t" exchanges rows and columns, "c" reverses the columns.

    Example:
        >>> np.asarray(Turn("turned left", "ct")(np.float32([[[1, 2], [3, 4]]])))[0].tolist()
        [[2.0, 4.0], [1.0, 3.0]]
    """

    title: str = ""
    steps: str = ""

    def __call__(self, x: Tensor) -> Tensor:
        """Return turned pictures, (n, side, side)."""
        for number, step in enumerate(self.steps):
            name = f"{TURNED}_{number}" if number else TURNED
            x = keras.layers.Permute((2, 1), name=name)(x) if step == "t" else _mirrored(x, name)
        return x


UPRIGHT, TRANSPOSED = Turn(), Turn(Text("rows and columns exchanged"), "t")
TURNS = (
    TRANSPOSED,
    Turn(Text("turned left by 90 degrees"), "ct"),
    Turn(Text("turned right by 90 degrees"), "tc"),
    Turn(Text("turned by 180 degrees"), "ctct"),
    Turn(Text("mirrored from left to right"), "c"),
    Turn(Text("mirrored from top to bottom"), "tct"),
    Turn(Text("rows and columns exchanged and turned by 180 degrees"), "ctc"),
)


def _mirrored(x: Tensor, name: str) -> Tensor:
    """Return pictures with their columns reversed: a product with a matrix, which every format of a network knows."""
    side = x.shape[-1]
    mirror = keras.layers.Dense(side, use_bias=False, trainable=False, name=name)
    mirror.build(x.shape)
    mirror.set_weights([np.eye(side)[::-1]])
    return mirror(x)


@dataclass(frozen=True, slots=True)
class InputAdapter:
    """The way from pictures of shape (n, 28, 28) to the inputs of one network.

    Attributes:
        shape: What the network takes, without the batch.
        side: Height and width of its pictures, in pixels.
        scale: The scale of its pixels.
        is_padded: Whether a margin of background makes the picture larger; else it is resized.
        turn: How its pictures are turned.

    Example:
        >>> import numpy as np
        >>> from digitlab.uploads.pixel_scales import SCALES
        >>> adapter = InputAdapter(shape=(32, 32, 3), side=32, scale=SCALES[1], is_padded=True)
        >>> pictures = adapter(np.ones((5, 28, 28), np.float32))
        >>> tuple(pictures.shape), float(pictures[0, 0, 0, 0]), float(pictures[0, 16, 16, 2])
        ((5, 32, 32, 3), 0.0, 255.0)
    """

    shape: tuple[int, ...]
    side: int
    scale: PixelScale
    is_padded: bool = False
    turn: Turn = UPRIGHT

    def __call__(self, x: Tensor) -> Tensor:
        """Return the network's input, (n, *shape), from pictures, (n, 28, 28), 0 background and 1 ink."""
        if self.scale.is_by_pixel:
            return self._form(self.turn(self._scaled(x)))  # the statistics are those of upright pictures
        x = self.turn(x)
        if self.side != _SIDE:
            x = keras.layers.Reshape((_SIDE, _SIDE, 1), name="picture")(x)
            x = self._resizing()(x)
            x = keras.layers.Reshape((self.side, self.side), name="resized_picture")(x)
        return self._form(self._scaled(x))

    def _scaled(self, x: Tensor) -> Tensor:
        for number, (kind, settings) in enumerate(self.scale.steps):
            x = getattr(keras.layers, kind)(**settings, name=f"own_scale_{number}" if number else "own_scale")(x)
        return x

    def _resizing(self) -> keras.layers.Layer:
        if not self.is_padded:
            return keras.layers.Resizing(self.side, self.side, name="resized")
        before = (self.side - _SIDE) // 2
        margin = (before, self.side - _SIDE - before)
        return keras.layers.ZeroPadding2D((margin, margin), name="margin")

    def _form(self, x: Tensor) -> Tensor:
        if self.shape == (self.side, self.side):
            return x
        if math.prod(self.shape) == self.side**2:
            return keras.layers.Reshape(self.shape, name="form")(x)
        axis = self.shape.index(3)
        grey = (*self.shape[:axis], 1, *self.shape[axis + 1 :])
        x = keras.layers.Reshape(grey, name="form")(x)
        return keras.layers.Concatenate(axis=axis + 1, name="colours")([x] * 3)

    def description(self) -> str:
        """Say in a few words how the pictures are changed; empty if their shape stays, or only gets other brackets."""
        parts = [self.turn.title] if self.turn.title else []
        if self.side != _SIDE:
            padded = Text("padded to {side} x {side} pixels", side=self.side)
            parts.append(padded if self.is_padded else Text("resized to {side} x {side} pixels", side=self.side))
        if math.prod(self.shape) != self.side**2:
            parts.append(Text("grey repeated in 3 channels"))
        if len(self.shape) < 3 or self.shape[-1] in _CHANNELS:
            return ", ".join(parts)
        return ", ".join([*parts, Text("channels first")])


def adapters_for(taken: Sequence[int | None], scales: Sequence[PixelScale]) -> list[InputAdapter]:
    """Return every way in which a network of this input shape, without the batch, may take its pictures.

    Raises:
        ModelRejected: The shape is none of a digit's.
    """
    shape, side = _known_shape(taken)
    ways = [True, False] if _SIDE < side <= _MAX_PADDED else [False]
    fitting = [scale for scale in scales if side == _SIDE or not scale.is_by_pixel]
    if not fitting:
        raise ModelRejected(
            Text(
                "Its pictures have {side} x {side} pixels, and the statistics of each pixel are known for {known} x "
                "{known}. Choose another scale.",
                side=side,
                known=_SIDE,
            )
        )
    return [InputAdapter(shape, side, scale, is_padded) for is_padded in ways for scale in fitting]


def _known_shape(taken: Sequence[int | None]) -> tuple[tuple[int, ...], int]:
    """Return an input shape without unknown sizes, and the side of its pictures."""
    match tuple(taken):
        case (None,):
            return (_SIDE**2,), _SIDE
        case (int(size),) if _is_side(math.isqrt(size)) and math.isqrt(size) ** 2 == size:
            return (size,), math.isqrt(size)
        case (784 | None, 1):
            return (_SIDE**2, 1), _SIDE
        case (1, 784 | None):
            return (1, _SIDE**2), _SIDE
        case (height, width) if side := _side(height, width):
            return (side, side), side
        case (height, width, 1 | 3 | None as channels) if side := _side(height, width):
            return (side, side, channels or 1), side
        case (1 | 3 as channels, height, width) if side := _side(height, width):
            return (channels, side, side), side
    raise ModelRejected(
        Text(
            "Its input is {shape}; a network for digits takes 784 numbers or a square picture with sides "
            "of {min_side} to {max_side} pixels, grey or in 3 channels, such as 28 x 28 or 32 x 32 x 3.",
            shape=as_text(taken),
            min_side=_MIN_SIDE,
            max_side=_MAX_SIDE,
        )
    )


def _side(height: int | None, width: int | None) -> int:
    """Return the side of a square picture, 28 if it is unknown, and 0 if this is no square of a digit's size."""
    height, width = height or width or _SIDE, width or height or _SIDE
    return height if height == width and _is_side(height) else 0


def _is_side(size: int) -> bool:
    return _MIN_SIDE <= size <= _MAX_SIDE


def as_text(shape: Sequence[int | None]) -> str:
    """Return a shape without the batch, in words."""
    return " x ".join(str(size or "any") for size in shape) or Text("one number")
