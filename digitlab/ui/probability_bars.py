"""The ten probabilities of a reading as bars."""

from collections.abc import Sequence

import streamlit as st


def show(probabilities: Sequence[float], digit: int | None) -> None:
    """Show a bar for each digit, the digit read in the accent colour; empty bars if `digit` is None."""
    rows = []
    for number, probability in enumerate(probabilities):
        width = f"{probability:.1%}" if digit is not None else "0"
        text = f"{probability:.1%}" if digit is not None else ""
        kind = " class='read'" if number == digit else ""
        rows.append(f"<li{kind}><b>{number}</b><i><u style='width:{width}'></u></i><span>{text}</span></li>")
    st.html(f"<ol class='digitlab-bars'>{''.join(rows)}</ol>")
