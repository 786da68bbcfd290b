"""The confusion matrix as a table of buttons: for mouse, keyboard and screen reader."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.translation import _
from digitlab.ui import component_events


def matrix(
    counts: NDArray[np.int64],
    *,
    key: str,
    in_shares: bool = False,
    is_dark: bool,
    chosen: tuple[int, int] | None,
    on_click: Callable[[int, int], None],
) -> None:
    """Show how often each digit (rows) was read as each (columns).

    Correct predictions, on the diagonal, have no colour: their thousands would hide the mistakes.

    Args:
        counts: int64 (10, 10).
        key: Key of the table.
        in_shares: Whether to show percentages of each row in place of counts.
        is_dark: Whether the page is shown in the dark theme.
        chosen: The marked cell: true digit and predicted digit.
        on_click: Receives the true and the predicted digit of a clicked cell, before the page runs again.
    """

    def clicked() -> None:
        cell = component_events.clicked(key)
        if cell is not None and 0 <= cell < 100:
            on_click(*divmod(cell, 10))

    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    shown = [f"{share:.1%}"[:-1] if count else "" for share, count in zip(shares.flat, counts.flat, strict=True)]
    mistakes = np.where(np.eye(10, dtype=bool), 0, counts)
    weights = np.sqrt(mistakes / max(1, mistakes.max()))  # the root keeps single mistakes visible
    cells = [
        {
            "text": shown[cell] if in_shares else str(count or ""),
            "label": _("{label} read as {answer}: {count}", label=cell // 10, answer=cell % 10, count=count),
            "weight": round(float(weights.flat[cell]), 2),
            "isEmpty": not count,
        }
        for cell, count in enumerate(int(count) for count in counts.flat)
    ]
    caption = _("Confusion matrix: true digits in rows, predicted digits in columns")
    mark = None if chosen is None else chosen[0] * 10 + chosen[1]
    _matrix(
        data={"caption": caption, "cells": cells, "chosen": mark, "isDark": is_dark},
        key=key,
        on_clicked_change=clicked,
        height="content",
    )


# Everybody can distinguish blue on white and yellow on black (M. Okabe and K. Ito, "Color universal design", 2008).
_matrix = st.components.v2.component(
    "digitlab_matrix",
    html="<table><caption></caption><thead></thead><tbody></tbody></table>",
    css="""
table { border-collapse: separate; border-spacing: 2px; width: 100%; max-width: 560px; table-layout: fixed;
    font-variant-numeric: tabular-nums; color: var(--st-text-color); font-family: var(--st-font); }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th { font-weight: 600; font-size: 0.85rem; }
td { padding: 0; }
button { font: inherit; font-size: clamp(0.6rem, 2.6vw, 0.85rem); width: 100%; aspect-ratio: 1; padding: 0; border: 0;
    border-radius: 3px; cursor: pointer; color: inherit; overflow: hidden; --on: #0072b2; --over: #ffffff;
    background: color-mix(in srgb, var(--on) calc(var(--weight) * 100%), rgba(128, 140, 155, 0.1)); }
.dark button { --on: #e69f00; --over: #17212e; }
button.strong { color: var(--over); }
button.right { font-weight: 700; }
button:disabled { cursor: default; background: none; }
button:enabled:hover, button:focus-visible, button.chosen { outline: 2px solid #d55e00; outline-offset: 0; }
""",
    js="""
const cell = (name, text) => Object.assign(document.createElement(name), { textContent: text })

export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table")
  table.className = data.isDark ? "dark" : ""
  table.caption.textContent = data.caption
  const head = document.createElement("tr")
  head.append(document.createElement("td"), ...[...Array(10).keys()].map((digit) => cell("th", digit)))
  table.tHead.replaceChildren(head)
  table.tBodies[0].replaceChildren(...[...Array(10).keys()].map((digit) => {
    const row = document.createElement("tr")
    row.append(cell("th", digit), ...data.cells.slice(digit * 10, digit * 10 + 10).map((each, answer) => {
      const button = cell("button", each.text)
      button.type = "button"
      button.disabled = each.isEmpty
      button.style.setProperty("--weight", each.weight)
      button.classList.toggle("strong", each.weight > (data.isDark ? 0.7 : 0.85))
      button.classList.toggle("right", digit === answer)
      button.classList.toggle("chosen", data.chosen === digit * 10 + answer)
      button.setAttribute("aria-label", each.label)
      button.onclick = () => setTriggerValue("clicked", digit * 10 + answer)
      const place = document.createElement("td")
      place.append(button)
      return place
    }))
    return row
  }))
}
""",
)
