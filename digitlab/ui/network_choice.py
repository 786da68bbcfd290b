"""The network that all pages use, chosen by a person or an address."""

from collections import Counter
from collections.abc import Iterable

import streamlit as st

from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, translated
from digitlab.ui import glossary, resources, shared_state
from digitlab.ui.messages import escape_markdown


def choose_network(label: str = "") -> ModelCard:
    """Let a person choose the network for all pages; `?model=NAME` in the address does, too.

    Its label is "Network" if none is given. Below it stands a warning if that network was trained with another
    preprocessing of drawings.
    """
    cards = {card.name: card for card in resources.lab().models()}
    if not cards:
        st.info(_("There is no network yet. Train one first."), icon=":material/model_training:")
        st.page_link("train.py", label=_("Train"), icon=":material/model_training:")
        st.stop()
    asked, shared = st.query_params.get("model"), shared_state.get()
    if asked in cards and asked != st.session_state.get("asked_network"):
        shared.network = st.session_state.asked_network = asked
    elif asked and asked not in cards:
        st.warning(
            _("There is no network {name}. Showing another one.", name=escape_markdown(asked[:40])),
            icon=":material/warning:",
        )
    if shared.network not in cards:
        shared.network = DEFAULT_MODEL if DEFAULT_MODEL in cards else next(iter(cards))
    if shared.network != (asked or DEFAULT_MODEL) and (asked is None or asked in cards):
        st.query_params["model"] = st.session_state.asked_network = shared.network  # for a link that can be shared
    # Streamlit forgets a field's value with its page, so the choice is set again on each page.
    st.session_state.network_field = shared.network
    labels = labels_of(cards.values())
    name = st.selectbox(
        label or _("Network"),
        list(cards),
        format_func=labels.__getitem__,
        key="network_field",
        on_change=_save_choice,
        width=420,
        help=glossary.help("accuracy", "test_set", before=_("In brackets: its accuracy on MNIST's test set.")),
    )
    if warning := cards[name].preprocessing_warning:
        st.warning(translated(warning), icon=":material/warning:")
    return cards[name]


def _save_choice() -> None:
    state = st.session_state
    st.query_params["model"] = state.asked_network = shared_state.get().network = state.network_field


def labels_of(cards: Iterable[ModelCard]) -> dict[str, str]:
    """Return a unique label for each network by its name: title and test accuracy, and the name if two are alike."""
    labels = {card.name: f"{translated(card.title)} ({card.test_accuracy:.2%})" for card in cards}
    seen = Counter(labels.values())
    return {name: label if seen[label] == 1 else f"{label}, {name}" for name, label in labels.items()}
