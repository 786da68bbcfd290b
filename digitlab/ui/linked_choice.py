"""Choices that the address keeps by a fixed name, so that a link outlives a change of wording or language.

Streamlit's own `bind="query-params"` writes the label into the address.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer


def tabs(labels: Mapping[str, str], *, page: str) -> dict[str, TabContainer]:
    """Show tabs; `?view=NAME` in the address opens one of them.

    Args:
        labels: The labels by name, the first open by default.
        page: The page that shows them.

    Returns:
        The tabs by name.
    """
    key = f"{page}-view"
    _follow_address("view", key, labels)
    shown = dict(zip(labels, st.tabs(list(labels.values()), key=key, on_change="rerun"), strict=True))
    _keep_in_address("view", key, next(name for name, tab in shown.items() if tab.open), next(iter(labels)))
    return shown


def pills(label: str, labels: Mapping[str, str], *, param: str, key: str, default: str) -> str:
    """Let a person choose one of several pills; `?PARAM=NAME` in the address does, too. Returns its name."""
    _follow_address(param, key, {name: name for name in labels})
    if st.session_state.get(key) not in labels:
        st.session_state[key] = default
    name = st.pills(label, list(labels), format_func=labels.__getitem__, required=True, key=key, wrap=True)
    return _keep_in_address(param, key, name or default, default)


def segmented_control(
    label: str, labels: Mapping[str, str], *, param: str, key: str, default: str, hint: str | None = None
) -> str:
    """Let a person choose one of a few segments; `?PARAM=NAME` in the address does, too. Returns its name."""
    _follow_address(param, key, {name: name for name in labels})
    if st.session_state.get(key) not in labels:
        st.session_state[key] = default
    name = st.segmented_control(
        label, list(labels), format_func=labels.__getitem__, required=True, key=key, help=hint, wrap=True
    )
    return _keep_in_address(param, key, name or default, default)


def select_slider(label: str, labels: Mapping[str, str], *, param: str, key: str, default: str) -> str:
    """Let a person choose a place on a slider; `?PARAM=NAME` in the address does, too. Returns its name."""
    _follow_address(param, key, {name: name for name in labels})
    if st.session_state.get(key) not in labels:
        st.session_state[key] = default
    name = str(st.select_slider(label, list(labels), format_func=labels.__getitem__, key=key))
    return _keep_in_address(param, key, name, default)


def _follow_address(param: str, key: str, values: Mapping[str, Any]) -> None:
    """Choose what the address asks for, if it is new there or the field is new on the page, or has other labels now."""
    asked, state = st.query_params.get(param), st.session_state
    is_new = asked != state.get(f"{key}-asked") or state.get(key) not in values.values()
    if asked is not None and asked in values and is_new:
        state[key] = values[asked]
    state[f"{key}-asked"] = asked


def _keep_in_address(param: str, key: str, name: str, default: str) -> str:
    """Write a choice into the address; the default needs no place there."""
    wanted = None if name == default else name
    if wanted is None:
        st.query_params.pop(param, None)
    elif st.query_params.get(param) != wanted:
        st.query_params[param] = wanted
    st.session_state[f"{key}-asked"] = wanted
    return name
