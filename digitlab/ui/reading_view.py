"""What a network reads, shown: one digit, a number, and the preprocessing steps."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.png_files import thumbnail
from digitlab.networks.reading import DigitReading, Reading
from digitlab.translation import _, plural
from digitlab.ui import galleries

_WIDTH = 358  # pixels of the picture: the width of the column


def verdict(reading: Reading) -> str:
    """Return a reading's confidence in words."""
    if reading.digit is None:
        return _("Nothing is drawn.")
    confidence = reading.probabilities[reading.digit]
    if not math.isfinite(confidence):
        return _("This network's answer is not a number. Choose another network, or train it again.")
    if not reading.is_digit:
        return _(
            "I don't recognise this as a digit. Closest match: {digit} ({confidence:.1%})",
            digit=reading.digit,
            confidence=confidence,
        )
    if reading.is_sure:
        return _("{confidence:.1%} confident", confidence=confidence)
    first, *others = reading.rivals
    if not others:
        return _("I'm not sure: {first}?", first=first)
    if len(others) == 1:
        return _("I'm not sure: {first} or {second}?", first=first, second=others[0])
    return _("I'm not sure: {first}, {second} or {third}?", first=first, second=others[0], third=others[1])


def answer(reading: Reading, invitation: str, stamp: int | None = None) -> None:
    """Show the digit read, large, and the network's confidence; the invitation if there is nothing to read.

    With another stamp the browser replaces all of it, also where a script of the page has changed it.
    """
    text = f"<span>{escape(invitation)}</span>" if reading.digit is None else answer_text(reading)
    st.html(f"<div class='digitlab-answer'{_marked(stamp)} aria-live='polite'>{text}</div>")


def answer_text(reading: Reading) -> str:
    """Return the digit read and the network's confidence in HTML."""
    return f"<strong data-testid='digit'>{reading.sign}</strong><span>{escape(verdict(reading))}</span>"


def why(part: str, number: int, network: str, *, is_offered: bool = True) -> None:
    """Link to the explanation of a network's reading of a digit.

    Args:
        part: "training" or "test" of MNIST, or "own" for one of the person's own.
        number: Its index in that part, or the number of the drawing.
        network: Name of the network; empty for the chosen one.
        is_offered: Whether the link is enabled; it is shown anyway, so that the page does not jump.
    """
    # Not as "set" and "sample": Streamlit drops from the address what belongs to fields of the page that is left.
    asked = {"explain": f"{part}-{number}"} | ({"model": network} if network else {})
    icon = ":material/troubleshoot:"
    st.page_link("understand.py", label=_("Why?"), icon=icon, query_params=asked, disabled=not is_offered)


def number_answer(parts: Sequence[DigitReading], stamp: int | None = None) -> None:
    """Show a number, and the digits of it that the network is not sure of; the stamp as in `answer`."""
    text = number_text(parts)
    st.html(f"<div class='digitlab-answer number'{_marked(stamp)} aria-live='polite'>{text}</div>")


def number_text(parts: Sequence[DigitReading]) -> str:
    """Return a number, and the digits of it that the network is not sure of, in HTML."""
    number = "".join(part.reading.sign for part in parts)
    lines = [plural("{count} digit", "{count} digits", len(parts))]
    lines += [
        _("Digit {place}: {verdict}", place=place, verdict=verdict(part.reading))
        for place, part in enumerate(parts, start=1)
        if not part.reading.is_sure
    ]
    return f"<strong data-testid='digit'>{number}</strong><span>{'<br>'.join(map(escape, lines))}</span>"


def _marked(stamp: int | None) -> str:
    return "" if stamp is None else f" data-stamp='{stamp}'"


def boxes(picture: NDArray[np.uint8], parts: Sequence[DigitReading]) -> None:
    """Show a drawing, uint8 (height, width, 4), with a box around each digit found."""
    height, width = picture.shape[:2]
    alt = escape(_("The drawing"))
    image = f"<img alt='{alt}' src='{galleries.as_url(thumbnail(picture, _WIDTH))}'>"
    st.html(f"<div class='digitlab-boxes'>{image}{box_marks(width, height, parts)}</div>")


def box_marks(width: int, height: int, parts: Sequence[DigitReading]) -> str:
    """Return the boxes around the digits in a drawing of this size, in HTML."""
    marks = []
    for part in parts:
        left, top, right, bottom = part.box
        place = f"left:{left / width:.2%};top:{top / height:.2%};"
        size = f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
        marks.append(f"<i style='{place}{size}'><b>{part.reading.sign}</b></i>")
    return "".join(marks)


def columns(reading: Reading) -> str:
    """Return the ten probabilities of a reading as columns in HTML."""
    return "".join(
        f"<span{' class=read' if digit == reading.digit else ''} title='{digit}: {share:.1%}'>"
        f"<u style='height:{share:.1%}'></u>{digit}</span>"
        for digit, share in enumerate(reading.probabilities)
    )


def digit_cards(parts: Sequence[DigitReading]) -> None:
    """Show each digit of a number as the network sees it, with its ten probabilities."""
    st.html(f"<div class='digitlab-cards'>{cards_text(parts)}</div>")


def cards_text(parts: Sequence[DigitReading]) -> str:
    """Return each digit of a number as the network sees it, with its ten probabilities, in HTML."""
    cards, alt = [], escape(_("One digit as the network sees it"))
    for part in parts:
        reading = part.reading
        cards.append(
            f"<figure><img alt='{alt}' src='{galleries.as_url(reading.image)}'>"
            f"<figcaption>{reading.digit}: {max(reading.probabilities):.1%}</figcaption>"
            f"<div class='digitlab-columns'>{columns(reading)}</div></figure>"
        )
    return "".join(cards)


def steps(shown: Sequence[tuple[str, str, NDArray[np.uint8], Reading]]) -> None:
    """Show preprocessing steps in a row: title, sentence, picture after the step, and the reading without it."""
    items = []
    for number, (title, sentence, picture, without) in enumerate(shown, start=1):
        alt, alt_without = escape(_("After step {number}", number=number)), escape(_("Network input without this step"))
        items.append(
            f"<div><div class='shown'><img alt='{alt}' src='{galleries.as_url(picture)}'></div>"
            f"<p><b>{number}. {escape(title)}.</b> {escape(sentence)}</p>"
            f"<div class='without'><img alt='{alt_without}' src='{galleries.as_url(without.image)}'>"
            f"<span>{_without_step(without)}</span></div></div>"
        )
    st.html(f"<div class='digitlab-steps'>{''.join(items)}</div>")


def _without_step(reading: Reading) -> str:
    """Return what is read without a preprocessing step, as HTML."""
    if reading.digit is None:
        return escape(_("Without this step, nothing is read."))
    digit, confidence = f"<b>{reading.sign}</b>", f"{reading.probabilities[reading.digit]:.1%}"
    return escape(_("Without this step: {digit} ({confidence})")).format(digit=digit, confidence=confidence)
