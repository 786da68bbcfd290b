"""The choice of a second network beside the one that is evaluated."""

import streamlit as st

from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import network_choice, resources


def choose_other(card: ModelCard, *, is_needed: bool = True) -> ModelCard | None:
    """Let a person choose a second network; `?other=NAME` (`?beside=NAME` if optional) in the address does, too.

    Returns:
        The network; None if there is no other, or if `is_needed` is False and none is chosen.
    """
    others = {other.name: other for other in resources.lab().models() if other.name != card.name}
    if not others:
        return None
    key = "other" if is_needed else "beside"
    asked = st.query_params.get(key)
    if asked in others and asked != st.session_state.get(f"asked_{key}"):
        st.session_state[key] = asked
    if st.session_state.get(key) not in others:
        st.session_state[key] = next(iter(others)) if is_needed else None
    labels = network_choice.labels_of(others.values())
    name = st.selectbox(
        _("Compare with"),
        list(others),
        format_func=labels.__getitem__,
        key=key,
        placeholder=_("None"),
        persist_state="session",
        width=420,
    )
    if name is None:
        st.query_params.pop(key, None)
        return None
    st.query_params[key] = st.session_state[f"asked_{key}"] = name  # a link leads to both networks
    return others[name]
