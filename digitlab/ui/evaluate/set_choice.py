"""The choice of the digits that a network is evaluated on."""

from contextlib import suppress

import streamlit as st

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.digit_sets import DigitSet, sets_by_name
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import evaluation, identity, linked_choice, messages, resources

OWN = "my digits"
_SETS = {"test": "Test", "validation": "Validation", "training": "Training", OWN: "My digits"}
_PARTS = {"unseen": "Unseen", "learned": "Learned", "all": "All"}


def choose_set(card: ModelCard) -> tuple[str, DigitSet]:
    """Let a person choose a set of digits; return its name and the digits."""
    sets = sets_by_name(card.config)
    with suppress(DatabaseUnavailable):  # the other sets need no database
        if drawings := evaluation.own_drawings():
            sets[OWN] = evaluation.own_set(drawings)
    name = linked_choice.segmented_control(
        "Digits",
        {name: _SETS[name] for name in sets},
        param="of",
        key="digit-set",
        default="test",
        hint="Test: never used in any training. Validation: held out from this network's training. Training: what it "
        "was trained on. My digits: your own digits, once you have some.",
    )
    return name, sets[name]


def choose_part(card: ModelCard, digit_set: DigitSet) -> tuple[str, DigitSet]:
    """Say how many of the person's own digits a network was trained on, and let them choose the unseen ones.

    Returns:
        The name of the part ("my digits", "unseen" or "learned"), and its digits.
    """
    drawings = evaluation.own_drawings()
    numbers = resources.lab().improver.learned_drawings(card.name, identity.person())
    learned = [drawing for drawing in drawings if drawing.number in numbers]
    unseen = [drawing for drawing in drawings if drawing.number not in numbers]
    if not learned:
        return OWN, digit_set
    if not unseen:
        _warn_all_learned(card, len(learned))
        return "learned", evaluation.own_set(learned)
    st.info(_learned_sentence(card, len(learned), len(unseen)), icon=":material/info:")
    parts: dict[str, list[Drawing]] = {"unseen": unseen, "learned": learned, "all": drawings}
    part = linked_choice.segmented_control("My digits", _PARTS, param="own", key="own-part", default="unseen")
    return OWN if part == "all" else part, evaluation.own_set(parts[part])


def _warn_all_learned(card: ModelCard, learned: int) -> None:
    title = messages.escape_markdown(card.title)
    if learned == 1:
        text = f"**{title}** was trained on your only digit, so it doesn't count. Draw more to test the network."
    else:
        text = f"**{title}** was trained on all {learned:,} of your digits, so they don't count. Draw more to test it."
    st.warning(text, icon=":material/warning:")


def _learned_sentence(card: ModelCard, learned: int, unseen: int) -> str:
    title, total = messages.escape_markdown(card.title), learned + unseen
    not_counted = f"Not counted, as **{title}** was trained on {'it' if learned == 1 else 'them'}"
    if unseen == 1:
        verdict = "The one it has never seen shows how good it really is."
    else:
        verdict = f"The {unseen:,} it has never seen show how good it really is."
    return f"{not_counted}: {learned:,} of your {total:,} digits. {verdict}"
