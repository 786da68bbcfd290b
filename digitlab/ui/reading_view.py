"""What a network reads, shown: one digit, a number, and the way from the drawing to the network's input."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.picture_files import thumbnail
from digitlab.networks.reading import DigitReading, Reading
from digitlab.ui import galleries

_SHOWN = 358  # pixels: the width of the column


def verdict(reading: Reading) -> str:
    """Say in a sentence what a reading is worth."""
    if reading.digit is None:
        return "Nothing is drawn."
    share = f"{reading.probabilities[reading.digit]:.1%}"
    if not reading.is_digit:
        return f"Not a digit that I know. Nearest is {reading.digit}, with {share}."
    if not reading.is_sure:
        return f"I am not sure: {_listed(reading.rivals)}?"
    return f"with probability {share}"


def _listed(digits: Sequence[int]) -> str:
    """Return "4 or 9", "1, 4 or 9"."""
    return " or ".join(filter(None, [", ".join(map(str, digits[:-1])), str(digits[-1])]))


def answer(reading: Reading, invitation: str) -> None:
    """Show the digit read, large, and how sure the network is of it; an invitation where there is nothing to read."""
    if reading.digit is None:
        text = f"<span>{invitation}</span>"
    else:
        text = f"<strong data-testid='digit'>{reading.sign}</strong><span>{verdict(reading)}</span>"
    st.html(f"<div class='digitlab-answer' aria-live='polite'>{text}</div>")


def why(part: str, number: int, network: str, *, is_offered: bool = True) -> None:
    """Link to what explains a network's reading of a digit.

    Args:
        part: "training" or "test" of MNIST, or "own" for one of the person's own.
        number: Its index in that part, or the number of the drawing.
        network: Name of the network; empty for the one that is chosen.
        is_offered: Whether it leads there now; it stands there anyway, so that nothing jumps.
    """
    # Not as "set" and "sample": what fields of the page that is left keep in its address is dropped with them.
    asked = {"explain": f"{part}-{number}"} | ({"model": network} if network else {})
    icon = ":material/troubleshoot:"
    st.page_link("understand.py", label="Why?", icon=icon, query_params=asked, disabled=not is_offered)


def number_answer(parts: Sequence[DigitReading]) -> None:
    """Show a number that was read, and of which of its digits the network is not sure."""
    number = "".join(part.reading.sign for part in parts)
    doubts = [
        f"<br>Digit {place}: {verdict(part.reading)}"
        for place, part in enumerate(parts, start=1)
        if not part.reading.is_sure
    ]
    text = f"<strong data-testid='digit'>{number}</strong><span>{len(parts)} digits{''.join(doubts)}</span>"
    st.html(f"<div class='digitlab-answer number' aria-live='polite'>{text}</div>")


def boxes(picture: NDArray[np.uint8], parts: Sequence[DigitReading]) -> None:
    """Show a drawing, uint8 (height, width, 4), with a box around each digit that was found."""
    height, width = picture.shape[:2]
    marks = []
    for part in parts:
        left, top, right, bottom = part.box
        place = f"left:{left / width:.2%};top:{top / height:.2%};"
        size = f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
        marks.append(f"<i style='{place}{size}'><b>{part.reading.sign}</b></i>")
    image = f"<img alt='The drawing' src='{galleries.as_url(thumbnail(picture, _SHOWN))}'>"
    st.html(f"<div class='digitlab-boxes'>{image}{''.join(marks)}</div>")


def columns(reading: Reading) -> str:
    """Return the ten probabilities of a reading as HTML, a column each."""
    return "".join(
        f"<span{' class=read' if digit == reading.digit else ''} title='{digit}: {share:.1%}'>"
        f"<u style='height:{share:.1%}'></u>{digit}</span>"
        for digit, share in enumerate(reading.probabilities)
    )


def digit_cards(parts: Sequence[DigitReading]) -> None:
    """Show each digit of a number as the network saw it, with its ten probabilities."""
    cards = []
    for part in parts:
        reading = part.reading
        cards.append(
            f"<figure><img alt='One digit as the network saw it' src='{galleries.as_url(reading.image)}'>"
            f"<figcaption>{reading.digit}: {max(reading.probabilities):.1%}</figcaption>"
            f"<div class='digitlab-columns'>{columns(reading)}</div></figure>"
        )
    st.html(f"<div class='digitlab-cards'>{''.join(cards)}</div>")


def steps(shown: Sequence[tuple[str, str, NDArray[np.uint8], Reading]]) -> None:
    """Show steps in a row: title, sentence, picture after it, and the reading without it."""
    items = []
    for number, (title, sentence, picture, without) in enumerate(shown, start=1):
        read = without.sign if without.digit is not None else "nothing"
        items.append(
            f"<div><div class='shown'><img alt='After step {number}' src='{galleries.as_url(picture)}'></div>"
            f"<p><b>{number}. {title}.</b> {sentence}</p>"
            f"<div class='without'><img alt='Without it' src='{galleries.as_url(without.image)}'>"
            f"<span>Without it: <b>{read}</b><br>{max(without.probabilities):.1%}</span></div></div>"
        )
    st.html(f"<div class='digitlab-steps'>{''.join(items)}</div>")
