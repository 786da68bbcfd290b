"""How many digits a person has of each, 0 to 9."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from digitlab.translation import _


def show(counts: Sequence[int], wanted: int | None = None) -> None:
    """Show how many there are of each digit, 0 to 9, as ten columns; the wanted digit is highlighted."""
    highest = max(*counts, 1)
    columns = "".join(
        f"<span{' class=wanted' if digit == wanted else ''}><b>{count}</b>"
        f"<u style='height:{3 * count / highest:.2f}rem'></u>{digit}</span>"
        for digit, count in enumerate(counts)
    )
    listed = ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts))
    label = escape(_("Digits saved: {counts}", counts=listed))
    st.html(f"<div class='digitlab-tally' role='img' aria-label='{label}'>{columns}</div>")
