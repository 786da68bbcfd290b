"""One drawing, read by many networks at once."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.reading import DigitReading
from digitlab.runs.records.comparison import Contender
from digitlab.runs.records.people import Person
from digitlab.translation import _, plural
from digitlab.ui import messages, network_choice, reading_view, resources

_MAX_NETWORKS = 24  # each takes about a millisecond


def show(picture: NDArray[np.uint8] | None, person: Person, contenders: Sequence[Contender]) -> None:
    """Show what the chosen networks, the ready-made ones and the person's own read in a drawing.

    Args:
        picture: uint8 (height, width, 4), RGBA; None if nothing is drawn.
        person: The person who draws.
        contenders: The chosen networks, which come first.
    """
    chosen = {contender.key for contender in contenders}
    cards = [
        card
        for card in resources.lab().models()
        if card.is_ready_made or card.name in chosen or person.owns(card.owner)
    ]
    cards.sort(key=lambda card: card.name not in chosen)
    labels = network_choice.labels_of(cards)
    if picture is None:
        invitation = plural(
            "Draw a digit or a number: {count} network reads it at once.",
            "Draw a digit or a number: {count:,} networks read it at once.",
            len(cards),
        )
        st.info(invitation, icon=":material/draw:")
        return
    readings = []
    for card in cards[:_MAX_NETWORKS]:
        with messages.show_errors():  # an error of one network leaves the others
            number = resources.lab().recogniser(card.name).read_number(picture)
            readings.append(_reading(labels[card.name], number.digits))
    st.html(f"<div class='digitlab-readers'>{''.join(readings)}</div>")
    if len(cards) > _MAX_NETWORKS:
        st.caption(_("Showing {shown} of {count} networks.", shown=_MAX_NETWORKS, count=len(cards)))


def _reading(label: str, digits: Sequence[DigitReading]) -> str:
    """Return what one network reads, as HTML."""
    number = "".join(digit.reading.sign for digit in digits)
    columns = reading_view.columns(digits[0].reading) if len(digits) == 1 else ""
    return (
        f"<figure><figcaption>{escape(label)}</figcaption>"
        f"<div><strong>{number}</strong><span>{_confidence(digits)}</span></div>"
        f"<div class='digitlab-columns'>{columns}</div></figure>"
    )


def _confidence(digits: Sequence[DigitReading]) -> str:
    if not digits:
        return _("No digit found")
    probability = min(max(digit.reading.probabilities) for digit in digits)
    if all(digit.reading.is_sure for digit in digits):
        return _("{probability:.1%} confident", probability=probability)
    return _("{probability:.1%}, unsure", probability=probability)
