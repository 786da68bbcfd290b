"""What to do next: a sentence on DigitLab, and links to the lesson and the other pages, in the tutorial's order."""

from dataclasses import dataclass

import streamlit as st

from digitlab.translation import Text, _, translated
from digitlab.ui import glossary


@dataclass(frozen=True, slots=True)
class Card:
    """A page, and what it is for."""

    page: str
    title: Text
    icon: str
    text: Text


LESSON = (
    Card(
        "learn",
        Text("Learn"),
        ":material/school:",
        Text(
            "New to neural networks? The tutorial leads you from the data to your own digit in eight steps, each with "
            "something to try and a question."
        ),
    ),
)
FIRST_STEPS = (
    Card(
        "browse",
        Text("1. Browse"),
        ":material/grid_view:",
        Text(
            "MNIST holds 70,000 handwritten digits of 28 x 28 pixels. A network learns only what its examples show, so "
            "look at them first."
        ),
    ),
    Card(
        "train",
        Text("2. Train"),
        ":material/model_training:",
        Text(
            "The network guesses, its error is measured, and its weights move a little. One pass over all examples is "
            "an epoch. Watch the loss fall."
        ),
    ),
    Card(
        "understand",
        Text("3. Explain"),
        ":material/troubleshoot:",
        Text("See where a network looks, what supports and opposes each digit, and what would change its mind."),
    ),
    Card(
        "evaluate",
        Text("4. Evaluate"),
        ":material/analytics:",
        Text("10,000 digits that the network has never seen show how good it really is, and which digits it confuses."),
    ),
)
MORE = (
    Card(
        "watch",
        Text("Watch it learn"),
        ":material/movie:",
        Text("Play a training like a film: your drawing, the filters and the mistakes after each epoch."),
    ),
    Card(
        "mydigits",
        Text("My digits"),
        ":material/collections_bookmark:",
        Text("Misread? Correct it, or draw a few digits on request. Only you can see them."),
    ),
    Card(
        "improve",
        Text("Improve"),
        ":material/auto_fix_high:",
        Text("Fine-tune a network on your digits in seconds, and see whether it helped."),
    ),
    Card(
        "compare",
        Text("Compare"),
        ":material/compare:",
        Text("Put networks side by side: curves, settings, scores, size and speed."),
    ),
)


def show() -> None:
    """Say what DigitLab is, and what to do next."""
    st.subheader(_("What to do next"))
    st.markdown(
        _(
            "DigitLab is a laboratory for handwritten digits: look at the data, train a network, and let it read "
            "**your** handwriting."
        )
    )
    with st.container():  # the same distance between all rows, on a phone, too
        for cards in (LESSON, FIRST_STEPS, MORE):
            _show_cards(cards)


def _show_cards(cards: tuple[Card, ...]) -> None:
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(f"{card.page}.py", label=f"**{translated(card.title)}**", icon=card.icon)
            glossary.explained(translated(card.text))
