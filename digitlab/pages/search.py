"""Try many settings in short trials, see which are the best and what mattered, and train the best in full."""

from contextlib import suppress

import streamlit as st

from digitlab.errors import DatabaseUnavailable, DigitLabError
from digitlab.runs.records.model_card import MAX_TITLE_LENGTH
from digitlab.runs.records.search import Search
from digitlab.translation import _, translated
from digitlab.ui import identity, messages, repetition, resources
from digitlab.ui.search import search_charts, search_form, search_heading, trial_table

_REFRESH = 1.0  # seconds after which a search is shown again while one is running
_LOOK = 30.0  # seconds between two looks for new searches while none is

lab = resources.lab()
person = identity.person()

st.title(_("Try many"))
form, watch = st.columns([2, 3], gap="large")

with form, st.container(key="search-form"):
    choice = search_form.fill_in(lab.max_epochs, person)
    name = st.text_input(
        _("Name"),
        max_chars=MAX_TITLE_LENGTH,
        placeholder=_("Leave empty for a number"),
        key="search-name",
    )
    if not person.may_train:
        identity.offer_to_log_in("search", is_main=True)
    elif st.container(key="search-start").button(
        _("Start the search"), type="primary", icon=":material/travel_explore:", width="stretch"
    ):
        with messages.show_errors():
            started = lab.searches.start(search_form.space(choice), name, person)
            st.query_params["search"] = str(started.number)


def choose(searches: list[Search]) -> Search:
    """Let a person choose among searches; return the one that the address names, else their own newest one."""
    own = [search for search in searches if person.owns(search.owner)]
    asked = st.query_params.get("search", "")
    shown = next((search for search in searches if str(search.number) == asked), (own or searches)[0])
    by_number = {search.number: search for search in searches}
    if len(searches) > 1:
        chosen = st.selectbox(
            _("Shown search"),
            list(by_number),
            list(by_number).index(shown.number),
            format_func=lambda number: _(
                "{title}, {state}", title=by_number[number].title, state=translated(by_number[number].state.label)
            ),
        )
        if chosen != shown.number:
            st.query_params["search"] = str(chosen)
            shown = by_number[chosen]
    return shown


def is_any_running(searches: list[Search]) -> bool:
    """Whether any search is running."""
    return any(not search.state.is_over() for search in searches)


was_running = False
with suppress(DatabaseUnavailable):  # shown below, where the searches are read again
    was_running = is_any_running(lab.searches.all())


def show_search() -> None:
    """Show the chosen search."""
    st.session_state.seen_searches = None
    with messages.show_errors():
        searches = st.session_state.seen_searches = lab.searches.all()
        if not searches:
            st.info(
                _(
                    "No search yet. Choose what may vary and start one: many short trainings are compared, and you can "
                    "train the best settings in full."
                ),
                icon=":material/travel_explore:",
            )
            return
        search = choose(searches)
        trials = lab.searches.trials(search.number)
        with st.container(key="search-heading"):
            search_heading.show(search, trials, person)
            search_heading.show_best(search, trials, person)
        search_charts.best(search, trials)
        search_charts.parallel(search, trials)
        search_charts.importance(search, trials)
        trial_table.show(search, trials)
        search_heading.show_command(search, trials)
        if was_running != is_any_running(searches):
            st.rerun()  # to refresh often, or no longer


def look_for_searches() -> None:
    """Show the page again if there is something new."""
    searches = None
    with suppress(DigitLabError):  # shown above, where the searches are read again
        searches = lab.searches.all()
    if searches != st.session_state.seen_searches:
        st.rerun()


with watch:
    repetition.repeat(show_search, _REFRESH if was_running else None)
    repetition.repeat(look_for_searches, None if was_running else _LOOK)
search_heading.show_dialog(person)
