"""The choice of the digits that a network is evaluated on."""

from contextlib import suppress

import streamlit as st

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.digit_sets import DigitSet, sets_by_name
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, plural, translated
from digitlab.ui import evaluated_set, identity, linked_choice, messages, resources

OWN = "my digits"
_SETS = {"test": Text("Test"), "validation": Text("Validation"), "training": Text("Training"), OWN: Text("My digits")}
_PARTS = {"unseen": Text("Unseen"), "learned": Text("Learned"), "all": Text("All")}


def choose_set(card: ModelCard) -> tuple[str, DigitSet]:
    """Let a person choose a set of digits; return its name and the digits."""
    sets = sets_by_name(card.config)
    with suppress(DatabaseUnavailable):  # the other sets need no database
        if drawings := evaluated_set.own_drawings():
            sets[OWN] = evaluated_set.own_set(drawings)
    name = linked_choice.segmented_control(
        _("Digits"),
        {name: translated(_SETS[name]) for name in sets},
        param="of",
        key="digit-set",
        default="test",
        hint=_(
            "Test: never used in any training. Validation: held out from this network's training. Training: what it "
            "was trained on. My digits: your own digits, once you have some."
        ),
    )
    return name, sets[name]


def choose_part(card: ModelCard, digit_set: DigitSet) -> tuple[str, DigitSet]:
    """Say how many of the person's own digits a network was trained on, and let them choose the unseen ones.

    Returns:
        The name of the part ("my digits", "unseen" or "learned"), and its digits.
    """
    drawings = evaluated_set.own_drawings()
    numbers = resources.lab().improver.learned_drawings(card.name, identity.person())
    learned = [drawing for drawing in drawings if drawing.number in numbers]
    unseen = [drawing for drawing in drawings if drawing.number not in numbers]
    if not learned:
        return OWN, digit_set
    if not unseen:
        _warn_all_learned(card, len(learned))
        return "learned", evaluated_set.own_set(learned)
    st.info(_learned_sentence(card, len(learned), len(unseen)), icon=":material/info:")
    parts: dict[str, list[Drawing]] = {"unseen": unseen, "learned": learned, "all": drawings}
    part = linked_choice.segmented_control(
        _("My digits"),
        {name: translated(label) for name, label in _PARTS.items()},
        param="own",
        key="own-part",
        default="unseen",
    )
    return OWN if part == "all" else part, evaluated_set.own_set(parts[part])


def _warn_all_learned(card: ModelCard, learned: int) -> None:
    title = messages.escape_markdown(card.title)
    text = plural(
        "**{title}** was trained on your only digit, so it doesn't count. Draw more to test the network.",
        "**{title}** was trained on all {count:,} of your digits, so they don't count. Draw more to test it.",
        learned,
        title=title,
    )
    st.warning(text, icon=":material/warning:")


def _learned_sentence(card: ModelCard, learned: int, unseen: int) -> str:
    not_counted = plural(
        "Not counted, as **{title}** was trained on it: {count} of your {total:,} digits.",
        "Not counted, as **{title}** was trained on them: {count:,} of your {total:,} digits.",
        learned,
        title=messages.escape_markdown(card.title),
        total=learned + unseen,
    )
    verdict = plural(
        "The one it has never seen shows how good it really is.",
        "The {count:,} it has never seen show how good it really is.",
        unseen,
    )
    return f"{not_counted} {verdict}"
