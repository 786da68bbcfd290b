"""The progress of a queued or running run, and the buttons to pause or stop it."""

import time
from collections.abc import Callable

import streamlit as st

from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState, seconds_left
from digitlab.ui import durations, messages, resources


def show(run: Run, describe: Callable[[Run], str]) -> None:
    """Show a progress bar; `describe` returns the text for a run that is under way."""
    st.progress(run.share_done, _queue_position(run) if run.state is RunState.QUEUED else describe(run))


def time_left(run: Run) -> str | None:
    """Return how long a run will take from now on, in words; None if that is not known."""
    seconds = seconds_left(run, resources.lab().epochs(run.number), time.time())
    return None if seconds is None else durations.in_words(seconds)


def controls(run: Run, person: Person, *, may_pause: bool) -> None:
    """Say why nothing is being trained, if so, and let the run's owner stop it, or pause it too."""
    lab = resources.lab()
    if run.state is RunState.QUEUED and lab.training_error:
        reason = messages.escape_markdown(lab.training_error)
        st.warning(
            f"Training is unavailable right now. Retrying automatically. {reason}",
            icon=":material/warning:",
        )
    if not person.may_change(run.owner):
        return
    if run.is_stop_wanted:
        st.caption("Pausing ..." if may_pause and run.is_pause_wanted else "Stopping ...")
        return
    with st.container(horizontal=True):
        if may_pause and st.button("Pause", icon=":material/pause:", key=f"pause-{run.number}"):
            lab.pause(run.number, person)
            st.rerun(scope="fragment")
        if st.button("Stop", icon=":material/stop:", key=f"stop-{run.number}"):
            lab.stop(run.number, person)
            st.rerun(scope="fragment")


def _queue_position(run: Run) -> str:
    runs_ahead, seconds = resources.lab().queue_position(run)
    if runs_ahead == 0:
        return "Starting ..."
    if not seconds:
        return "In queue: 1 run ahead" if runs_ahead == 1 else f"In queue: {runs_ahead:,} runs ahead"
    wait = durations.in_words(seconds)
    if runs_ahead == 1:
        return f"In queue: 1 run ahead, starts in about {wait}"
    return f"In queue: {runs_ahead:,} runs ahead, starts in about {wait}"
