"""Set up a training, start it, watch it learn, and find every run again."""

from contextlib import suppress
from functools import partial

import streamlit as st

from digitlab.errors import StoreUnavailable
from digitlab.networks.presets import PRESETS
from digitlab.runs.records.run import Run, RunState
from digitlab.ui import identity, learning_curves, messages, resources, run_list, run_progress, training_hints
from digitlab.ui.train import settings_sharing, training_form

lab = resources.lab()
person = identity.person()

st.title("Train")
settings_sharing.receive(lab.max_epochs)
form, watch = st.columns([2, 3], gap="large")

with form:
    preset = training_form.preset()
    config = training_form.fill_in(preset, lab.max_epochs)
    settings_sharing.take_file(lab.max_epochs)
    title = st.text_input("Name", max_chars=60, placeholder=f"{PRESETS[preset].title} and a number", key="title")

    if not person.may_train:
        identity.offer_to_log_in("train", " to train", is_main=True)
    elif st.button("Train", type="primary", icon=":material/play_arrow:", width="stretch"):
        with messages.show_errors():
            run = lab.start_training(config(), title, person)
            st.query_params["run"] = str(run.number)


def whole_epochs(n: int) -> str:
    """Say how many, as people do."""
    return "1 whole epoch" if n == 1 else f"{n} whole epochs"


def ended(run: Run, finished: int) -> None:
    """Say how a run ended, and where to go with what came of it."""
    if run.state in (RunState.FAILED, RunState.INTERRUPTED):
        st.error(messages.escape_markdown(run.message), icon=":material/error:")
        return
    if run.message:
        st.caption(messages.escape_markdown(run.message))
    if run.state is RunState.PAUSED and run.config.tuning is not None:
        st.info("Paused. Improving takes seconds: start it anew under Improve.", icon=":material/pause:")
        return
    if run.state is RunState.PAUSED:
        st.info(f"Paused after {whole_epochs(finished)}; it goes on exactly where it was.", icon=":material/pause:")
        return
    if run.model is None:
        text = f"Stopped after {whole_epochs(finished)}, before a network was made of them; it can go on."
        st.info(text if finished else "It was stopped before it began.", icon=":material/info:")
        return
    if run.state is RunState.STOPPED:
        st.info(f"Stopped after {whole_epochs(finished)}; the network so far is kept.", icon=":material/info:")
    elif finished < run.config.epochs:
        st.info(f"Early stopping ended it after epoch {finished} and kept the best weights.", icon=":material/info:")
    left, right = st.columns(2)
    left.metric("Test accuracy", f"{run.test_accuracy:.2%}", border=True)
    right.metric("Test loss", f"{run.test_loss:.4f}", border=True)
    with st.container(horizontal=True):
        there = {"model": run.model}
        st.page_link("draw.py", label="Draw with it", icon=":material/draw:", query_params=there)
        st.page_link("evaluate.py", label="Evaluate it", icon=":material/analytics:", query_params=there)
        code = there | {"view": "Code"}
        st.page_link("models.py", label="Its Keras code", icon=":material/code:", query_params=code)
        if run.config.tuning is not None:
            asked = {"run": str(run.number)}
            st.page_link("improve.py", label="See if it helped", icon=":material/auto_fix_high:", query_params=asked)


def offer_to_go_on(run: Run, finished: int) -> None:
    """Let a run go on where it was, with more epochs if it has done all."""
    least = finished + (run.state is RunState.FINISHED)
    if least > lab.max_epochs or not person.may_change(run.owner):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = st.number_input(
            "Epochs in all",
            max(least, 1),
            lab.max_epochs,
            min(max(run.config.epochs, least), lab.max_epochs),
            key=f"more-{run.number}-{least}",
        )
        if st.button("Go on", icon=":material/play_arrow:", key=f"go-on-{run.number}"):
            lab.resume(run.number, person, int(epochs))
            st.rerun()


def doing(run: Run) -> str:
    """Say what a running run is at."""
    progress = run.progress
    if progress is None:
        return "Building the network ..."
    if progress.epoch == 0:
        return f"Writing digits to learn from: {progress.batch / progress.batches:.0%}"
    text = f"Epoch {progress.epoch} of {run.config.epochs}, batch {progress.batch:,} of {progress.batches:,}"
    return text + run_progress.time_left(run)


def choose(newest: int) -> None:
    """Show the run that was clicked in the list."""
    rows = st.session_state[f"runs-{newest}"].selection.rows
    if rows:
        st.query_params["run"] = str(st.session_state.listed[rows[0]])


def look_again(runs: list[Run]) -> float:
    """Say after how many seconds the runs are looked at again: soon where something happens."""
    return 0.5 if any(not run.state.is_over() for run in runs) else 5.0


every = 5.0
with suppress(StoreUnavailable):  # told where the runs are shown, which are looked for again
    every = look_again(lab.runs())


@st.fragment(run_every=every)
def show_runs() -> None:
    """The chosen run and the list of all, kept up to date."""
    with messages.show_errors():
        runs = lab.runs()
        if not runs:
            st.info("No training yet. Choose the settings and press Train.", icon=":material/model_training:")
            return
        asked = st.query_params.get("run", "")
        by_number = {str(run.number): run for run in runs}
        active = [run for run in runs if run.state is RunState.RUNNING]
        run = by_number.get(asked) or (active or runs)[0]
        if asked and asked not in by_number:
            st.warning(
                f"There is no run {messages.escape_markdown(asked[:20])}; another is shown.", icon=":material/warning:"
            )
        run_list.heading(run, person)
        epochs = lab.epochs(run.number)
        if run.state.is_over():
            ended(run, len(epochs))
            if run.state is not RunState.FAILED and run.config.tuning is None:
                offer_to_go_on(run, len(epochs))
        else:
            run_progress.bar(run, doing)
            if run.message:
                st.caption(messages.escape_markdown(run.message))
            run_progress.controls(run, person, may_pause=True)
        learning_curves.show(epochs, run.config.epochs, key=f"run-{run.number}")
        if run.started is not None and run.config.tuning is None:
            training_hints.show(run, epochs)
            there = {"run": str(run.number)}
            st.page_link("watch.py", label="Watch it learn", icon=":material/movie:", query_params=there)

        if run.config.tuning is None:
            settings_sharing.offer(run)

        st.markdown("**All runs**")
        st.session_state.listed = [run.number for run in runs]
        st.dataframe(
            [run_list.row(run, person) for run in runs],
            column_config=run_list.COLUMNS,
            hide_index=True,
            key=f"runs-{runs[0].number}",  # a selection is kept by its row, and a new run moves the rows
            on_select=partial(choose, runs[0].number),
            selection_mode="single-row",
            placeholder="-",
            height=min(36 * (len(runs) + 1), 300),
        )
        if every != look_again(runs):
            st.rerun()  # to look more often, or less


with watch:
    show_runs()
run_list.dialogs(person)
