"""A training run in the list of runs: its heading with state and owner, and the dialogs to rename or delete it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.runs.records.model_card import MAX_TITLE_LENGTH
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _, translated
from digitlab.ui import messages, resources

_BADGES: dict[RunState, tuple[Literal["gray", "blue", "green", "orange", "red"], str]] = {
    RunState.QUEUED: ("gray", ":material/hourglass_empty:"),
    RunState.RUNNING: ("blue", ":material/model_training:"),
    RunState.FINISHED: ("green", ":material/check:"),
    RunState.PAUSED: ("gray", ":material/pause:"),
    RunState.STOPPED: ("orange", ":material/stop:"),
    RunState.FAILED: ("red", ":material/error:"),
    RunState.INTERRUPTED: ("red", ":material/power_off:"),
}


def columns() -> dict[str, ColumnConfig]:
    """Return how a table of `row` shows its columns."""
    column = st.column_config
    return {
        "Run": column.Column(_("Run")),
        "Name": column.Column(_("Name")),
        "By": column.Column(_("By")),
        "State": column.Column(_("State")),
        "Epoch": column.Column(_("Epoch")),
        "Test accuracy": column.NumberColumn(_("Test accuracy"), format="percent"),
        "Created": column.DatetimeColumn(_("Created"), format="localized"),
    }


def row(run: Run, person: Person) -> dict[str, object]:
    """Return a run as a row of the list that `person` sees."""
    epoch = run.progress.epoch if run.progress else 0
    return {
        "Run": run.number,
        "Name": run.title,
        "By": whose(run.owner, run.owner_name, person),
        "State": translated(run.state.label),
        "Epoch": _("{epoch} of {epochs}", epoch=epoch, epochs=run.config.epochs),
        "Test accuracy": run.test_accuracy,
        "Created": datetime.fromtimestamp(run.created, UTC),
    }


def whose(owner: str, owner_name: str, person: Person) -> str:
    """Return the name of an owner as `person` sees it."""
    return _("you") if person.owns(owner) else owner_name or _("another user")


def heading(run: Run, person: Person) -> None:
    """Show a run's title, state and owner, and buttons to rename or delete it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(messages.escape_markdown(run.title), anchor=False, width="content")
        color, icon = _BADGES[run.state]
        st.badge(translated(run.state.label), color=color, icon=icon)
        if person.owns(run.owner):
            st.badge(_("yours"), color="violet", icon=":material/person:")
        else:
            name = messages.escape_markdown(whose(run.owner, run.owner_name, person))
            st.badge(_("by {name}", name=name), color="gray", icon=":material/person:")
        if not person.may_change(run.owner):
            return
        if st.button(_("Rename"), icon=":material/edit:", type="tertiary", key=f"rename-{run.number}"):
            _open_dialog(_rename, run.number)
        if run.state.is_over() and st.button(
            _("Delete"), icon=":material/delete:", type="tertiary", key=f"delete-{run.number}"
        ):
            _open_dialog(_delete, run.number)


def _open_dialog(dialog: Callable[[Run, Person], None], number: int) -> None:
    """Rerun the whole page with a dialog: one opened by a fragment would close when the fragment runs again."""
    st.session_state.run_dialog = dialog, number
    st.rerun()


def show_dialog(person: Person) -> None:
    """Show the dialog that a heading asked for; to be called at the end of a page."""
    dialog, number = st.session_state.pop("run_dialog", (None, 0))
    if dialog is not None:
        with messages.show_errors():
            dialog(resources.lab().run(number), person)


def _rename(run: Run, person: Person) -> None:
    st.dialog(_("Rename"))(_ask_for_a_name)(run, person)


def _ask_for_a_name(run: Run, person: Person) -> None:
    title = st.text_input(_("Name"), run.title, max_chars=MAX_TITLE_LENGTH)
    if run.model is not None:
        st.caption(_("Its network keeps its own name. You can rename it on Models."))
    if st.button(_("Rename"), type="primary"):
        with messages.show_errors():
            resources.lab().rename_run(run.number, title, person)
            st.rerun()


def _delete(run: Run, person: Person) -> None:
    st.dialog(_("Delete this run?"))(_ask_whether_to_delete)(run, person)


def _fate_of_network(run: Run) -> str:
    """Return what becomes of a run's network when the run is deleted; empty if it has none that can be used."""
    if run.model is None:
        return ""
    try:
        card = resources.lab().model(run.model)
    except (ModelNotFound, ModelDamaged):
        return ""
    return _("Its network was not kept and is deleted, too.") if card.is_pending else _("Its network stays on Models.")


def _ask_whether_to_delete(run: Run, person: Person) -> None:
    st.markdown(
        _(
            "**{title}** and its curves will be deleted permanently. A deleted run cannot be resumed.",
            title=messages.escape_markdown(run.title),
        )
    )
    with messages.show_errors():
        if fate := _fate_of_network(run):
            st.markdown(fate)
    with st.container(horizontal=True):
        if st.button(_("Delete"), type="primary", icon=":material/delete:"):
            with messages.show_errors():
                resources.lab().delete_run(run.number, person)
                st.query_params.pop("run", None)
                st.rerun()
        if st.button(_("Cancel")):
            st.rerun()
