"""The first page: what DigitLab is, and links to the other pages in the tutorial's order."""

import streamlit as st

FIRST_STEPS = {
    "browse": (
        "1. Browse",
        ":material/grid_view:",
        "MNIST holds 70,000 handwritten digits of 28 x 28 pixels. A network learns only what its examples show, so "
        "look at them first.",
    ),
    "train": (
        "2. Train",
        ":material/model_training:",
        "The network guesses, its error is measured, and its weights move a little. One pass over all examples is an "
        "epoch. Watch the loss fall.",
    ),
    "draw": (
        "3. Draw",
        ":material/draw:",
        "Write a digit with mouse, pen or finger. It is cropped, scaled to 28 x 28 pixels like the examples, and read "
        "at once.",
    ),
    "evaluate": (
        "4. Evaluate",
        ":material/analytics:",
        "10,000 digits that the network has never seen show how good it really is, and which digits it confuses.",
    ),
}
MORE = {
    "watch": (
        "Watch it learn",
        ":material/movie:",
        "Play a training like a film: your drawing, the filters and the mistakes after each epoch.",
    ),
    "understand": (
        "Understand",
        ":material/troubleshoot:",
        "See where a network looks, what supports and opposes each digit, and what would change its mind.",
    ),
    "mydigits": (
        "My digits",
        ":material/collections_bookmark:",
        "Misread? Correct it, or draw a few digits on request. Only you can see them.",
    ),
    "improve": (
        "Improve",
        ":material/auto_fix_high:",
        "Fine-tune a network on your digits in seconds, and see whether it helped.",
    ),
}


def show_cards(pages: dict[str, tuple[str, str, str]]) -> None:
    """Show what pages are for, side by side."""
    for column, (page, (title, icon, text)) in zip(st.columns(len(pages)), pages.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(f"{page}.py", label=f"**{title}**", icon=icon)
            st.markdown(text)


st.title("DigitLab")
st.markdown(
    "A laboratory for handwritten digits: look at the data, train a network, and let it read **your** handwriting."
)
if st.button("Draw a digit now", type="primary", icon=":material/draw:"):
    st.switch_page("draw.py")

st.subheader("Getting started")
show_cards(FIRST_STEPS)
st.subheader("More to explore")
show_cards(MORE)

st.markdown(
    "Models lists all networks with their settings, scores and code, for download. Compare puts them side by side. A "
    "training continues when you close this tab: open Train again to see it."
)
