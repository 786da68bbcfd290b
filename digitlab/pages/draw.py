"""Draw a digit or a number, or open a picture of one; it is read after every stroke."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from digitlab.data.picture_files import SUFFIXES, open_picture
from digitlab.networks.reading import NOTHING, DigitReading
from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing import normalization
from digitlab.ui import (
    canvas,
    corrections,
    galleries,
    messages,
    network_choice,
    probability_bars,
    reading_view,
    resources,
    shared_state,
)

SOURCES = {"Draw": "Draw", "Upload": "Upload", "Camera": "Camera"}  # labels by their names in the address
INVITATIONS = {
    "Draw": "Draw a digit from 0 to 9, or a number, anywhere in the black field and in any size.",
    "Upload": "Upload a picture of a digit or a number: a drawing, a scan or a photo of ink on paper.",
    "Camera": "Hold a handwritten digit up to the camera and take a photo.",
}
NO_INK = "Couldn't find any writing in this picture. Use a darker pen or more light, or move closer."
STEPS = {
    "crop": ("Cropped", "Only the ink counts, wherever it is in the picture."),
    "thickness": ("Line width", "Lines are redrawn as wide as those in MNIST."),
    "scale": ("Scaled", "The longer side becomes 20 pixels."),
    "centre": ("Centred", "The centre of mass moves to the middle of 28 x 28 pixels."),
}

state = st.session_state


def choose_source() -> str:
    """Let a person choose where the picture comes from; `?source=Upload` in the address does, too."""
    asked = st.query_params.get("source")
    if asked in SOURCES and asked != state.get("asked_source"):
        state.source = asked
    source = st.segmented_control(
        "Source of the picture",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        default="Draw",
        required=True,
        key="source",
        persist_state="session",
        label_visibility="collapsed",
    )
    shared_state.get().source = source  # Understand explains what is read here
    # Not bound to the address by Streamlit, which would forget it with the page.
    if source != "Draw":
        st.query_params["source"] = state.asked_source = source
    elif asked is not None:
        del st.query_params["source"]
    return source


def open_file(source: str) -> NDArray[np.uint8] | None:
    """Ask for a picture file or a photo; returns uint8 (height, width, 4), or None while there is none."""
    if source == "Camera":
        file = st.camera_input("Photo of ink on paper", key="camera")
    else:
        file = st.file_uploader("Picture of a digit or a number", list(SUFFIXES), key="upload")
    shared = shared_state.get()
    if file is None:
        shared.opened = state.opened_id = None
        return None
    if state.get("opened_id") != file.file_id:  # every click runs this again, and opening a large file takes a while
        shared.opened = state.opened_id = None  # a file that cannot be opened leaves none
        shared.opened, state.opened_id = open_picture(file.getvalue(), file.name), file.file_id
    return shared.opened


def show_reading(picture: NDArray[np.uint8] | None, parts: Sequence[DigitReading], source: str, network: str) -> None:
    """Show what is read, digit by digit."""
    if picture is not None and len(parts) > 1:
        reading_view.number_answer(parts)
        reading_view.boxes(picture, parts)
        reading_view.digit_cards(parts)
        next_steps(picture, parts, source, network)
        return
    reading = parts[0].reading if parts else NOTHING
    reading_view.answer(reading, INVITATIONS[source] if picture is None or source == "Draw" else NO_INK)
    if picture is not None and source != "Draw":
        reading_view.boxes(picture, parts)
    probability_bars.show(reading.probabilities, reading.digit)
    if picture is not None and parts:
        next_steps(picture, parts, source, network)
    st.caption("Network input: 28 x 28 pixels")
    galleries.digit_picture(reading.image, "The drawing as the network sees it")


def next_steps(picture: NDArray[np.uint8], parts: Sequence[DigitReading], source: str, network: str) -> None:
    """Link to the explanation of the reading, and let a person correct it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link("understand.py", label="Why?", icon=":material/troubleshoot:")
        corrections.offer(picture, parts, network, canvas.strokes() if source == "Draw" else ())


def show_preprocessing(parts: Sequence[DigitReading], recogniser: Recogniser) -> None:
    """Show each preprocessing step, and what would be read without it."""
    if not parts:
        st.caption("Nothing to show yet: no digit was found.")
        return
    chosen = 0
    if len(parts) > 1:
        chosen = st.segmented_control(
            "Digit",
            range(len(parts)),
            format_func=lambda number: str(parts[number].reading.digit),
            default=0,
            required=True,
            key=f"prepared-digit-of-{len(parts)}",
        )
    st.caption(
        "The network learned from MNIST, so it reads best what looks like MNIST. Each step removes a difference that "
        "has nothing to do with the digit. Below each step: what would be read if only that step were left out."
    )
    reading_view.steps(
        [
            (*STEPS[step.name], step.picture, recogniser.read_digit(step.without))
            for step in normalization.steps(parts[chosen].ink)
        ]
    )


def read_digits(picture: NDArray[np.uint8] | None, recogniser: Recogniser) -> tuple[DigitReading, ...]:
    """Read a picture; the same one again, as after a click beside it, costs nothing."""
    if picture is None:
        return ()
    last = state.get("last_read")
    if last is None or last[0] is not picture or last[1] is not recogniser:
        last = state.last_read = picture, recogniser, recogniser.read_number(picture).digits
    digits: tuple[DigitReading, ...] = last[2]
    return digits


st.title("Draw a digit")


@st.fragment
def draw() -> None:
    """The canvas and the answer, with what a stroke leaves as it is around them."""
    with st.container(horizontal=True, gap="medium"):  # side by side where there is room, else one below the other
        left, right = st.container(width=canvas.WIDTH), st.container(width=canvas.WIDTH)
    with left:
        source = choose_source()
        field = st.container()
    with right:
        result = st.container()  # on a phone it comes right below the canvas, before the choice of the network
        card = network_choice.choose_network()
    read(source, card.name, field, result)
    if source == "Draw":
        with left:
            canvas.tools()  # after the answer, which need not wait for the tools


@st.fragment
def read(source: str, network: str, field: DeltaGenerator, result: DeltaGenerator) -> None:
    """Everything that changes with a stroke: with 50 people who draw, each element more is felt."""
    preparation = st.expander(
        "How your drawing is prepared", icon=":material/route:", key="preparation", on_change="rerun"
    )
    picture = None  # a file that cannot be opened shows its error, and nothing is read
    with field, messages.show_errors():
        picture = canvas.show() if source == "Draw" else open_file(source)
    with result, messages.show_errors():
        recogniser = resources.lab().recogniser(network)
        parts = read_digits(picture, recogniser)
        show_reading(picture, parts, source, network)
        if preparation.open:
            with preparation:
                show_preprocessing(parts, recogniser)


draw()
