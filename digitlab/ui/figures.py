"""Figures in HTML: a picture with its title, colour scale and text; heat maps over a digit; sheets of weights."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.translation import Text, _, translated
from digitlab.ui import galleries
from digitlab.ui.charts import colours

MAX_WIDTH = 1024  # pixels of a sheet of maps, before the page scales it
_SUPPORTS, _OPPOSES = Text("Supports it most: {place}."), Text("Opposes it most: {place}.")


def figure(picture: NDArray[np.uint8], alt: str, title: str = "", text: str = "", scale: str = "") -> str:
    """Return a picture as HTML, with a title above, and a scale and a text below."""
    return (
        f"<figure>{f'<h4>{escape(title)}</h4>' if title else ''}"
        f"<img alt='{escape(alt)}' src='{galleries.as_url(picture)}'>{scale}"
        f"{f'<figcaption>{escape(text)}</figcaption>' if text else ''}</figure>"
    )


def grid(parts: Sequence[str], *, is_small: bool = False) -> None:
    """Show figures side by side, as many as fit."""
    st.html(f"<div class='digitlab-figures{' small' if is_small else ''}'>{''.join(parts)}</div>")


def signed_scale(maximum: float, unit: str = "") -> str:
    """Return the colour scale from -maximum over 0 to maximum, as HTML."""
    return _scale(colours.SIGNED, f"-{maximum:.3g}{unit}", "0", f"+{maximum:.3g}{unit}")


def positive_scale(maximum: float, unit: str = "") -> str:
    """Return the colour scale from 0 to maximum, as HTML."""
    return _scale(colours.POSITIVE, "0", "", f"{maximum:.3g}{unit}")


def _scale(gradient: str, low: str, middle: str, high: str) -> str:
    ends = f"<span>{low}</span><span>{middle}</span><span>{high}</span>"
    return f"<div class='digitlab-scale'><i style='background:{gradient}'></i><div>{ends}</div></div>"


def heat_map(values: NDArray[np.floating], digit: NDArray[np.uint8], title: str, text: str, unit: str = "") -> str:
    """Return a heat map over a digit's outline as HTML; its text alternative says where it is strongest."""
    maximum = colours.max_magnitude(values)
    is_signed = bool((values < 0).any())
    scale = signed_scale(maximum, unit) if is_signed else positive_scale(maximum, unit)
    alt = _("{title}. {places}", title=title, places=extremes(values))
    return figure(colours.over_digit(values, digit), alt, title, text, scale)


def extremes(
    values: NDArray[np.floating],
    positive: str = _SUPPORTS,
    negative: str = _OPPOSES,
) -> str:
    """Say in words where values, (28, 28), are largest, if any is positive, and smallest, if any is negative."""
    sentences = []
    if values.max() > 0:
        sentences.append(translated(positive).format(place=_place(values, int(values.argmax()))))
    if values.min() < 0:
        sentences.append(translated(negative).format(place=_place(values, int(values.argmin()))))
    return " ".join(sentences) or _("Nothing stands out.")


_REGIONS = (
    (Text("top left"), Text("top"), Text("top right")),
    (Text("left"), Text("centre"), Text("right")),
    (Text("bottom left"), Text("bottom"), Text("bottom right")),
)


def _place(values: NDArray[np.floating], index: int) -> str:
    row, column = divmod(index, values.shape[1])
    region = _REGIONS[min(row * 3 // 28, 2)][min(column * 3 // 28, 2)]
    return _("{region} (row {row}, column {column})", region=region, row=row, column=column)


def weights(pictures: NDArray[np.floating], alt: str, columns: int) -> None:
    """Show weights, (n, height, width), as small pictures on one colour scale."""
    sheet = colours.sheet(colours.colour_map(pictures), columns)
    sheet = colours.enlarge(sheet, max(1, MAX_WIDTH // sheet.shape[1]))
    scale = signed_scale(colours.max_magnitude(pictures))
    st.html(f"<div class='digitlab-sheet'>{figure(sheet, alt, text=alt, scale=scale)}</div>")


_STYLE = """
<style>
.digitlab-figures { display: grid; gap: 1.5rem;
    grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr)); }
.digitlab-figures.small { grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 1rem; }
.digitlab-figures figure, .digitlab-sheet figure { margin: 0; min-width: 0; }
.digitlab-figures h4 { margin: 0 0 .4rem; padding: 0; font-size: 1rem; }
.digitlab-figures img { width: 100%; max-width: 320px; aspect-ratio: 1; display: block; border-radius: .25rem;
    image-rendering: pixelated; }
.digitlab-figures.small img { image-rendering: auto; }
.digitlab-sheet img { width: 100%; max-width: 860px; display: block; image-rendering: pixelated; }
.digitlab-figures figcaption, .digitlab-sheet figcaption { font-size: .875rem; line-height: 1.4; padding-top: .4rem; }
.digitlab-scale { max-width: 320px; padding-top: .35rem; font-size: .75rem; font-variant-numeric: tabular-nums; }
.digitlab-scale i { display: block; height: .5rem; border-radius: .25rem; }
.digitlab-scale div { display: flex; justify-content: space-between; }
#vg-tooltip-element img { width: 112px; height: 112px; image-rendering: pixelated; }
</style>
"""


def style() -> None:
    """Add the figures' style sheet to the page."""
    st.html(_STYLE)
