"""The choice of the networks and runs to compare."""

import streamlit as st

from digitlab.runs.records import comparison
from digitlab.runs.records.comparison import Contender
from digitlab.translation import _, translated
from digitlab.ui import network_choice, resources

_MAX_CHOSEN = 8  # networks: the colours of more cannot be told apart
_MAX_RUNS = 50  # the newest runs; those without a network can be chosen


def choose() -> list[Contender]:
    """Let a person choose what to compare; `?with=NAME,NAME` in the address does, too."""
    lab, state = resources.lab(), st.session_state
    contenders = comparison.contenders(lab.models(), network_choice.labels_of, lab.runs()[:_MAX_RUNS], lab.epochs)
    asked = st.query_params.get("with", "")
    if asked and asked != state.get("asked_with"):
        state.asked_with, state.compared = asked, [key for key in asked.split(",") if key in contenders]
        if len(state.compared) == 1:  # a link from one network: add another to compare it with
            state.compared += [key for key in contenders if key not in state.compared][:1]
    chosen = [key for key in state.get("compared", list(contenders)[:2]) if key in contenders]
    # Streamlit forgets a field's value when its page is left: the choice is kept beside it and set each time.
    state.compared_field = chosen[:_MAX_CHOSEN]
    keys = st.multiselect(
        _("Networks and runs"),
        list(contenders),
        format_func=lambda key: translated(contenders[key].label),
        key="compared_field",
        max_selections=_MAX_CHOSEN,
        on_change=_remember,
    )
    return [contenders[key] for key in keys]


def _remember() -> None:
    state = st.session_state
    state.compared = list(state.compared_field)
    st.query_params["with"] = state.asked_with = ",".join(state.compared)
