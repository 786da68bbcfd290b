"""Set up a training, start it, watch it learn, and find every run again."""

import time
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from digitlab import ui, ui_learning, ui_person, ui_pictures, ui_runs, ui_sharing
from digitlab.digits.augmentation import Augmentation, augment
from digitlab.errors import StoreUnavailable
from digitlab.networks.config import MOST_WRITTEN, OPTIMIZERS, PRESETS, SCHEDULES, TrainingConfig
from digitlab.runs.experiment import Run, RunState, seconds_left

lab = ui.lab()
person = ui_person.person()

st.title("Train")
ui_sharing.receive(lab.most_epochs)
form, watch = st.columns([2, 3], gap="large")

with form:
    preset = st.pills(
        "Network",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title,
        default="tutorial",
        required=True,
        wrap=True,
        key="preset",
        persist_state="session",
    )
    suggested = PRESETS[preset].config
    st.caption(PRESETS[preset].summary)

    def kept(name: str) -> dict[str, Any]:
        """Each preset remembers its own settings for as long as the person is here."""
        return {"key": f"{preset}-{name}", "persist_state": "session"}

    longest = min(ui_sharing.up_to(f"{preset}-epochs", 50), lab.most_epochs)
    epochs = st.slider(
        "Epochs",
        1,
        max(longest, 2),
        min(suggested.epochs, longest),
        **kept("epochs"),
        help="Passes over the training set.",
    )
    with st.expander("More settings", icon=":material/tune:"):
        left, right = st.columns(2)
        batch_size = left.number_input("Batch size", 1, 4096, suggested.batch_size, **kept("batch"))
        training_digits = right.number_input(
            "Training digits", 100, 60_000, suggested.training_digits, 1000, **kept("digits"),
            help="How many of MNIST's 60,000 are used, validation included.",
        )  # fmt: skip
        optimizer = left.selectbox("Optimizer", OPTIMIZERS, OPTIMIZERS.index(suggested.optimizer), **kept("optimizer"))
        learning_rate = right.number_input(
            "Learning rate", 1e-9, 1000.0, suggested.learning_rate, 0.0005, format="%g", **kept("rate")
        )
        schedule = left.selectbox(
            "Schedule", SCHEDULES, SCHEDULES.index(suggested.schedule), **kept("schedule"),
            help="Whether the learning rate stays, falls to 0 along a cosine wave, or rises to it first (one-cycle).",
        )  # fmt: skip
        seed = right.number_input("Seed", 0, 2**31 - 1, suggested.seed, **kept("seed"))
        validation_split = st.slider(
            "Validation split", 0.0, ui_sharing.up_to(f"{preset}-split", 0.5), suggested.validation_split, 0.05,
            **kept("split"),
            help="Share, from the end of the training set, that is only used to watch the training.",
        )  # fmt: skip
        early_stopping = st.slider(
            "Early stopping after", 0, ui_sharing.up_to(f"{preset}-patience", 20), suggested.early_stopping or 0,
            format="%d epochs", **kept("patience"),
            help="Ends when the validation loss has not improved for so long, and keeps the best weights. 0: never.",
        )  # fmt: skip
    with st.expander("Augmentation", icon=":material/shuffle:"):
        shift = st.slider("Shift", 0.0, 8.0, float(suggested.augmentation.shift), 0.5, "%g px", **kept("shift"))
        rotation = st.slider(
            "Rotation", 0.0, 45.0, float(suggested.augmentation.rotation), 1.0, "%g°", **kept("rotation")
        )
        scale = st.slider("Scale", 0.0, 0.5, float(suggested.augmentation.scale), 0.05, "percent", **kept("scale"))
        shear = st.slider(
            "Shear", 0.0, 0.5, float(suggested.augmentation.shear), 0.05, help="Slants to both sides.", **kept("shear")
        )
        elastic = st.slider(
            "Elastic", 0.0, 4.0, float(suggested.augmentation.elastic), 0.1, "%g px",
            help="Pulls the digit here and there, as if it were drawn on rubber.", **kept("elastic"),
        )  # fmt: skip
        erasing = st.slider(
            "Erasing", 0.0, 1.0, float(suggested.augmentation.erasing), 0.05, "percent",
            help="Share of the digits that lose a small square.", **kept("erasing"),
        )  # fmt: skip
        augmentation = Augmentation(
            shift=shift, rotation=rotation, scale=scale, shear=shear, elastic=elastic, erasing=erasing
        )
        st.caption("The first digits of the training set, as the network might see them:")
        first = ui.mnist().x_train[:10]
        seen = augment(first, augmentation, np.random.default_rng(int(seed)))
        ui_pictures.gallery([ui_pictures.Sample(index, image, "") for index, image in enumerate(seen)], key="preview")
    with st.expander("Handwriting of many regions", icon=":material/edit:"):
        written_digits = st.slider(
            "Written digits", 0, MOST_WRITTEN, suggested.written_digits, 1000,
            help="So many are drawn before the training: barred sevens, ones with a foot, curled nines. With them come "
            "MNIST's own digits drawn with other pens, and letters and scribbles, to learn what is no digit.",
            **kept("written_digits"),
        )  # fmt: skip
        averaging = st.toggle(
            "Look four times", suggested.averaging,
            help="The trained network reads each digit four times, moved by half a pixel to each side, and averages.",
            **kept("averaging"),
        )  # fmt: skip
        calibration = st.toggle(
            "Calibrated probabilities", suggested.calibration,
            help="One number, the temperature, is fitted on the validation digits, so that of the answers given with "
            "90 % about 90 % are right.",
            **kept("calibration"),
        )  # fmt: skip
    ui_sharing.take_file(lab.most_epochs)
    title = st.text_input("Name", max_chars=60, placeholder=f"{PRESETS[preset].title} and a number", key="title")

    if not person.may_train:
        ui_person.offer_to_log_in("train", " to train", is_main=True)
    elif st.button("Train", type="primary", icon=":material/play_arrow:", width="stretch"):
        with ui.told():
            run = lab.start_training(
                TrainingConfig(
                    preset=preset,
                    epochs=epochs,
                    batch_size=int(batch_size),
                    optimizer=optimizer,
                    learning_rate=float(learning_rate),
                    schedule=schedule,
                    validation_split=validation_split,
                    training_digits=int(training_digits),
                    seed=int(seed),
                    augmentation=augmentation,
                    written_digits=written_digits,
                    averaging=averaging,
                    calibration=calibration,
                    early_stopping=early_stopping or None,
                ),
                title,
                person,
            )
            st.query_params["run"] = str(run.number)


def whole_epochs(n: int) -> str:
    """Say how many, as people do."""
    return "1 whole epoch" if n == 1 else f"{n} whole epochs"


def ended(run: Run, finished: int) -> None:
    """Say how a run ended, and where to go with what came of it."""
    if run.state in (RunState.FAILED, RunState.INTERRUPTED):
        st.error(ui.plain(run.message), icon=":material/error:")
        return
    if run.message:
        st.caption(ui.plain(run.message))
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
    if least > lab.most_epochs or not person.may_change(run.owner):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = st.number_input(
            "Epochs in all",
            max(least, 1),
            lab.most_epochs,
            min(max(run.config.epochs, least), lab.most_epochs),
            key=f"more-{run.number}-{least}",
        )
        if st.button("Go on", icon=":material/play_arrow:", key=f"go-on-{run.number}"):
            lab.go_on(run.number, person, int(epochs))
            st.rerun()


def goes_on(run: Run) -> None:
    """Show how far a waiting or running run is, and offer to pause or stop it."""
    progress = run.progress
    if run.state is RunState.QUEUED:
        before, seconds = lab.place(run)
        text = "Starting ..." if before == 0 else f"Waiting: {before} before it"
        text += f", begins in about {ui.duration(seconds)}" if before and seconds else ""
    elif progress is None:
        text = "Building the network ..."
    elif progress.epoch == 0:
        text = f"Writing digits to learn from: {progress.batch / progress.batches:.0%}"
    else:
        text = f"Epoch {progress.epoch} of {run.config.epochs}, batch {progress.batch:,} of {progress.batches:,}"
        left = seconds_left(run, lab.epochs(run.number), time.time())
        text += f", about {ui.duration(left)} left" if left is not None else ""
    st.progress(run.share_done, text)
    if run.message:
        st.caption(ui.plain(run.message))
    if run.state is RunState.QUEUED and lab.trouble:
        st.warning(
            f"Nothing can be trained now, and it is tried again. {ui.plain(lab.trouble)}", icon=":material/warning:"
        )
    if not person.may_change(run.owner):
        return
    if run.is_stop_wanted:
        st.caption("Pausing ..." if run.is_pause_wanted else "Stopping ...")
        return
    with st.container(horizontal=True):
        for label, icon, wish in (("Pause", ":material/pause:", lab.pause), ("Stop", ":material/stop:", lab.stop)):
            if st.button(label, icon=icon, key=f"{label.lower()}-{run.number}"):
                wish(run.number, person)
                st.rerun(scope="fragment")


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
    with ui.told():
        runs = lab.runs()
        if not runs:
            st.info("No training yet. Choose the settings and press Train.", icon=":material/model_training:")
            return
        asked = st.query_params.get("run", "")
        by_number = {str(run.number): run for run in runs}
        active = [run for run in runs if run.state is RunState.RUNNING]
        run = by_number.get(asked) or (active or runs)[0]
        if asked and asked not in by_number:
            st.warning(f"There is no run {ui.plain(asked[:20])}; another is shown.", icon=":material/warning:")
        ui_runs.heading(run, person)
        epochs = lab.epochs(run.number)
        if run.state.is_over():
            ended(run, len(epochs))
            if run.state is not RunState.FAILED and run.config.tuning is None:
                offer_to_go_on(run, len(epochs))
        else:
            goes_on(run)
        ui.curves(epochs, run.config.epochs, key=f"run-{run.number}")
        if run.started is not None and run.config.tuning is None:
            ui_learning.hints(run, epochs)
            there = {"run": str(run.number)}
            st.page_link("watch.py", label="Watch it learn", icon=":material/movie:", query_params=there)

        if run.config.tuning is None:
            ui_sharing.offer(run)

        st.markdown("**All runs**")
        st.session_state.listed = [run.number for run in runs]
        st.dataframe(
            [ui_runs.row(run, person) for run in runs],
            column_config=ui_runs.COLUMNS,
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
ui_runs.dialogs(person)
