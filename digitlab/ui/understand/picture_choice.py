"""The picture that is to be explained, chosen: drawn, one's own, MNIST's, or from a file."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.picture_files import SUFFIXES, open_picture
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import galleries, identity, messages, resources, shared_state

_SHOWN = 14  # of a person's own digits at once
_LINK = "explain"  # in an address: "test-4", "training-4" or "own-4"


def follow_link() -> None:
    """Choose what the address asks for; to be called before the fields are there."""
    state, asked = st.session_state, st.query_params.get(_LINK, "")
    if asked == state.get(_LINK, ""):
        return
    state[_LINK] = asked
    part, _, number = asked.partition("-")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return
    if part in ("test", "training"):
        state.update(understood="MNIST", set=part, sample=int(number))
    elif part == "own":
        state.update(understood="My digits", drawing=int(number))
        state.pop("drawing-page", None)


def show_training_digit(index: int) -> None:
    """Choose one of MNIST's training digits, in place of whatever is shown."""
    st.session_state.update(understood="MNIST", set="training", sample=index)


def keep_link() -> None:
    """Let the address lead to one's own digit that is shown; forget what it asked for when a person went on."""
    state, source = st.session_state, st.session_state.get("understood")
    shown = {"MNIST": f"{state.get('set')}-{state.get('sample')}", "My digits": f"own-{state.get('drawing')}"}
    if source == "My digits" and "drawing" in state:
        st.query_params[_LINK] = state[_LINK] = shown[source]
    elif st.query_params.get(_LINK, "") not in ("", shown.get(source or "")):
        del st.query_params[_LINK]
        state[_LINK] = ""


def choose(card: ModelCard) -> NDArray[np.uint8] | None:
    """Let a person choose a picture, uint8 (28, 28); None while there is none."""
    if "sample" in st.query_params and "understood" not in st.session_state:
        st.session_state.understood = "MNIST"
    source = st.segmented_control(
        "Picture", list(_SOURCES), default="My drawing", required=True, key="understood", bind="query-params"
    )
    images = _SOURCES[source or "My drawing"](card)
    if len(images) < 2:
        return images[0] if images else None
    chosen = st.segmented_control(
        "Digit of the number", range(len(images)), format_func=lambda n: f"{n + 1}.", default=0, required=True
    )
    return images[chosen]


def _drawn(card: ModelCard) -> list[NDArray[np.uint8]]:
    """The digits on the Draw page, as the network sees them: of its field, or of the picture opened there."""
    picture = shared_state.get().picture
    if picture is not None and (images := _read(picture, card)):
        return images
    st.info("Nothing is drawn yet. Draw a digit, or look at one of MNIST's.", icon=":material/draw:")
    st.page_link("draw.py", label="Draw", icon=":material/draw:")
    return []


def _read(picture: NDArray[np.uint8], card: ModelCard) -> list[NDArray[np.uint8]]:
    """Cut a drawing into digits."""
    return [part.reading.image for part in resources.lab().recogniser(card.name).read_number(picture).digits]


def _uploaded(card: ModelCard) -> list[NDArray[np.uint8]]:
    """Ask for a picture file, and return its digits."""
    file = st.file_uploader("A picture of a digit or a number", list(SUFFIXES), key="understand-upload")
    return [] if file is None else _read(_opened(file.getvalue(), file.name), card)


@st.cache_data(show_spinner=False, max_entries=4)
def _opened(content: bytes, name: str) -> NDArray[np.uint8]:
    """Open a picture file; a large one takes a while, and every click runs this again."""
    return open_picture(content, name)


def _mnist(_card: ModelCard) -> list[NDArray[np.uint8]]:
    """Let a person choose one of MNIST's digits."""
    state = st.session_state

    def another() -> None:
        state.sample = int(np.random.default_rng().integers(len(labels)))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control(
            "Set", ["test", "training"], default="test", required=True, key="set", bind="query-params"
        )
        images, labels = resources.mnist().part(part or "test")
        if state.get("sample", 0) not in range(len(labels)):
            state.sample = 0
        index = st.number_input("Sample", 0, len(labels) - 1, key="sample", bind="query-params", width=150)
        st.button("Another", icon=":material/shuffle:", on_click=another)
    st.caption(f"Labelled **{labels[index]}**.")
    return [images[index]]


def _own(_card: ModelCard) -> list[NDArray[np.uint8]]:
    """Let a person choose one of their own digits; nobody else's is shown, whatever the address asks for."""
    state, person = st.session_state, identity.person()
    drawings = resources.lab().drawings.for_person(person, with_pictures=False)
    _find(drawings)
    chosen = None
    if "drawing" in state:
        with messages.show_errors():
            chosen = resources.lab().drawings.get(state.drawing, person)
    if drawings:
        _gallery(drawings)
    else:
        st.info(
            "You have no digits of your own yet. Draw some on request, or put a reading right in Draw.",
            icon=":material/draw:",
        )
        st.page_link("mydigits.py", label="My digits", icon=":material/collections_bookmark:")
    if chosen is None:
        return []
    st.caption(f"You call it **{chosen.label}**.")
    return [chosen.image]


def _find(drawings: list[Drawing]) -> None:
    """Choose the newest where none is chosen, or one that is gone; what the address asks for stays, to be told."""
    state = st.session_state
    if "drawing" in state:
        is_there = any(one.number == state.drawing for one in drawings)
        if is_there or st.query_params.get(_LINK) == f"own-{state.drawing}":
            return
        del state.drawing
    if drawings:
        state.drawing = drawings[0].number


def _gallery(drawings: list[Drawing]) -> None:
    state = st.session_state
    place = next((at for at, one in enumerate(drawings) if one.number == state.drawing), 0)
    page = galleries.page(len(drawings), _SHOWN, key="drawing-page", first=place)
    samples = [galleries.Sample(one.number, one.image, f"{one.label}") for one in drawings[page]]
    galleries.gallery(
        samples, key="own-digits", chosen=state.drawing, on_click=lambda number: state.update(drawing=number)
    )


_SOURCES = {"My drawing": _drawn, "My digits": _own, "MNIST": _mnist, "Upload": _uploaded}
