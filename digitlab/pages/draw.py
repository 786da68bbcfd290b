"""Draw a digit or a number, or give a picture of one, and have it read after every stroke."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

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

INVITATIONS = {
    "Draw": "Draw a digit from 0 to 9, or a number, in the black field, anywhere and in any size.",
    "Upload": "Drop a picture of a digit or a number there: a drawing, a scan or a photograph of a pen on paper.",
    "Camera": "Hold a written digit into the camera's view and take a photo.",
}
NO_INK = "No ink can be told from the ground there. Use a darker pen, more light, or come nearer."
STEPS = {
    "crop": ("Cut out", "Only the ink counts, wherever it is on the field."),
    "thickness": ("Usual pen", "Every line is drawn anew as wide as MNIST's pens were."),
    "scale": ("Scaled", "The longer side becomes 20 pixels, large or small as it was."),
    "centre": ("Centred", "The centre of its mass comes to the middle of 28 x 28 pixels."),
}

state = st.session_state


def choose_source() -> str:
    """Let a person choose where the digit comes from; `?source=Upload` in an address does so, too."""
    asked = st.query_params.get("source")
    if asked in INVITATIONS and asked != state.get("asked_source"):
        state.source = asked
    source = st.segmented_control(
        "Where the digit comes from",
        list(INVITATIONS),
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


def from_file(source: str) -> NDArray[np.uint8] | None:
    """Ask for a picture file or a photo, and return it."""
    if source == "Camera":
        file = st.camera_input("A photo of a pen on paper", key="camera")
    else:
        file = st.file_uploader("A picture of a digit or a number", list(SUFFIXES), key="upload")
    if file is None:
        return None
    if state.get("opened_id") != file.file_id:  # opening a large one takes a while, and every click runs this again
        shared_state.get().opened, state.opened_id = open_picture(file.getvalue(), file.name), file.file_id
    return shared_state.get().opened


def show_reading(picture: NDArray[np.uint8] | None, parts: Sequence[DigitReading], source: str, network: str) -> None:
    """Say what is read, digit by digit."""
    if picture is not None and len(parts) > 1:
        reading_view.number_answer(parts)
        reading_view.boxes(picture, parts)
        reading_view.digit_cards(parts)
        what_next(picture, parts, source, network)
        return
    reading = parts[0].reading if parts else NOTHING
    reading_view.answer(reading, INVITATIONS[source] if picture is None or source == "Draw" else NO_INK)
    if picture is not None and source != "Draw":
        reading_view.boxes(picture, parts)
    probability_bars.show(reading.probabilities, reading.digit)
    if picture is not None and parts:
        what_next(picture, parts, source, network)
    st.caption("What the network saw: 28 x 28 pixels")
    galleries.digit_picture(reading.image, "The drawing as the network saw it")


def what_next(picture: NDArray[np.uint8], parts: Sequence[DigitReading], source: str, network: str) -> None:
    """Lead to what made the network read it so, where the drawing goes along; let a person put the reading right."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link("understand.py", label="Why?", icon=":material/troubleshoot:")
        corrections.offer(picture, parts, network, canvas.strokes() if source == "Draw" else ())


def show_way(parts: Sequence[DigitReading], recogniser: Recogniser) -> None:
    """Show each step from the drawing to the network's input, and what would be read without it."""
    if not parts:
        st.caption("There is no ink yet.")
        return
    chosen = 0
    if len(parts) > 1:
        chosen = st.segmented_control(
            "Digit",
            range(len(parts)),
            format_func=lambda number: str(parts[number].reading.digit),
            default=0,
            required=True,
            key=f"way-of-{len(parts)}",
        )
    st.caption(
        "A network that learned from MNIST reads well what looks like MNIST. Each step removes something that has "
        "nothing to do with the digit; below it stands what would come out if that step alone were left out."
    )
    reading_view.steps(
        [
            (*STEPS[step.name], step.picture, recogniser.read_digit(step.without))
            for step in normalization.steps(parts[chosen].ink)
        ]
    )


st.title("Draw a digit")


@st.fragment
def draw() -> None:
    """All that changes with a stroke; the rest of the page is left alone."""
    with st.container(horizontal=True, gap="medium"):  # beside each other where there is room, else below
        left, right = st.container(width=canvas.WIDTH), st.container(width=canvas.WIDTH)
    with left, messages.show_errors():
        source = choose_source()
        picture = None  # what cannot be opened is told there, and nothing is read
        picture = canvas.field() if source == "Draw" else from_file(source)
    with right:
        result = st.container()  # on a telephone it comes right below the field, before the choice of the network
        card = network_choice.choose_network("Read by")
    way = st.expander("The way from the drawing to the network", icon=":material/route:", key="way", on_change="rerun")
    with result, messages.show_errors():
        recogniser = resources.lab().recogniser(card.name)
        parts = () if picture is None else recogniser.read_number(picture).digits
        show_reading(picture, parts, source, card.name)
        if way.open:
            with way:
                show_way(parts, recogniser)
    if source == "Draw":
        with left:
            canvas.tools()  # after the answer, which need not wait for them


draw()
