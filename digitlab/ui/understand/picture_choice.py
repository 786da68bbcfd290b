"""The choice of the picture to explain: the drawing on Draw, one's own digits, MNIST, or a file."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.picture_files import SUFFIXES, open_picture
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, translated
from digitlab.ui import galleries, identity, linked_choice, messages, resources, shared_state

_PER_PAGE = 14  # a person's own digits on a page
_LINK = "explain"  # in the address: "test-4", "training-4" or "own-4"
_PLACE = "place"  # in the address: which digit of a number, from 1
_EXAMPLE = 4  # index in the test set
_LABELS = {  # of the sources, by their names in the address
    "My drawing": Text("My drawing"),
    "My digits": Text("My digits"),
    "MNIST": Text("MNIST"),
    "Upload": Text("Upload"),
}


def follow_link() -> None:
    """Choose the picture that the address asks for; to be called before the fields are shown."""
    state, asked = st.session_state, st.query_params.get(_LINK, "")
    if asked == state.get(_LINK, "") and "understood" in state:  # it was followed since the page was opened
        return
    state[_LINK] = asked
    part, _, number = asked.partition("-")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return
    if part in ("test", "training"):
        state.update(understood="MNIST", mnist_set=part, sample=int(number))
    elif part == "own":
        state.update(understood="My digits", drawing=int(number))
        state.pop("drawing-page", None)


def show_training_digit(index: int) -> None:
    """Choose one of MNIST's training digits, in place of whatever is shown."""
    st.session_state.update(understood="MNIST", mnist_set="training", sample=index)


def keep_link() -> None:
    """Keep the chosen one of the person's own digits in the address; remove what no longer fits from it."""
    state, source = st.session_state, st.session_state.get("understood")
    links = {"MNIST": f"{state.get('mnist_set')}-{state.get('sample')}", "My digits": f"own-{state.get('drawing')}"}
    if source == "My digits" and "drawing" in state:
        st.query_params[_LINK] = state[_LINK] = links[source]
    elif st.query_params.get(_LINK, "") not in ("", links.get(source or "")):
        del st.query_params[_LINK]
        state[_LINK] = ""


def choose(card: ModelCard) -> NDArray[np.uint8] | None:
    """Let a person choose a picture, uint8 (28, 28); None while there is none."""
    if "sample" in st.query_params and "understood" not in st.session_state:
        st.session_state.understood = "MNIST"
    source = linked_choice.segmented_control(
        _("Picture"),
        {name: translated(label) for name, label in _LABELS.items()},
        param="understood",
        key="understood",
        default="My drawing",
    )
    images = _SOURCES[source](card)
    if len(images) < 2:
        st.query_params.pop(_PLACE, None)
        return images[0] if images else None
    place = linked_choice.segmented_control(
        _("Digit of the number"),
        {str(place): str(place) for place in range(1, len(images) + 1)},
        param=_PLACE,
        key="place-of-digit",
        default="1",
    )
    return images[int(place) - 1]


def _drawn(card: ModelCard) -> list[NDArray[np.uint8]]:
    """Return the digits on the canvas, as the network sees them; before anything is drawn, an example."""
    picture = shared_state.get().picture
    if picture is not None and (images := _digits(picture, card)):
        return images
    st.info(_("Nothing is drawn yet. This is an example from MNIST's test set."), icon=":material/draw:")
    st.page_link("draw.py", label=_("Draw your own digit"), icon=":material/draw:")
    return [resources.mnist().x_test[_EXAMPLE]]


def _digits(picture: NDArray[np.uint8], card: ModelCard) -> list[NDArray[np.uint8]]:
    return [digit.reading.image for digit in resources.lab().recogniser(card.name).read_number(picture).digits]


def _uploaded(card: ModelCard) -> list[NDArray[np.uint8]]:
    """Let a person upload a picture, and return its digits."""
    file = st.file_uploader(_("A picture of a digit or a number"), list(SUFFIXES), key="understand-upload")
    return [] if file is None else _digits(_open(file.getvalue(), file.name), card)


@st.cache_data(show_spinner=False, max_entries=4)
def _open(content: bytes, name: str) -> NDArray[np.uint8]:
    """Open a picture file; a large one takes a while, and every click runs the page again."""
    return open_picture(content, name)


def _mnist(_card: ModelCard) -> list[NDArray[np.uint8]]:
    """Let a person choose one of MNIST's digits."""
    state = st.session_state

    def choose_random() -> None:
        state.sample = int(np.random.default_rng().integers(len(labels)))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = linked_choice.segmented_control(
            _("Set"), {"test": _("Test"), "training": _("Training")}, param="set", key="mnist_set", default="test"
        )
        images, labels = resources.mnist().part(part)
        if state.get("sample", 0) not in range(len(labels)):
            state.sample = 0
        index = st.number_input(_("Sample"), 0, len(labels) - 1, key="sample", bind="query-params", width=150)
        st.button(_("Random"), icon=":material/shuffle:", on_click=choose_random)
    st.caption(_("Label: **{label}**.", label=labels[index]))
    return [images[index]]


def _own(_card: ModelCard) -> list[NDArray[np.uint8]]:
    """Let a person choose one of their own digits; nobody else's is shown, whatever the address asks for."""
    state, person = st.session_state, identity.person()
    drawings = resources.lab().drawings.for_person(person, with_pictures=False)
    _set_default(drawings)
    chosen = None
    if "drawing" in state:
        with messages.show_errors():
            chosen = resources.lab().drawings.get(state.drawing, person)
    if drawings:
        _gallery(drawings)
    else:
        st.info(
            _("You have no digits of your own yet. Draw some on request, or correct a misread drawing."),
            icon=":material/draw:",
        )
        st.page_link("mydigits.py", label=_("My digits"), icon=":material/collections_bookmark:")
    if chosen is None:
        return []
    st.caption(_("Your label: **{label}**.", label=chosen.label))
    return [chosen.image]


def _set_default(drawings: list[Drawing]) -> None:
    """Choose the newest if none is chosen or the chosen one is gone; what the address asks for stays, for its error."""
    state = st.session_state
    if "drawing" in state:
        exists = any(drawing.number == state.drawing for drawing in drawings)
        if exists or st.query_params.get(_LINK) == f"own-{state.drawing}":
            return
        del state.drawing
    if drawings:
        state.drawing = drawings[0].number


def _gallery(drawings: list[Drawing]) -> None:
    state = st.session_state
    place = next((place for place, drawing in enumerate(drawings) if drawing.number == state.drawing), 0)
    page = galleries.page(len(drawings), _PER_PAGE, key="drawing-page", first=place)
    samples = [galleries.Sample(drawing.number, drawing.image, f"{drawing.label}") for drawing in drawings[page]]
    galleries.gallery(
        samples, key="own-digits", chosen=state.drawing, on_click=lambda number: state.update(drawing=number)
    )


_SOURCES = {"My drawing": _drawn, "My digits": _own, "MNIST": _mnist, "Upload": _uploaded}
