"""Digits as pictures: a single one, or a gallery to click."""

import base64
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.png_files import to_png
from digitlab.translation import _
from digitlab.ui import component_events


def digit_picture(digit: NDArray[np.uint8], alt: str, *, is_large: bool = False) -> None:
    """Show a digit, uint8 (28, 28), enlarged without smoothing."""
    kind = "digitlab-seen large" if is_large else "digitlab-seen"
    st.html(f"<div class='{kind}'><img alt='{escape(alt)}' src='{as_url(digit)}'></div>")


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture in a gallery: its index in the set, the image, uint8 (28, 28), and the caption below it."""

    index: int
    image: NDArray[np.uint8]
    caption: str


def gallery(
    samples: Sequence[Sample],
    *,
    key: str,
    chosen: int | Collection[int] | None = None,
    on_click: Callable[[int], None] | None = None,
) -> None:
    """Show digits in a grid.

    Args:
        samples: The digits.
        key: Key of the gallery.
        chosen: Index or indices that are marked.
        on_click: Receives the index of a digit that was clicked, before the page runs again.
    """
    marked = [] if chosen is None else [chosen] if isinstance(chosen, int) else sorted(chosen)

    def clicked() -> None:
        index = component_events.clicked(key)
        if on_click is not None and index is not None and any(sample.index == index for sample in samples):
            on_click(index)

    pictures = [
        {
            "index": sample.index,
            "url": as_url(sample.image),
            "caption": sample.caption,
            "label": _("{caption}, sample {index}", caption=sample.caption, index=sample.index),
        }
        for sample in samples
    ]
    _gallery(
        data={
            "pictures": pictures,
            "chosen": marked,
            "isClickable": on_click is not None,
            "isChoice": chosen is not None,
        },
        key=key,
        on_clicked_change=clicked,
        height="content",
    )


def page(total: int, shown: int, *, key: str, first: int = 0) -> slice:
    """Let a person page through `total` pictures, `shown` on a page; the first page shown holds index `first`."""
    pages = max(1, -(-total // shown))
    if st.session_state.get(key, 0) not in range(1, pages + 1):
        st.session_state[key] = first // shown + 1
    number = (
        int(st.number_input(_("Page (1 to {count})", count=pages), 1, pages, key=key, width=160)) if pages > 1 else 1
    )
    return slice((number - 1) * shown, number * shown)


_gallery = st.components.v2.component(
    "digitlab_gallery",
    html="<div class='grid'></div>",
    css="""
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 8px; align-items: start; }
button { font: inherit; font-size: 0.8rem; color: var(--st-text-color); background: none; cursor: pointer;
    border: 2px solid transparent; border-radius: var(--st-base-radius); padding: 3px; min-width: 0; }
button:disabled { cursor: default; }
button:enabled:hover { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button.chosen { border-color: #d55e00; font-weight: 700; }
img { image-rendering: pixelated; width: 100%; aspect-ratio: 1; display: block; border-radius: 4px; background: #000; }
span { display: block; overflow-wrap: anywhere; line-height: 1.3; padding-top: 2px; }
""",
    js="""
export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid")
  grid.replaceChildren(...data.pictures.map(({ index, url, caption, label }) => {
    const button = document.createElement("button")
    const picture = document.createElement("img")
    const text = document.createElement("span")
    picture.src = url
    picture.alt = ""
    text.textContent = caption
    button.type = "button"
    button.className = data.chosen.includes(index) ? "chosen" : ""
    button.disabled = !data.isClickable
    button.setAttribute("aria-label", label)
    if (data.isChoice) button.setAttribute("aria-pressed", data.chosen.includes(index))
    button.append(picture, text)
    button.onclick = () => setTriggerValue("clicked", index)
    return button
  }))
}
""",
)


def as_url(picture: NDArray[np.uint8]) -> str:
    """Return a picture, uint8 (height, width) or (height, width, 4), as a data URL."""
    return "data:image/png;base64," + base64.b64encode(to_png(picture)).decode("ascii")
