"""What the pages of one session hand each other: networks, the drawing, the picture that was opened, corrections.

A page reads and writes these values as typed attributes, and nothing that another page needs is kept anywhere else in
`st.session_state`. What one page alone remembers stays in its own module.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.config import TrainingConfig

_KEY = "shared"
DRAW_CANVAS = "canvas"  # key of the canvas on Draw and Compare


@dataclass(slots=True, eq=False)
class CanvasDrawing:
    """What is drawn on one canvas.

    Attributes:
        picture: uint8 (height, width, 4), RGBA; None before the first stroke.
        strokes: The strokes as objects of Fabric.js, which draws the canvas.
        file: The PNG file that the canvas sent last, so that it is decoded once.
    """

    picture: NDArray[np.uint8] | None = None
    strokes: list[dict[str, Any]] = field(default_factory=list)
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class SavedDigit:
    """A digit that was corrected: the number of the saved drawing, and its label."""

    number: int
    label: int


@dataclass(slots=True, eq=False)
class SharedState:
    """The values that the pages of one session share.

    Attributes:
        network: Name of the network that all pages use; empty before one is chosen.
        canvases: What is drawn, by the canvas' key.
        source: Where Draw takes its picture from: "Draw" (the canvas), "Upload" or "Camera".
        opened: uint8 (height, width, 4), the file or photo that was opened on Draw; None where there is none.
        designed: The settings on Train of a network of one's own; None where there is none, or it cannot be trained.
        corrections: The corrected digits, by the key of the field with the label; My digits forgets those it changes.

    Example:
        >>> state = SharedState()
        >>> state.picture is None
        True
        >>> state.canvas().picture = np.zeros((280, 280, 4), np.uint8)
        >>> state.picture.shape
        (280, 280, 4)
    """

    network: str = ""
    canvases: dict[str, CanvasDrawing] = field(default_factory=dict)
    source: str = "Draw"
    opened: NDArray[np.uint8] | None = None
    designed: TrainingConfig | None = None
    corrections: dict[str, SavedDigit] = field(default_factory=dict)

    def canvas(self, key: str = DRAW_CANVAS) -> CanvasDrawing:
        """Return what is drawn on a canvas, empty at first."""
        return self.canvases.setdefault(key, CanvasDrawing())

    @property
    def picture(self) -> NDArray[np.uint8] | None:
        """The picture that Draw reads: its canvas, or what was opened there."""
        return self.canvas().picture if self.source == "Draw" else self.opened


def get() -> SharedState:
    """Return the state of the session whose page is running."""
    shared: SharedState = st.session_state.setdefault(_KEY, SharedState())
    return shared
