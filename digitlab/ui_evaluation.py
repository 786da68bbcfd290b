"""What the views of an evaluation share: a network on a set of digits, their pictures, one of them closely."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab import ui, ui_person, ui_pictures, ui_reading
from digitlab.digits.doubts import DOUBTED
from digitlab.errors import StoreUnavailable
from digitlab.networks.scores import Scores
from digitlab.networks.sets import DigitSet, own_digits, sets_of
from digitlab.runs.cards import ModelCard

SHOWN = 60  # pictures of one kind


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A network on a set of digits.

    Attributes:
        card: The network.
        of: The digits.
        images: uint8 (n, 28, 28), the digits' pictures.
        scores: What the network answered.
    """

    card: ModelCard
    of: DigitSet
    images: NDArray[np.uint8]
    scores: Scores


def choose_set(card: ModelCard) -> tuple[str, DigitSet]:
    """Let a person pick the digits that a network is held against; returns their name, too."""
    sets = sets_of(card.config)
    with suppress(StoreUnavailable):  # the rest needs no database
        own = own_digits(*ui.lab().own_digits(ui_person.person()))
        if len(own):
            sets["my digits"] = own
    if st.session_state.get("of") not in sets:
        st.session_state.of = "test"
    name = st.segmented_control(
        "Digits",
        list(sets),
        required=True,
        key="of",
        bind="query-params",
        help="Test: never seen in any training. Validation: kept back from this one. Training: what it was fitted to. "
        "My digits: your own, once you have kept some.",
    )
    return str(name), sets[str(name)]


def evaluate(card: ModelCard, of: DigitSet) -> Evaluation:
    """Return a network's answers; where they are not kept yet, a bar shows how far its reading is."""
    if of.is_own:
        images, labels = ui.lab().own_digits(ui_person.person())
        return Evaluation(card, of, images, Scores(labels, _read(card.name, card.created, of, _images=images)))
    place = st.empty()

    def report(share: float) -> None:
        text = f"{card.title} reads {len(of):,} digits; only the first time does that take a while ..."
        place.progress(share, text=ui.plain(text))

    scores = ui.lab().evaluate(card.name, of, report)
    place.empty()
    return Evaluation(card, of, of.of(ui.mnist())[0], scores)


@st.cache_data(show_spinner=False, max_entries=20)
def _read(name: str, created: float, of: DigitSet, *, _images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a network's answers on a person's own digits, float32 (n, 10); in this process, as they are few."""
    return ui.lab().recogniser(name).probabilities(_images)


def choose_other(card: ModelCard, label: str, *, is_needed: bool = True) -> ModelCard | None:
    """Let a person pick a second network; None where there is none, or none is wanted and `is_needed` is False."""
    others = {other.name: other for other in ui.lab().models() if other.name != card.name}
    if not others:
        return None
    key = "other" if is_needed else "beside"
    asked = st.query_params.get(key)
    if asked in others and asked != st.session_state.get(f"asked_{key}"):
        st.session_state[key] = asked
    if st.session_state.get(key) not in others:
        st.session_state[key] = next(iter(others)) if is_needed else None
    labels = ui.labels_of(others.values())
    name = st.selectbox(
        label,
        list(others),
        format_func=labels.__getitem__,
        key=key,
        placeholder="none",
        persist_state="session",
        width=420,
    )
    if name is None:
        st.query_params.pop(key, None)
        return None
    st.query_params[key] = st.session_state[f"asked_{key}"] = name  # so that a link leads to both networks
    return others[name]


def pictures(
    one: Evaluation,
    indices: Sequence[int] | NDArray[np.int64],
    *,
    key: str,
    caption: Callable[[int], str] | None = None,
    nothing: str = "None at all.",
) -> None:
    """Show digits of a set in a grid; a click on one opens it, as `closely` has it."""
    if not len(indices):
        st.success(nothing)
        return
    shown = [int(index) for index in indices[:SHOWN]]
    caption = caption or (lambda index: told(one, index))
    samples = [ui_pictures.Sample(index, one.images[index], caption(index)) for index in shown]
    ui_pictures.gallery(samples, key=key, on_click=_enlarge)
    if len(indices) > SHOWN:
        st.caption(f"{SHOWN} of {len(indices):,} are shown.")


def told(one: Evaluation, index: int) -> str:
    """Say what a digit is, what was read, and with what probability."""
    row = one.scores.probabilities[index]
    return f"{one.scores.labels[index]} → {row.argmax()}, {row.max():.0%}"


def _enlarge(index: int) -> None:
    st.session_state.closely = index


def closely(one: Evaluation, *others: Evaluation) -> None:
    """Open the picture that was clicked, with what each network thought of it; to be called when all else is shown."""
    index = st.session_state.pop("closely", None)
    if index is not None and index < len(one.images):
        _show((one, *others), index)


@st.dialog("A digit, closely")
def _show(evaluations: Sequence[Evaluation], index: int) -> None:
    one = evaluations[0]
    label, number = one.scores.labels[index], one.of.index(index)
    if one.of.is_own:
        st.markdown(f"One of your own digits, which you call **{label}**")
    else:
        st.markdown(f"Sample **{number}** of MNIST's {one.of.part} set, labelled **{label}**")
    ui_pictures.digit_picture(one.images[index], f"Sample {number}", is_large=True)
    if one.of.part == "test" and number in DOUBTED:
        st.caption(f"A well-known doubtful label: {DOUBTED[number]}.")
    for each in evaluations:
        answer = int(each.scores.answers[index])
        st.markdown(f"**{ui.plain(each.card.title)}** reads **{answer}**")
        ui.bars(each.scores.probabilities[index].tolist(), answer)
        if not one.of.is_own:
            ui_reading.why(one.of.part, number, each.card.name)
    if one.of.is_own:
        st.page_link("mydigits.py", label="My digits", icon=":material/collections_bookmark:")
        return
    st.page_link(
        "browse.py",
        label="Look at its pixels in Browse",
        icon=":material/grid_view:",
        query_params={"set": one.of.part, "sample": str(number)},
    )
