"""The first page: what this is, and the way through it in the tutorial's order."""

import streamlit as st

STEPS = {
    "browse": (
        "1. Browse",
        ":material/grid_view:",
        "MNIST has 70,000 handwritten digits of 28 x 28 pixels. A network can only learn what its examples show, "
        "so look at them first.",
    ),
    "train": (
        "2. Train",
        ":material/model_training:",
        "The network guesses, is told how wrong it was, and moves its weights a little; once through all examples is "
        "an epoch. Watch the loss fall.",
    ),
    "draw": (
        "3. Draw",
        ":material/draw:",
        "Write a digit with mouse, pen or finger. It is cut out, shrunk to 28 x 28 like the examples, "
        "and read at once.",
    ),
    "evaluate": (
        "4. Evaluate",
        ":material/analytics:",
        "10,000 digits that the network has never seen tell how good it really is, and which digits it mixes up.",
    ),
}
FURTHER = {
    "watch": (
        "Watch it learn",
        ":material/movie:",
        "Play a training like a film: your drawing, the filters and the mistakes, as they were after each epoch.",
    ),
    "understand": (
        "Understand",
        ":material/troubleshoot:",
        "See where a network looks, what speaks for and against each digit, and what would change its mind.",
    ),
    "mydigits": (
        "My digits",
        ":material/collections_bookmark:",
        "It misread you? Say what it was, or draw a few digits on request: they are kept for you alone.",
    ),
    "improve": (
        "Improve",
        ":material/auto_fix_high:",
        "Let a network go on learning from your digits for some seconds, and see the proof beside it.",
    ),
}


def cards(pages: dict[str, tuple[str, str, str]]) -> None:
    """Show what pages are for, side by side."""
    for column, (page, (title, icon, text)) in zip(st.columns(len(pages)), pages.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(f"{page}.py", label=f"**{title}**", icon=icon)
            st.markdown(text)


st.title("DigitLab")
st.markdown("A laboratory for handwritten digits: look at the data, train a network, and let it read **your** writing.")
if st.button("Draw a digit now", type="primary", icon=":material/draw:"):
    st.switch_page("draw.py")

st.subheader("The way through")
cards(STEPS)
st.subheader("And further")
cards(FURTHER)

st.markdown(
    "Networks are kept under Models, with their settings, scores and code, to be taken away; Compare puts them side by "
    "side. A training goes on when this tab is closed; open Train again to see it."
)
