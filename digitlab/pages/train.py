"""Set up a training, start it, watch it, and find every run again."""

from contextlib import suppress
from dataclasses import asdict
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.errors import DatabaseUnavailable, DigitLabError
from digitlab.runs.records.model_card import MAX_TITLE_LENGTH
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _, translated
from digitlab.ui import (
    glossary,
    identity,
    learning_curves,
    messages,
    repetition,
    resources,
    run_list,
    run_progress,
    training_hints,
)
from digitlab.ui.train import settings_sharing, steering, training_form

_REFRESH = 0.5  # seconds after which the runs are shown again while one is under way
_LOOK = 30.0  # seconds between two looks for new runs while none is

lab = resources.lab()
person = identity.person()

st.title(_("Train"))
settings_sharing.receive(lab.max_epochs)
form, watch = st.columns([2, 3], gap="large")

with form, st.container(key="train-form"):
    preset = training_form.preset()
    with st.container(key="train-settings"):  # scrolls, so that the button stays in sight
        config = training_form.fill_in(preset, lab.max_epochs)
        settings_sharing.receive_file(lab.max_epochs)
    name = st.container()

    if not person.may_train:
        identity.offer_to_log_in("train", is_main=True)
    elif st.container(key="train-start").button(
        _("Train"), type="primary", icon=":material/play_arrow:", width="stretch"
    ):
        with messages.show_errors():
            run = lab.start_training(config(), st.session_state.get("title", ""), person)
            st.query_params["run"] = str(run.number)

with name:  # drawn after the click, so that it shows the number of the run after this one
    number = 1
    with suppress(DatabaseUnavailable):  # shown below, where the runs are read again
        number = lab.next_run_number()
    unnamed = f"{training_form.title(preset)} {number}"  # as the record names it
    placeholder = _('Leave empty for "{name}"', name=unnamed)
    st.text_input(_("Name"), max_chars=MAX_TITLE_LENGTH, placeholder=placeholder, key="title")


def show_result(run: Run, epochs: int) -> None:
    """Say how a run ended after so many whole epochs, and link to what can be done with its network."""
    if run.state in (RunState.FAILED, RunState.INTERRUPTED):
        st.error(messages.escape_markdown(translated(run.message)), icon=":material/error:")
        return
    if run.message:
        st.caption(messages.escape_markdown(translated(run.message)))
    current = min(epochs + 1, run.config.epochs)
    if run.state is RunState.PAUSED:
        st.info(pause_text(run, current), icon=":material/pause:")
        return
    if run.model is None:
        text = _("Stopped during epoch {epoch}, before a network was saved. You can resume it.", epoch=current)
        st.info(text if run.started is not None else _("Stopped before it started."), icon=":material/info:")
        return
    if run.state is RunState.STOPPED:
        text = _("Stopped during epoch {epoch}. The network so far was saved.", epoch=current)
        st.info(text, icon=":material/info:")
    elif epochs < run.config.epochs:
        text = _("Early stopping ended it after epoch {epoch} and kept the best weights.", epoch=epochs)
        st.info(text, icon=":material/info:")
    left, right = st.columns(2)
    left.metric(_("Test accuracy"), f"{run.test_accuracy:.2%}", border=True, help=glossary.help("accuracy", "test_set"))
    right.metric(_("Test loss"), f"{run.test_loss:.4f}", border=True, help=glossary.help("loss", "test_set"))
    show_links(run, run.model)


def pause_text(run: Run, current: int) -> str:
    """Return a sentence on a paused run that was in epoch `current`."""
    if run.config.tuning is not None:
        return _("Paused. Fine-tuning takes only seconds: start it again on Improve.")
    if run.started is None:
        return _("Paused before it started. Resume queues it again.")
    return _("Paused during epoch {epoch}. Resume continues exactly where it stopped.", epoch=current)


def show_links(run: Run, model: str) -> None:
    """Link to what can be done with a run's network."""
    address = {"model": model}
    with st.container(horizontal=True):
        st.page_link("draw.py", label=_("Try it"), icon=":material/draw:", query_params=address)
        st.page_link("evaluate.py", label=_("Evaluate it"), icon=":material/analytics:", query_params=address)
        code = address | {"view": "Code"}
        st.page_link("models.py", label=_("Keras code"), icon=":material/code:", query_params=code)
        if run.config.tuning is not None:
            improvement = {"run": str(run.number)}
            st.page_link(
                "improve.py", label=_("See if it helped"), icon=":material/auto_fix_high:", query_params=improvement
            )


def offer_to_resume(run: Run, epochs: int) -> None:
    """Let a run with so many whole epochs continue, with more epochs if it has done all."""
    min_epochs = epochs + (run.state is RunState.FINISHED)
    if min_epochs > lab.max_epochs or not person.may_change(run.owner):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        total = st.number_input(
            _("Total epochs"),
            max(min_epochs, 1),
            lab.max_epochs,
            min(max(run.config.epochs, min_epochs), lab.max_epochs),
            key=f"total-epochs-{run.number}-{min_epochs}",
        )
        if st.button(_("Resume"), icon=":material/play_arrow:", key=f"resume-{run.number}"):
            lab.resume(run.number, person, int(total))
            st.rerun()


def describe_progress(run: Run) -> str:
    """Return a sentence on what a running run is doing."""
    progress = run.progress
    if progress is None:
        return _("Building the network ...")
    if progress.epoch == 0:
        return _("Generating synthetic digits: {share:.0%}", share=progress.batch / progress.batches)
    if run_progress.is_scored(run):
        return _("Scoring on the test set ...")
    values = asdict(progress) | {"epochs": run.config.epochs}
    left = run_progress.time_left(run)
    if left is None:
        return _("Epoch {epoch} of {epochs}, batch {batch:,} of {batches:,}", **values)
    return _("Epoch {epoch} of {epochs}, batch {batch:,} of {batches:,}, about {left} left", **values, left=left)


def waiting_text(run: Run) -> str:
    """Return what is awaited before there is a point of a curve."""
    if run.state is RunState.QUEUED:
        return _("The curves begin when the training starts.")
    if run.state is RunState.RUNNING:
        return _("The curves begin after the first batches.")
    return _("No epoch was finished.")


def choose_run(newest: int) -> None:
    """Show the run that was clicked in the list."""
    rows = st.session_state[f"runs-{newest}"].selection.rows
    if rows:
        st.query_params["run"] = str(st.session_state.listed[rows[0]])


def is_under_way(runs: list[Run]) -> bool:
    """Whether any run waits or is trained."""
    return any(not run.state.is_over() for run in runs)


was_under_way = False
with suppress(DatabaseUnavailable):  # shown below, where the runs are read again
    was_under_way = is_under_way(lab.runs())


def choose_shown_run(runs: list[Run]) -> Run | None:
    """Return the run that the address names; else the person's own that is training, or their newest, if any."""
    asked = st.query_params.get("run", "")
    named = next((run for run in runs if str(run.number) == asked), None)
    if asked and named is None:
        text = _("There is no run {number}. Showing another one.", number=messages.escape_markdown(asked[:20]))
        st.warning(text, icon=":material/warning:")
    own = [run for run in runs if person.owns(run.owner)]
    return named or next((run for run in own if run.state is RunState.RUNNING), own[0] if own else None)


def show_run(run: Run) -> None:
    """Show how a run is going or went, and what can be done with it."""
    epochs = lab.epochs(run.number)
    with st.container(key="run-heading"):
        run_list.heading(run, person)
    with st.container(key="run-state"):  # as high while it trains as when it is over: the curves below stay
        if run.state.is_over():
            show_result(run, len(epochs))
        else:
            run_progress.show(run, describe_progress)
            if run.message:
                st.caption(messages.escape_markdown(translated(run.message)))
            run_progress.controls(run, person, may_pause=True)
    learning_curves.show(
        epochs,
        run.config.epochs,
        key=f"run-{run.number}",
        waiting=waiting_text(run),
        progress=run_progress.under_way(run),
        is_validated=run_progress.is_validated(run.config),
        changes=run.config.learning_rate_changes,
        batches_per_epoch=run.config.batches_per_epoch,
    )
    steering.show(run, person)
    if run.state.is_over() and run.state is not RunState.FAILED and run.config.tuning is None:
        offer_to_resume(run, len(epochs))
    if run.config.tuning is not None:
        return
    if run.started is not None:
        training_hints.show(run, epochs)
        address = {"run": str(run.number)}
        st.page_link("watch.py", label=_("Watch it learn"), icon=":material/movie:", query_params=address)
    settings_sharing.offer(run)


def place_of(run: Run | None) -> DeltaGenerator:
    """Return the place of the shown run, of a fixed least height; what stood there goes at once for another run.

    There are two places in turn, of which one is empty. In a single one, what stood there would stay below the new
    until all of that is written: of two messages for one place Streamlit sends only the later, and a container keeps
    what the one before it held.
    """
    number = run.number if run else 0
    before, used = st.session_state.get("run_in_place", (number, 0))
    chosen: int = used if number == before else 1 - used
    st.session_state.run_in_place = number, chosen
    with st.container(key="run-place", gap=None):
        places = [st.container() if place == chosen else st.empty() for place in range(2)]
    return places[chosen]


def show_list(runs: list[Run]) -> None:
    """List all runs; a click on one shows it."""
    st.markdown("**" + _("All runs") + "**")
    st.session_state.listed = [run.number for run in runs]
    st.dataframe(
        [run_list.row(run, person) for run in runs],
        column_config=run_list.columns(),
        hide_index=True,
        key=f"runs-{runs[0].number}",  # Streamlit keeps a selection by its row, and a new run moves the rows
        on_select=partial(choose_run, runs[0].number),
        selection_mode="single-row",
        placeholder="-",
        height=min(36 * (len(runs) + 1), 300),
    )


def show_runs() -> None:
    """Show the chosen run and the list of all."""
    st.session_state.seen_runs = None
    with messages.show_errors():
        runs = st.session_state.seen_runs = lab.runs()
        run = choose_shown_run(runs) if runs else None
        with place_of(run):
            if run is None:
                st.info(_("No training yet. Choose the settings and press Train."), icon=":material/model_training:")
            else:
                show_run(run)
        if runs:
            show_list(runs)
        if was_under_way != is_under_way(runs):
            st.rerun()  # to refresh often, or no longer


def look_for_runs() -> None:
    """Show the page again if there is something new: a tab that is left open costs next to nothing."""
    runs = None
    with suppress(DigitLabError):  # shown above, where the runs are read again
        runs = lab.runs()
    if runs != st.session_state.seen_runs:
        st.rerun()


with watch:
    repetition.repeat(show_runs, _REFRESH if was_under_way else None)
    repetition.repeat(look_for_runs, None if was_under_way else _LOOK)
run_list.show_dialog(person)
