"""How far a waiting or running run is, and what its owner may wish of it."""

import time
from collections.abc import Callable

import streamlit as st

from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState, seconds_left
from digitlab.ui import durations, messages, resources


def bar(run: Run, doing: Callable[[Run], str]) -> None:
    """Show how much of a run is done; `doing` says in words what one under way is at."""
    st.progress(run.share_done, _waiting(run) if run.state is RunState.QUEUED else doing(run))


def time_left(run: Run) -> str:
    """Say, to end a sentence, when a run will be over; empty where that is not known."""
    left = seconds_left(run, resources.lab().epochs(run.number), time.time())
    return "" if left is None else f", about {durations.in_words(left)} left"


def controls(run: Run, person: Person, *, may_pause: bool) -> None:
    """Say why nothing is trained now, if so, and offer a run's owner to stop it, or to pause it too."""
    lab = resources.lab()
    if run.state is RunState.QUEUED and lab.trouble:
        st.warning(
            f"Nothing can be trained now, and it is tried again. {messages.escape_markdown(lab.trouble)}",
            icon=":material/warning:",
        )
    if not person.may_change(run.owner):
        return
    if run.is_stop_wanted:
        st.caption("Pausing ..." if may_pause and run.is_pause_wanted else "Stopping ...")
        return
    with st.container(horizontal=True):
        if may_pause:
            _wish("Pause", lab.pause, run, person)
        _wish("Stop", lab.stop, run, person)


def _waiting(run: Run) -> str:
    before, seconds = resources.lab().queue_position(run)
    text = "Starting ..." if before == 0 else f"Waiting: {before} before it"
    return text + (f", begins in about {durations.in_words(seconds)}" if before and seconds else "")


def _wish(label: str, wish: Callable[[int, Person], None], run: Run, person: Person) -> None:
    if st.button(label, icon=f":material/{label.lower()}:", key=f"{label.lower()}-{run.number}"):
        wish(run.number, person)
        st.rerun(scope="fragment")
