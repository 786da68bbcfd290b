"""The first page: draw a digit or a number, or open a picture of one, and it is read; below, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitInvalidLayoutContextError

from digitlab.networks.reading import NOTHING, DigitReading
from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing import normalization
from digitlab.translation import Text, _, translated
from digitlab.ui import (
    canvas,
    correction_form,
    galleries,
    kept_drawings,
    layer_view,
    live_reading,
    messages,
    network_choice,
    probability_bars,
    reading_view,
    resources,
    shared_state,
)
from digitlab.ui.draw import drawing_sharing, next_pages, picture_file

SOURCES = {"Draw": Text("Draw"), "Upload": Text("Upload"), "Camera": Text("Camera")}  # by their names in the address
ICONS = {"Draw": ":material/draw:", "Upload": ":material/upload:", "Camera": ":material/photo_camera:"}
INVITATIONS = {
    "Draw": Text("Draw a digit from 0 to 9, or a number, anywhere in the black field and in any size."),
    "Upload": Text("Upload a picture of a digit or a number: a drawing, a scan or a photo of ink on paper."),
    "Camera": Text("Hold a handwritten digit up to the camera and take a photo."),
}
STEPS = {
    "crop": (Text("Cropped"), Text("Only the ink counts, wherever it is in the picture.")),
    "thickness": (Text("Line width"), Text("Lines are redrawn as wide as those in MNIST.")),
    "scale": (Text("Scaled"), Text("The longer side becomes 20 pixels.")),
    "centre": (Text("Centred"), Text("The centre of mass moves to the middle of 28 x 28 pixels.")),
}

state = st.session_state


def choose_source() -> str:
    """Let a person choose where the picture comes from; `?source=Upload` in the address does, too."""
    asked = st.query_params.get("source")
    if asked in SOURCES and asked != state.get("asked_source"):
        state.source = asked
    source = st.segmented_control(
        _("Source of the picture"),
        list(SOURCES),
        format_func=lambda name: f"{ICONS[name]} {translated(SOURCES[name])}",
        default="Draw",
        required=True,
        key="source",
        persist_state="session",
        label_visibility="collapsed",
    )
    shared_state.get().source = source  # Explain explains what is read here
    kept_drawings.keep_source(source)
    # Not bound to the address by Streamlit, which would forget it with the page.
    if source != "Draw":
        st.query_params["source"] = state.asked_source = source
    elif asked is not None:
        del st.query_params["source"]
    return source


def show_reading(picture: NDArray[np.uint8] | None, parts: Sequence[DigitReading], source: str) -> None:
    """Show what is read, digit by digit; a new stamp each time, as the pen may have changed what stands there."""
    stamp = state.answers = state.get("answers", 0) + 1
    if picture is not None and len(parts) > 1:
        reading_view.number_answer(parts, stamp)
        reading_view.boxes(picture, parts)
        return
    reading = parts[0].reading if parts else NOTHING
    reading_view.answer(reading, invitation(picture, source), stamp)
    if picture is not None and source != "Draw":
        reading_view.boxes(picture, parts)
    probability_bars.show(reading.probabilities, reading.digit, stamp)


def invitation(picture: NDArray[np.uint8] | None, source: str) -> str:
    """Return what to do where nothing is read."""
    if picture is None or source == "Draw":
        return translated(INVITATIONS[source])
    return _("Couldn't find any writing in this picture. Use a darker pen or more light, or move closer.")


def show_seen(parts: Sequence[DigitReading]) -> None:
    """Show what the network saw, digit by digit."""
    if len(parts) > 1:
        reading_view.digit_cards(parts)
        return
    st.caption(_("Network input: 28 x 28 pixels"))
    galleries.digit_picture(parts[0].reading.image if parts else NOTHING.image, _("The drawing as the network sees it"))


def next_steps(picture: NDArray[np.uint8], parts: Sequence[DigitReading], source: str, network: str) -> None:
    """Link to the explanation of the reading, and let a person correct it."""
    st.page_link("understand.py", label=_("Why?"), icon=":material/troubleshoot:")
    correction_form.offer(picture, parts, network, canvas.strokes() if source == "Draw" else ())


def show_preprocessing(parts: Sequence[DigitReading], recogniser: Recogniser) -> None:
    """Show each preprocessing step, and what would be read without it."""
    if not parts:
        st.caption(_("Nothing to show yet: no digit was found."))
        return
    chosen = 0
    if len(parts) > 1:
        chosen = st.segmented_control(
            _("Digit"),
            range(len(parts)),
            format_func=lambda number: str(parts[number].reading.digit),
            default=0,
            required=True,
            key=f"prepared-digit-of-{len(parts)}",
        )
    st.caption(
        _(
            "The network learned from MNIST, so it reads best what looks like MNIST. Each step removes a difference "
            "that has nothing to do with the digit. Below each step: what would be read if only that step were left "
            "out."
        )
    )
    reading_view.steps(
        [
            (
                translated(STEPS[step.name][0]),
                translated(STEPS[step.name][1]),
                step.picture,
                recogniser.read_digit(step.without),
            )
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


@st.fragment
def draw() -> None:
    """The canvas and the answer, with what a stroke leaves as it is around them."""
    with st.container(key="draw-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(_("Draw a digit"))
        source = choose_source()
    with st.container(key="draw-columns"):  # side by side where there is room, else one below the other
        names = ("draw-left", "draw-right", "draw-beside")
        left, right, beside = [st.container(key=name) for name in names]
    with left:
        field = st.container(key="draw-field" if source == "Draw" else "draw-file")
        tools = st.container(key="draw-tools")
    with right:
        answer, links = st.container(key="draw-answer"), st.container(key="draw-links")
    with beside:
        card = network_choice.choose_network(_("Read by"))
        if source == "Draw":
            live_reading.controls(card.name, invitation(None, source))
        seen = st.container(key="draw-seen")
        layers = st.container(key="draw-layers")
    read(source, card.name, Places(field, answer, links, seen, layers))
    if source == "Draw":
        with tools:
            canvas.tools(more=drawing_sharing.offer)  # after the answer, which need not wait for the tools


@dataclass(frozen=True, slots=True)
class Places:
    """Where a stroke changes the page: canvas, answer, links to what comes next, what the network saw, its layers."""

    field: DeltaGenerator
    answer: DeltaGenerator
    links: DeltaGenerator
    seen: DeltaGenerator
    layers: DeltaGenerator


@st.fragment
def read(source: str, network: str, places: Places) -> None:
    """Everything that changes with a stroke: with 50 people who draw, each element more is felt."""
    try:
        read_and_show(source, network, places)
    except StreamlitInvalidLayoutContextError:  # the page's own run was interrupted before it had come to all places
        st.rerun()


def read_and_show(source: str, network: str, places: Places) -> None:
    """Take a drawing or a picture, read it, and show all that is said of it in its places."""
    preparation = st.expander(
        _("How your drawing is prepared"), icon=":material/route:", key="preparation", on_change="rerun"
    )
    picture = None  # a file that cannot be opened shows its error, and nothing is read
    with places.field, messages.show_errors():
        picture = canvas.show() if source == "Draw" else picture_file.ask(source)
    # A fragment may write to a container outside of it if it does so in each run.
    links, seen = (
        places.links.container(horizontal=True, vertical_alignment="center", gap="small"),
        places.seen.container(gap="xsmall"),
    )
    with places.answer, messages.show_errors():
        recogniser = resources.lab().recogniser(network)
        parts = read_digits(picture, recogniser)
        show_reading(picture, parts, source)
        if picture is not None and parts:
            with links:
                next_steps(picture, parts, source, network)
        with seen:
            show_seen(parts)
        if source == "Draw" and live_reading.thinks():
            with places.layers:
                layer_view.show(recogniser, parts[-1].reading if parts else NOTHING)
        if preparation.open:
            with preparation:
                show_preprocessing(parts, recogniser)


drawing_sharing.receive()
draw()
next_pages.show()
