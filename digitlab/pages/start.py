"""The first page: what this is, and the way through it in the tutorial's order."""

import streamlit as st

STEPS = {
    "Browse": (
        ":material/grid_view:",
        "MNIST has 70,000 handwritten digits of 28 x 28 pixels. A network can only learn what its examples show, "
        "so look at them first.",
    ),
    "Train": (
        ":material/model_training:",
        "The network guesses, is told how wrong it was, and moves its weights a little; once through all examples is "
        "an epoch. Watch the loss fall.",
    ),
    "Draw": (
        ":material/draw:",
        "Write a digit with mouse, pen or finger. It is cut out, shrunk to 28 x 28 like the examples, "
        "and read at once.",
    ),
    "Evaluate": (
        ":material/analytics:",
        "10,000 digits that the network has never seen tell how good it really is, and which digits it mixes up.",
    ),
}

st.title("DigitLab")
st.markdown("A laboratory for handwritten digits: look at the data, train a network, and let it read **your** writing.")
if st.button("Draw a digit now", type="primary", icon=":material/draw:"):
    st.switch_page("draw.py")

st.subheader("The way through")
for number, (column, title) in enumerate(zip(st.columns(len(STEPS)), STEPS, strict=True), start=1):
    icon, text = STEPS[title]
    with column, st.container(border=True, height="stretch"):
        st.page_link(f"{title.lower()}.py", label=f"**{number}. {title}**", icon=icon)
        st.markdown(text)

st.markdown(
    "Trained networks are kept under Models, with their settings and scores. "
    "A training goes on when this tab is closed; open Train again to see it."
)
