"""A search's title and state, how far it is, and what can be done with it."""

from typing import Literal

import streamlit as st

from digitlab.networks.training_command import as_command
from digitlab.runs.records.people import Person
from digitlab.runs.records.search import Search, SearchState, Trial, TrialState, best_trial
from digitlab.translation import _, translated
from digitlab.ui import durations, glossary, messages, resources, run_list
from digitlab.ui.charts.search_plots import label, value_text

_BADGES: dict[SearchState, tuple[Literal["blue", "green", "orange", "red"], str]] = {
    SearchState.RUNNING: ("blue", ":material/travel_explore:"),
    SearchState.FINISHED: ("green", ":material/check:"),
    SearchState.STOPPED: ("orange", ":material/stop:"),
    SearchState.FAILED: ("red", ":material/error:"),
}


def show(search: Search, trials: list[Trial], person: Person) -> None:
    """Show title, state, progress and buttons."""
    with st.container(horizontal=True, vertical_alignment="center", key="search-title"):
        st.subheader(messages.escape_markdown(search.title), anchor=False, width="content")
        color, icon = _BADGES[search.state]
        st.badge(translated(search.state.label), color=color, icon=icon)
        whose = run_list.whose(search.owner, search.owner_name, person)
        st.badge(_("by {name}", name=messages.escape_markdown(whose)), color="gray", icon=":material/person:")
    over = sum(trial.state.is_over() for trial in trials)
    st.progress(min(over / search.space.max_trials, 1.0), _progress(search, trials, over))
    if search.message:
        st.error(messages.escape_markdown(translated(search.message)), icon=":material/error:")
    trouble = resources.lab().training_error or resources.lab().search_error
    if trouble and not search.state.is_over():
        reason = messages.escape_markdown(translated(trouble))
        st.warning(
            _("Training is unavailable right now. Retrying automatically. {reason}", reason=reason),
            icon=":material/warning:",
        )


def show_best(search: Search, trials: list[Trial], person: Person) -> None:
    """Show the best trial, and what can be done with it and with the search."""
    best = best_trial(trials)
    with st.container(key="search-best"):
        accuracy = "–" if best is None else f"{best.accuracies[-1]:.2%}"
        hint = _("On digits that the trials do not learn from. The test set is not used.")
        st.metric(
            _("Best validation accuracy"),
            accuracy,
            border=True,
            help=glossary.help("accuracy", "validation", before=hint),
        )
        st.caption(messages.escape_markdown(describe(best)) if best else _("No trial has come to its end yet."))
        _buttons(search, best, person)


def describe(trial: Trial) -> str:
    """Return a trial's number and values."""
    values = ", ".join(f"{label(name)} {value_text(name, value)}" for name, value in trial.values.items())
    return _("Trial {number}: {values}", number=trial.number + 1, values=values)


def _progress(search: Search, trials: list[Trial], over: int) -> str:
    figures = {"over": over, "total": search.space.max_trials, "time": durations.in_words(search.seconds)}
    failed = sum(trial.state is TrialState.FAILED for trial in trials)
    if failed:
        return _("{over:,} of {total:,} trials, {failed:,} of them failed, in {time}", **figures, failed=failed)
    return _("{over:,} of {total:,} trials, in {time}", **figures)


def _buttons(search: Search, best: Trial | None, person: Person) -> None:
    lab = resources.lab()
    with st.container(horizontal=True, key="search-buttons"):
        if (
            best is not None
            and person.may_train
            and st.button(
                _("Train the best in full"),
                type="primary",
                icon=":material/play_arrow:",
                help=_(
                    "An ordinary training with these settings: {epochs} epochs, {digits:,} digits. "
                    "Its network is kept.",
                    epochs=search.space.base.epochs,
                    digits=search.space.base.training_digits,
                ),
                key="train-best",
            )
        ):
            run = lab.searches.train_best(search.number, person)
            st.switch_page("train.py", query_params={"run": str(run.number)})
        if not person.may_change(search.owner):
            return
        if search.state.is_over():
            if st.button(_("Delete"), icon=":material/delete:", key="delete-search"):
                st.session_state.search_to_delete = search.number
                st.rerun()
        elif search.is_stop_wanted:
            st.caption(_("Stopping ..."))
        elif st.button(_("Stop"), icon=":material/stop:", key="stop-search"):
            lab.searches.stop(search.number, person)
            st.rerun(scope="fragment")


def show_command(search: Search, trials: list[Trial]) -> None:
    """Show the command that trains the best in full."""
    if best_trial(trials) is not None:
        with st.expander(_("On the command line"), icon=":material/terminal:"):
            st.code(as_command(resources.lab().searches.best_config(search, trials)), language=None, wrap_lines=True)


def show_dialog(person: Person) -> None:
    """Ask whether to delete the search whose button was pressed; to be called at the end of a page."""
    number = st.session_state.pop("search_to_delete", None)
    if number is not None:
        with messages.show_errors():
            st.dialog(_("Delete this search?"))(_ask_whether_to_delete)(resources.lab().searches.get(number), person)


def _ask_whether_to_delete(search: Search, person: Person) -> None:
    title = messages.escape_markdown(search.title)
    st.markdown(
        _(
            "**{title}** and its trials will be deleted permanently. Networks trained with its best settings stay.",
            title=title,
        )
    )
    if st.button(_("Delete"), type="primary", icon=":material/delete:", key="confirm-delete-search"):
        with messages.show_errors():
            resources.lab().searches.delete(search.number, person)
            st.query_params.pop("search", None)
            st.rerun()
