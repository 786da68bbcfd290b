"""The ten probabilities of a reading as bars."""

import math
from collections.abc import Sequence

import streamlit as st


def show(probabilities: Sequence[float], digit: int | None, stamp: int | None = None) -> None:
    """Show a bar for each digit, the digit read in the accent colour; empty bars if `digit` is None.

    With another stamp the browser replaces all of it, also where a script of the page has changed it.
    """
    mark = "" if stamp is None else f" data-stamp='{stamp}'"
    st.html(f"<ol class='digitlab-bars'{mark}>{rows(probabilities, digit)}</ol>")


def rows(probabilities: Sequence[float], digit: int | None) -> str:
    """Return the bars in HTML."""
    bars = []
    for number, probability in enumerate(probabilities):
        is_known = digit is not None and math.isfinite(probability)
        width, text = (f"{probability:.1%}",) * 2 if is_known else ("0", "")
        kind = " class='read'" if number == digit else ""
        bars.append(f"<li{kind}><b>{number}</b><i><u style='width:{width}'></u></i><span>{text}</span></li>")
    return "".join(bars)
