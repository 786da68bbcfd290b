"""Draw a digit and have it read after every stroke."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitlab import ui
from digitlab.networks.recognition import NOTHING

SIDE = 320  # pixels; fits a telephone, and below 300 the canvas forgets its drawing when the page runs again

RESULT = 358  # pixels; the width of a telephone's page, too

state = st.session_state
state.setdefault("drawing", {"objects": []})
if "canvas" not in state:  # the page has just been opened: what was drawn before is put back
    state.canvas_start = {"objects": state.drawing["objects"], "change": 0}


def put(objects: list[object]) -> None:
    """Have the canvas drawn anew; the count makes it a change even when the strokes are those of last time."""
    state.canvas_start = {"objects": objects, "change": state.canvas_start["change"] + 1}


st.title("Draw a digit")


@st.fragment
def draw() -> None:
    """All that changes with a stroke; the rest of the page is left alone."""
    with st.container(horizontal=True, gap="medium"):  # beside each other where there is room, else below
        left, right = st.container(width=SIDE), st.container(width=RESULT)
    with left:
        field, below = st.container(), st.container()  # the controls stand below the field that they change
        with below, st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            tool = st.segmented_control(
                "Tool",
                ["Pen", "Eraser"],
                default="Pen",
                required=True,
                key="tool",
                persist_state="session",
                label_visibility="collapsed",
            )
            st.button("Undo", icon=":material/undo:", on_click=lambda: put(state.drawing["objects"][:-1]))
            st.button("Clear", icon=":material/delete:", on_click=lambda: put([]))
        with below:
            width = st.slider("Width of the pen, in pixels", 8, 48, 22, key="pen", persist_state="session", width=SIDE)
        with field:
            canvas = st_canvas(
                stroke_color="#000000" if tool == "Eraser" else "#ffffff",
                stroke_width=width,
                background_color="#000000",
                width=SIDE,
                height=SIDE,
                return_image_data=True,
                initial_drawing=state.canvas_start,
                key="canvas",
            )
        state.drawing = canvas.json_data or {"objects": []}
        if canvas.image_data is not None:  # a canvas that has just been put back sends none before the next stroke
            state.picture = canvas.image_data
    with right:
        result = st.container()  # on a telephone it comes right below the field, before the choice of the network
        card = ui.choose_network("Read by")
    with result, ui.told():
        recogniser = ui.lab().recogniser(card.name)
        reading = NOTHING if "picture" not in state else recogniser.read(state.picture)
        ui.answer(reading)
        ui.bars(reading.probabilities, reading.digit)
        st.caption("What the network saw: 28 x 28 pixels")
        ui.digit_picture(reading.image, "The drawing as the network saw it")


draw()
