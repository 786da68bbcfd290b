"""Watch a network learn: the same picture, the filters, the confusion and the map as they were after each epoch."""

from contextlib import suppress

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.errors import DigitLabError
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.records.run import Run, RunState
from digitlab.ui import figures, galleries, messages, resources, shared_state, training_hints
from digitlab.ui.watch import epoch_views

_STEP = 0.8  # seconds between two epochs while it plays
_LIVE = 2.0  # seconds between two looks at a run that learns

lab = resources.lab()
state = st.session_state


def choose_run(runs: list[Run]) -> Run:
    """Let a person pick a run; `?run=NUMBER` in an address makes the choice."""
    by_number = {run.number: run for run in runs}
    asked = st.query_params.get("run", "")
    if asked.isdecimal() and len(asked) < 10 and int(asked) in by_number:
        state.watched_run = int(asked)
    elif asked:
        st.warning(
            f"There is no run {messages.escape_markdown(asked[:20])} to be watched; another is shown.",
            icon=":material/warning:",
        )
        del st.query_params["run"]
    if state.get("watched_run") not in by_number:
        state.watched_run = runs[0].number
    number = st.selectbox(
        "Run",
        list(by_number),
        format_func=lambda number: f"{number}: {by_number[number].title}, {by_number[number].state}",
        key="watched_run",
        on_change=lambda: st.query_params.update(run=str(state.watched_run)),
        width=420,
    )
    return by_number[number]


def drawn() -> NDArray[np.uint8] | None:
    """Return the first digit on the Draw page, as a network sees it."""
    picture = shared_state.get().canvas().picture
    parts = () if picture is None else lab.recogniser(DEFAULT_MODEL).read_number(picture).digits
    return parts[0].reading.image if parts else None


def choose_image() -> NDArray[np.uint8]:
    """Let a person choose the picture that is read again and again."""
    own = None
    with suppress(DigitLabError):  # without the ready-made network there are MNIST's digits
        own = drawn()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.segmented_control(
            "Picture", ["My drawing", "MNIST"], default="MNIST" if own is None else "My drawing", required=True,
            key="watched_source",
        )  # fmt: skip
        if source == "MNIST":
            images = resources.mnist().x_test
            index = st.number_input("Test digit", 0, len(images) - 1, key="digit", bind="query-params", width=150)
            chosen: NDArray[np.uint8] = images[index]
            return chosen
    if own is None:
        st.info("Nothing is drawn yet. Draw a digit, or watch one of MNIST's.", icon=":material/draw:")
        st.page_link("draw.py", label="Draw", icon=":material/draw:")
        st.stop()
    return own


def choose_epoch(epochs: list[int], *, is_live: bool) -> int:
    """Show the slider over the epochs, and let it run by itself; while a run learns it stays at the end."""
    if state.get("playing"):
        later = [epoch for epoch in epochs if epoch > state.get("after", -1)]
        state.after = later[0] if later else epochs[-1]
        if len(later) <= 1 and not is_live:
            state.playing = False
    elif state.get("after") not in epochs or (is_live and state.after == state.get("newest")):
        state.after = epochs[-1]
    state.newest = epochs[-1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label, icon = ("Halt", ":material/pause:") if state.get("playing") else ("Play", ":material/play_arrow:")
        st.button(label, icon=icon, on_click=play, args=(epochs,), disabled=len(epochs) < 2)
        return int(st.select_slider("After epoch", epochs, key="after", disabled=len(epochs) < 2))


def play(epochs: list[int]) -> None:
    """Begin to play, from the start if it stands at the end, or halt."""
    state.playing = not state.get("playing")
    if state.playing and state.after == epochs[-1]:
        state.after = -1


def show_epoch(run: Run, shots: list[Snapshot], image: NDArray[np.uint8], epoch: int) -> None:
    """Show the picture, the map, the filters and the confusion as they were."""
    place = [shot.epoch for shot in shots].index(epoch)
    left, right = st.columns(2, gap="large")
    with left:
        galleries.digit_picture(image, "The picture, 28 x 28 pixels")
        with messages.show_errors():  # without a worker all the rest is shown
            grown = epoch_views.growth(run, [shot.epoch for shot in shots], image)
            epoch_views.reading(grown, epoch)
            with right:
                epoch_views.landscape(shots, place, grown, image)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What it looks for", anchor=False)
        epoch_views.filters(shots[place])
    with right:
        st.subheader("What it confuses", anchor=False)
        epoch_views.confusion(shots[place])


def look_again(run: Run) -> float | None:
    """Say after how many seconds the page changes by itself; None if it does not."""
    if state.get("playing"):
        return _STEP
    return _LIVE if not run.state.is_over() else None


st.title("Watch it learn")
figures.style()
runs = [run for run in lab.runs() if run.started is not None and run.config.tuning is None]
if not runs:
    st.info("No network has learned here yet. Train one, and watch.", icon=":material/model_training:")
    st.page_link("train.py", label="Train", icon=":material/model_training:")
    st.stop()
left, right = st.columns(2, gap="large")
with left:
    chosen = choose_run(runs)
with right:
    image = choose_image()
every = look_again(chosen)


@st.fragment(run_every=every)
def show() -> None:
    """All that changes with the epoch."""
    with messages.show_errors():
        run = lab.run(chosen.number)
        shots, seen = lab.snapshots(run), lab.observations(run.number)
        if not shots:
            waits = not run.state.is_over()
            st.info(
                "The first look at it comes in a moment."
                if waits
                else "Nobody looked at this run while it learned: "
                "it is from an older version, or one of so many that its snapshots were removed. Train it again.",
                icon=":material/hourglass_empty:" if waits else ":material/info:",
            )
            return
        training_hints.show(run, lab.epochs(run.number))
        epoch = choose_epoch([shot.epoch for shot in shots], is_live=run.state is RunState.RUNNING)
        show_epoch(run, shots, image, epoch)
        if seen:
            st.subheader("The weights", anchor=False)
            epoch_views.histograms(seen, epoch)
            st.subheader("In the layers", anchor=False)
            epoch_views.layers(seen, run.config.epochs)
        if every != look_again(run):
            st.rerun()  # to look more often, or less


show()
