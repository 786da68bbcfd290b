"""Draw a digit and have it read after every stroke."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitlab import ui
from digitlab.networks.recognition import NOTHING

SIDE = 320  # pixels; fits a telephone, and below 300 the canvas forgets its drawing when the page runs again

st.title("Draw a digit")


@st.fragment
def draw() -> None:
    """All that changes with a stroke; the rest of the page is left alone."""
    card = ui.choose_network()
    left, right = st.columns(2, gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="bottom", width=SIDE):
            tool = st.segmented_control(
                "Tool", ["Pen", "Eraser"], default="Pen", required=True, key="tool", persist_state="session"
            )
            width = st.slider("Width", 8, 48, 22, key="pen", persist_state="session", help="In pixels.", width=120)
        canvas = st_canvas(
            stroke_color="#000000" if tool == "Eraser" else "#ffffff",
            stroke_width=width,
            background_color="#000000",
            width=SIDE,
            height=SIDE,
            return_image_data=True,
            key="canvas",
        )
        st.caption("Undo, redo and clear: the buttons at the canvas.")
    with right, ui.told():
        recogniser = ui.lab().recogniser(card.name)
        reading = NOTHING if canvas.image_data is None else recogniser.read(canvas.image_data)
        ui.answer(reading)
        ui.bars(reading.probabilities, reading.digit)
        st.caption("What the network saw: 28 x 28 pixels")
        ui.digit_picture(reading.image, "The drawing as the network saw it")


draw()
