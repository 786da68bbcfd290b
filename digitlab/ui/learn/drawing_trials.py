"""What to try with one's own drawing: it is read, read by two networks, prepared step by step, and corrected."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.reading import NOTHING, DigitReading
from digitlab.networks.recognition import DEFAULT_MODEL, Recogniser
from digitlab.preprocessing import normalization
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, translated
from digitlab.ui import canvas, correction_form, messages, probability_bars, reading_view, resources
from digitlab.ui.learn import lesson_run

_COMPARED = ("tutorial", DEFAULT_MODEL)  # networks that read the same drawing
_WIDTH, _RESULT = 358, 330  # pixels of the canvas, and of what is read beside it
_FIELD = 280  # pixels of the side of the field in which the example stands
_ENLARGED = 4  # times, of the example
_STEPS = {
    "crop": (Text("Cropped"), Text("Only the ink counts, wherever it is in the picture.")),
    "thickness": (Text("Line width"), Text("Lines are redrawn as wide as those in MNIST.")),
    "scale": (Text("Scaled"), Text("The longer side becomes 20 pixels.")),
    "centre": (Text("Centred"), Text("The centre of mass moves to the middle of 28 x 28 pixels.")),
}


@st.fragment
def digit() -> None:
    """Draw a digit, and see what the lesson's network reads."""
    picture, result = _field()
    with result, messages.show_errors():
        card = _card()
        parts = _read(picture, resources.lab().recogniser(card.name))
        _show(parts, _("Draw a digit from 0 to 9."))
        title = messages.escape_markdown(card.title)
        st.caption(_("Read by: {title}", title=title))


@st.fragment
def styles() -> None:
    """Draw a digit, and see what two networks read."""
    picture, result = _field()
    with result, messages.show_errors():
        cards = {card.name: card for card in resources.lab().models()}
        for name in filter(cards.__contains__, _COMPARED):
            parts = _read(picture, resources.lab().recogniser(name))
            st.markdown(f"**{messages.escape_markdown(cards[name].title)}**")
            _answer(parts, _("Draw a 7 with a bar."))


@st.fragment
def correct() -> None:
    """Draw a digit, and correct it if it is misread."""
    picture, result = _field()
    with result, messages.show_errors():
        card = _card()
        parts = _read(picture, resources.lab().recogniser(card.name))
        _show(parts, _("Draw a digit from 0 to 9."))
        if picture is not None and parts:
            correction_form.offer(picture, parts, card.name, canvas.strokes())
        else:
            st.caption(_("“Wrong? Correct it” appears here."))


@st.fragment
def steps() -> None:
    """Draw a digit, and see how it is prepared; an example stands there until then."""
    picture, result = _field()
    with result, messages.show_errors():
        card = _card()
        recogniser = resources.lab().recogniser(card.name)
        parts = _read(picture, recogniser)
        if parts:
            st.caption(_("Your drawing, step by step:"))
        else:
            st.caption(_("An example, until you draw: a small digit in a corner."))
        ink = parts[0].ink if parts else _example()
        reading_view.steps(
            [
                (translated(title), translated(text), step.picture, recogniser.read_digit(step.without))
                for step in normalization.steps(ink)
                for title, text in [_STEPS[step.name]]
            ]
        )


def _field() -> tuple[NDArray[np.uint8] | None, st.delta_generator.DeltaGenerator]:
    """Show the canvas with its tools; returns the drawing, and the place for what is read."""
    with st.container(horizontal=True, gap="medium"):  # side by side where there is room
        left, right = st.container(width=_WIDTH), st.container(width=_RESULT)
    picture: NDArray[np.uint8] | None = None
    with left, messages.show_errors():
        picture = canvas.show()
        canvas.tools()
    return picture, right


def _read(picture: NDArray[np.uint8] | None, recogniser: Recogniser) -> tuple[DigitReading, ...]:
    return () if picture is None else recogniser.read_number(picture).digits


def _answer(parts: tuple[DigitReading, ...], invitation: str) -> None:
    if len(parts) > 1:
        reading_view.number_answer(parts)
    else:
        reading_view.answer(parts[0].reading if parts else NOTHING, invitation)


def _show(parts: tuple[DigitReading, ...], invitation: str) -> None:
    _answer(parts, invitation)
    reading = parts[0].reading if parts else NOTHING
    probability_bars.show(reading.probabilities, reading.digit)


def _card() -> ModelCard:
    card = lesson_run.card()
    if card is None:
        st.info(_("There is no network yet. Train one first."), icon=":material/model_training:")
        st.stop()
    return card


def _example() -> NDArray[np.uint8]:
    """Return the ink of a small digit in a corner, uint8 (height, width)."""
    ink = np.zeros((_FIELD, _FIELD), np.uint8)
    enlarged = np.kron(resources.mnist().x_test[0], np.ones((_ENLARGED, _ENLARGED), np.uint8))
    ink[: len(enlarged), : len(enlarged)] = enlarged
    return ink
