"""A network while it learned: a picture, the filters, the confusion matrix and the digit map after each epoch."""

from contextlib import suppress
from typing import NoReturn

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.errors import DigitLabError
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import Text, _, translated
from digitlab.ui import (
    figures,
    glossary,
    identity,
    messages,
    repetition,
    resources,
    shared_state,
    training_hints,
)
from digitlab.ui.watch import curve_view, epoch_views, film_layout, layer_views, run_choice

SOURCES = {"My drawing": Text("My drawing"), "MNIST": Text("MNIST")}  # labels by name
_STEP = 0.8  # seconds for each epoch while it plays
_REFRESH = 2.0  # seconds after which a run that is being trained is read again

lab = resources.lab()
person = identity.person()
state = st.session_state


def choose_run(runs: list[Run]) -> Run | None:
    """Let a person choose a run, if there is any to play; `?run=NUMBER` in the address does, too."""
    by_number = {run.number: run for run in runs}
    asked = st.query_params.get("run", "")
    if asked.isdecimal() and len(asked) < 10 and int(asked) in by_number:
        state.watched_run = int(asked)
    elif asked:
        st.warning(
            _("There is no run {asked} to watch. Showing another one.", asked=messages.escape_markdown(asked[:20])),
            icon=":material/warning:",
        )
        del st.query_params["run"]
    if state.get("watched_run") not in by_number:
        first = run_choice.first_choice(runs, person, lab.snapshots)
        if first is None:
            return None
        state.watched_run = state.offered_run = first.number
    number = st.selectbox(
        _("Run"),
        list(by_number),
        format_func=lambda number: run_choice.label(by_number[number], person),
        key="watched_run",
        on_change=lambda: st.query_params.update(run=str(state.watched_run)),
        width=340,
    )
    return by_number[number]


def drawn_digit() -> NDArray[np.uint8] | None:
    """Return the first digit of the picture on Draw, uint8 (28, 28), as a network sees it; None if there is none."""
    picture = shared_state.get().picture
    parts = () if picture is None else lab.recogniser(DEFAULT_MODEL).read_number(picture).digits
    return parts[0].reading.image if parts else None


def choose_image() -> NDArray[np.uint8] | None:
    """Let a person choose the picture, uint8 (28, 28), that is read after each epoch; None if it is not yet drawn."""
    own = None
    with suppress(DigitLabError):  # without the ready-made network MNIST's digits are left
        own = drawn_digit()
    with st.container(horizontal=True, vertical_alignment="bottom", width="content", key="watch-picture"):
        source = st.segmented_control(
            _("Picture"),
            list(SOURCES),
            format_func=lambda name: translated(SOURCES[name]),
            default="MNIST" if own is None else "My drawing",
            required=True,
            key="watched_source",
        )
        if source != "MNIST":
            return own
        images = resources.mnist().x_test
        index = st.number_input(_("Test digit"), 0, len(images) - 1, key="digit", bind="query-params", width=150)
        chosen: NDArray[np.uint8] = images[index]
        return chosen


def ask_to_draw() -> None:
    """Say that there is no drawing yet, and link to the canvas."""
    st.info(_("You haven't drawn anything yet. Draw a digit, or choose one from MNIST."), icon=":material/draw:")
    st.page_link("draw.py", label=_("Draw"), icon=":material/draw:")


def choose_epoch(epochs: list[int], *, is_live: bool) -> int:
    """Show the slider over the epochs, and play it; during a training it stays at the newest epoch."""
    if state.get("playing"):
        later = [epoch for epoch in epochs if epoch > state.get("after", -1)]
        state.after = later[0] if later else epochs[-1]
        if len(later) <= 1 and not is_live:
            state.playing = False
    elif state.get("after") not in epochs or (is_live and state.after == state.get("newest")):
        state.after = epochs[-1]
    state.newest = epochs[-1]
    with st.container(horizontal=True, vertical_alignment="bottom", key="watch-controls"):
        label, icon = (_("Pause"), ":material/pause:") if state.get("playing") else (_("Play"), ":material/play_arrow:")
        st.button(label, icon=icon, on_click=play, args=(epochs,), disabled=len(epochs) < 2, key="watch-play")
        return int(st.select_slider(_("After epoch"), epochs, key="after", disabled=len(epochs) < 2))


def play(epochs: list[int]) -> None:
    """Start to play, from the first epoch if the last one is shown, or pause."""
    state.playing = not state.get("playing")
    if state.playing and state.after == epochs[-1]:
        state.after = -1


def show_film(run: Run, snapshots: list[Snapshot], image: NDArray[np.uint8], epoch: int) -> None:
    """Show what changes with the epoch: reading, digit map, first layer and loss."""
    epochs = [snapshot.epoch for snapshot in snapshots]
    index = epochs.index(epoch)
    with st.container(key="watch-film"):
        reading, digit_map, layer = (st.container() for _index in range(3))
        with reading, messages.show_errors():  # without a worker, the rest is still shown
            by_epoch = epoch_views.readings(run, epochs, image)
            epoch_views.reading(by_epoch, epoch, image)
            explanation = glossary.help("digit_map", before=epoch_views.map_explanation(snapshots[index]))
            with digit_map, film_layout.panel("map", _("Digit map"), explanation):
                epoch_views.digit_map(snapshots, index, by_epoch, image)
        with layer:
            explanation = glossary.help(
                "weight", "filter", "layer", before=_("What the network looks for in a picture")
            )
            with film_layout.panel("weights", _("First-layer weights"), explanation):
                epoch_views.filters(snapshots[index])
            with film_layout.panel("curve", _("Loss after each epoch"), glossary.help("loss", "epoch", "validation")):
                curve_view.show(lab.epochs(run.number), run.config, epoch)


def show_details(run: Run, snapshot: Snapshot) -> None:
    """Show the rest: hints, confusion matrix, histograms and statistics of the layers."""
    training_hints.show(run, lab.epochs(run.number))
    st.subheader(_("Confusion matrix"), anchor=False, help=glossary.help("confusion_matrix", "validation"))
    st.caption(_("Which digits the network confuses"))
    epoch_views.confusion(snapshot)
    observations = lab.observations(run.number)
    if observations:
        st.subheader(_("Weight histograms"), anchor=False, help=glossary.help("weight"))
        st.caption(_("How large the weights of each layer are"))
        layer_views.histograms(observations, snapshot.epoch)
        st.subheader(
            _("Layer statistics"),
            anchor=False,
            help=glossary.help("gradient", "epoch", "loss", "logits", "relu", "neuron"),
        )
        st.caption(_("What happens in each layer during the training"))
        layer_views.statistics(observations, run.config.epochs)


def show_missing_snapshots(run: Run) -> None:
    """Say why a run has no snapshots."""
    if run.state.is_over():
        st.info(_("This run has no snapshots: it predates them, or they were cleaned up."), icon=":material/info:")
        run_choice.link_to_train()
    else:
        st.info(_("The first snapshot will appear in a moment."), icon=":material/hourglass_empty:")


def show_nothing(text: str) -> NoReturn:
    """Say that there is nothing to watch, and link to the page that trains a network."""
    st.info(text, icon=":material/model_training:")
    run_choice.link_to_train()
    st.stop()


def refresh_interval(run: Run) -> float | None:
    """Return the seconds after which the page runs again by itself; None if it does not."""
    if state.get("playing"):
        return _STEP
    return _REFRESH if not run.state.is_over() else None


def show(number: int, image: NDArray[np.uint8], interval: float | None) -> None:
    """Show everything that changes with the epoch; `interval` is the one after which it is shown again."""
    with messages.show_errors():
        run = lab.run(number)
        snapshots = lab.snapshots(run)
        if not snapshots:
            show_missing_snapshots(run)
            return
        epoch = choose_epoch([snapshot.epoch for snapshot in snapshots], is_live=run.state is RunState.RUNNING)
        show_film(run, snapshots, image, epoch)
        show_details(run, next(snapshot for snapshot in snapshots if snapshot.epoch == epoch))
        if interval != refresh_interval(run):
            st.rerun()  # to refresh more often, or less


figures.style()
runs = [run for run in lab.runs() if run.started is not None and run.config.tuning is None]
with st.container(horizontal=True, vertical_alignment="bottom", key="watch-head"):
    st.title(_("Watch it learn"), width="content")
    chosen = choose_run(runs)
    image = None if chosen is None else choose_image()
if not runs:
    show_nothing(_("There is no training to watch yet. Train a network first."))
if chosen is None:
    show_nothing(_("None of the trainings can be played: their snapshots are gone. Train a network first."))
run_choice.show_owner(chosen, person, is_example=state.get("offered_run") == chosen.number)
if image is None:
    ask_to_draw()
    st.stop()
interval = refresh_interval(chosen)
repetition.repeat(show, interval, chosen.number, image, interval)
