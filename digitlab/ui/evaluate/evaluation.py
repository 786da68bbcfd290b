"""What the views of an evaluation share: a network on a set of digits, their pictures, one of them closely."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.label_errors import KNOWN_LABEL_ERRORS
from digitlab.errors import StoreUnavailable
from digitlab.networks.digit_sets import DigitSet, own_digits, sets_of
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import elements, galleries, identity, messages, network_choice, reading_view, resources

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
        if drawings := _own():
            sets["my digits"] = set_of(drawings)
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


def choose_part(card: ModelCard, of: DigitSet) -> tuple[str, DigitSet]:
    """Say how many of a person's own digits a network has learned, and let them pick those that it has not."""
    seen, drawings = resources.lab().improver.learned_drawings(card.name, identity.person()), _own()
    learned = [drawing for drawing in drawings if drawing.number in seen]
    unseen = [drawing for drawing in drawings if drawing.number not in seen]
    if not learned:
        return "my digits", of
    told = (
        f"**{messages.escape_markdown(card.title)}** has learned from {len(learned):,} of your {len(drawings):,} digits"
    )
    if not unseen:
        st.warning(
            f"{told}: all that you have. That it reads them proves nothing; draw some more.", icon=":material/warning:"
        )
        return "learned digits", set_of(learned)
    tell = "tells" if len(unseen) == 1 else "tell"
    st.info(
        f"{told}: that it reads those proves nothing. The {len(unseen):,} that it has not seen {tell} how good it is.",
        icon=":material/info:",
    )
    parts = {"unseen": unseen, "learned": learned, "all": drawings}
    if st.session_state.get("own") not in parts:
        st.session_state.own = "unseen"
    part = st.segmented_control("Of my digits", list(parts), required=True, key="own", bind="query-params")
    return {"all": "my digits"}.get(str(part), f"{part} digits"), set_of(parts[str(part)])


def unseen_by(card: ModelCard, of: DigitSet) -> DigitSet:
    """Return a set without the digits of a person's own that a network has learned; others come back as they are."""
    if not of.is_own:
        return of
    seen = resources.lab().improver.learned_drawings(card.name, identity.person()).intersection(of.numbers)
    if not seen:
        return of
    return set_of([drawing for drawing in _own() if drawing.number in set(of.numbers) - seen])


def _own() -> list[Drawing]:
    """A person's own digits, the oldest first."""
    return resources.lab().drawings.for_person(identity.person(), with_pictures=False)[::-1]


def set_of(drawings: Sequence[Drawing]) -> DigitSet:
    """Return a person's own digits as a set that a network can be held against."""
    return own_digits(*digits_of(drawings), [drawing.number for drawing in drawings])


def evaluate(card: ModelCard, of: DigitSet) -> Evaluation:
    """Return a network's answers; where they are not kept yet, a bar shows how far its reading is."""
    if of.is_own:
        images, labels = digits_of([drawing for drawing in _own() if drawing.number in set(of.numbers)])
        return Evaluation(card, of, images, Scores(labels, read_own(card, images)))
    place = st.empty()

    def report(share: float) -> None:
        text = f"{card.title} reads {len(of):,} digits; only the first time does that take a while ..."
        place.progress(share, text=messages.escape_markdown(text))

    scores = resources.lab().evaluate(card.name, of, report)
    place.empty()
    return Evaluation(card, of, of.of(resources.mnist())[0], scores)


def read_own(card: ModelCard, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a network's answers on a person's own digits, float32 (n, 10); in this process, once, as they are few."""
    return _read(card.name, card.created, hashlib.sha256(images.tobytes()).hexdigest(), _images=images)


@st.cache_data(show_spinner=False, max_entries=20)
def _read(name: str, created: float, content: str, *, _images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return resources.lab().recogniser(name).probabilities(_images)


def choose_other(card: ModelCard, label: str, *, is_needed: bool = True) -> ModelCard | None:
    """Let a person pick a second network; None where there is none, or none is wanted and `is_needed` is False."""
    others = {other.name: other for other in resources.lab().models() if other.name != card.name}
    if not others:
        return None
    key = "other" if is_needed else "beside"
    asked = st.query_params.get(key)
    if asked in others and asked != st.session_state.get(f"asked_{key}"):
        st.session_state[key] = asked
    if st.session_state.get(key) not in others:
        st.session_state[key] = next(iter(others)) if is_needed else None
    labels = network_choice.labels_of(others.values())
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
    samples = [galleries.Sample(index, one.images[index], caption(index)) for index in shown]
    galleries.gallery(samples, key=key, on_click=lambda index: st.session_state.update(closely=(one.of, index)))
    if len(indices) > SHOWN:
        st.caption(f"{SHOWN} of {len(indices):,} are shown.")


def told(one: Evaluation, index: int) -> str:
    """Say what a digit is, what was read, and with what probability."""
    row = one.scores.probabilities[index]
    return f"{one.scores.labels[index]} → {row.argmax()}, {row.max():.0%}"


def closely(one: Evaluation, *others: Evaluation) -> None:
    """Open the picture that was clicked, with what each network thought of it; to be called when all else is shown."""
    of, index = st.session_state.get("closely", (None, 0))
    if of == one.of:
        del st.session_state.closely
        _show((one, *others), index)


@st.dialog("A digit, closely")
def _show(evaluations: Sequence[Evaluation], index: int) -> None:
    one = evaluations[0]
    label, number = one.scores.labels[index], one.of.index(index)
    if one.of.is_own:
        st.markdown(f"One of your own digits, which you call **{label}**")
        for each in evaluations:
            if number in resources.lab().improver.learned_drawings(each.card.name, identity.person()):
                st.caption(
                    f"{messages.escape_markdown(each.card.title)} has learned it: that it reads it proves nothing."
                )
    else:
        st.markdown(f"Sample **{number}** of MNIST's {one.of.part} set, labelled **{label}**")
    galleries.digit_picture(one.images[index], f"Sample {number}", is_large=True)
    if one.of.part == "test" and number in KNOWN_LABEL_ERRORS:
        st.caption(f"A well-known doubtful label: {KNOWN_LABEL_ERRORS[number]}.")
    for each in evaluations:
        answer = int(each.scores.answers[index])
        st.markdown(f"**{messages.escape_markdown(each.card.title)}** reads **{answer}**")
        elements.bars(each.scores.probabilities[index].tolist(), answer)
        reading_view.why("own" if one.of.is_own else one.of.part, number, each.card.name)
    if one.of.is_own:
        st.page_link("mydigits.py", label="My digits", icon=":material/collections_bookmark:")
        return
    st.page_link(
        "browse.py",
        label="Look at its pixels in Browse",
        icon=":material/grid_view:",
        query_params={"set": one.of.part, "sample": str(number)},
    )
