"""Which run is watched at first, and whose it is."""

from collections.abc import Callable, Sequence
from itertools import chain

import streamlit as st

from digitlab.networks.snapshots import Snapshot
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _
from digitlab.ui import messages, run_list


def first_choice(runs: Sequence[Run], person: Person, snapshots: Callable[[Run], Sequence[Snapshot]]) -> Run | None:
    """Return the run that a person sees without asking for one; None if there is nothing to play.

    Their own newest run that can be played comes first, then one of theirs whose first snapshot is awaited, then, as an
    example, the newest run of others that can be played.

    Args:
        runs: The newest first.
        person: Who asks.
        snapshots: Returns the snapshots of a run; asked as rarely as possible.
    """

    def can_be_played(run: Run) -> bool:
        count = len(snapshots(run))
        return count > 1 or (count == 1 and run.state is RunState.RUNNING)

    own = [run for run in runs if person.owns(run.owner)]
    others = [run for run in runs if not person.owns(run.owner)]
    awaited = (run for run in own if not run.state.is_over())
    return next(chain(filter(can_be_played, own), awaited, filter(can_be_played, others)), None)


def label(run: Run, person: Person) -> str:
    """Return a run as the field for the run lists it."""
    values = {"number": run.number, "title": run.title, "state": run.state.label}
    if person.owns(run.owner):
        return _("{number}: {title}, {state}", **values)
    if not run.owner:
        return _("{number}: {title}, {state}, command line", **values)
    name = run_list.whose(run.owner, run.owner_name, person)
    return _("{number}: {title}, {state}, by {name}", **values, name=name)


def show_owner(run: Run, person: Person, *, is_example: bool) -> None:
    """Say whose the run is if it is not the person's own; under an example, offer to train."""
    if person.owns(run.owner):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="watch-owner"):
        st.badge(_owner(run, person, is_example=is_example), color="gray", icon=":material/person:")
        if is_example:
            st.page_link("train.py", label=_("Train your own"), icon=":material/model_training:")


def _owner(run: Run, person: Person, *, is_example: bool) -> str:
    """Return whose a run is, as Markdown."""
    if not run.owner:
        return _("Example from the command line") if is_example else _("From the command line")
    name = messages.escape_markdown(run_list.whose(run.owner, run.owner_name, person))
    return _("Example by {name}", name=name) if is_example else _("By {name}", name=name)


def link_to_train() -> None:
    """Link to the page that trains a network."""
    st.page_link("train.py", label=_("Train"), icon=":material/model_training:")
