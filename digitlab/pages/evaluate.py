"""A network on MNIST's test set: how good it is, what it mixes up, and every mistake."""

import streamlit as st

from digitlab import ui, ui_pictures

SHOWN = 60  # mistakes

st.title("Evaluate")
card = ui.choose_network()
digits = ui.mnist()
with st.spinner("Reading 10,000 test digits; the first time takes a few seconds ..."):
    scores = ui.scores(card.name, card.created)

first, second, third = st.columns(3)
first.metric("Test accuracy", f"{scores.accuracy:.2%}", border=True)
second.metric("Test loss", f"{scores.loss:.4f}", border=True, help="Mean cross-entropy per digit, in nats.")
third.metric("Mistakes", f"{len(scores.mistakes):,} of {len(scores.labels):,}", border=True)

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("What is read as what")
    ui.confusion_matrix(card.name, card.created, is_dark=ui.is_dark())
    st.caption("Rows: the true digit. Columns: what was read. The diagonal is right; colour marks the mistakes.")
with right:
    st.subheader("Accuracy per digit")
    ui.bars(scores.accuracy_per_digit.tolist(), int(scores.accuracy_per_digit.argmin()))
    st.caption("The digit that is read worst stands out.")

st.subheader("Mistakes")
mistakes = scores.mistakes[:SHOWN]
if not len(mistakes):
    st.success("None at all.")
    st.stop()
st.markdown(
    "The most confident first: *true digit* → *what was read*, and with what probability. Click one to look closely."
)
samples = [
    ui_pictures.Sample(
        int(index),
        digits.x_test[index],
        f"{scores.labels[index]} → {scores.answers[index]}, {scores.probabilities[index].max():.0%}",
    )
    for index in mistakes
]


def enlarge(index: int) -> None:
    """Look closely at one mistake, as soon as the page runs again."""
    st.session_state.mistake = index


@st.dialog("A mistake, closely")
def show(index: int) -> None:
    """One test digit, large, with all that the network thought of it."""
    st.markdown(f"Test sample **{index}**, labelled **{scores.labels[index]}**, read as **{scores.answers[index]}**")
    ui_pictures.digit_picture(digits.x_test[index], f"Test sample {index}", is_large=True)
    ui.bars(scores.probabilities[index].tolist(), int(scores.answers[index]))
    st.page_link(
        "browse.py",
        label="Look at its pixels in Browse",
        icon=":material/grid_view:",
        query_params={"set": "test", "sample": str(index)},
    )


ui_pictures.gallery(samples, key="mistakes", on_click=enlarge)
if len(scores.mistakes) > SHOWN:
    st.caption(f"{SHOWN} of {len(scores.mistakes)} are shown.")
clicked = st.session_state.pop("mistake", None)
if clicked is not None:
    show(clicked)
