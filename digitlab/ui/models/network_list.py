"""The list of all networks."""

import streamlit as st

from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import Person
from digitlab.translation import _, translated
from digitlab.ui import resources, run_list


def show(person: Person) -> None:
    """Show all networks as a table, as `person` sees it."""
    st.dataframe(
        [
            {
                _("Name"): card.title,
                _("Preset"): translated(card.config.network_title) if card.origin is None else _("imported"),
                _("Origin"): _origin(card),
                _("By"): "" if card.is_ready_made else run_list.whose(card.owner, card.owner_name, person),
                _("Test accuracy"): card.test_accuracy,
                _("Test loss"): card.test_loss,
                _("Epochs"): len(card.epochs),
                _("Weights"): card.parameters,
            }
            for card in resources.lab().models()
        ],
        column_config={
            _("Test accuracy"): st.column_config.NumberColumn(format="percent"),
            _("Test loss"): st.column_config.NumberColumn(format="%.4f"),
            _("Weights"): st.column_config.NumberColumn(format="localized"),
        },
        hide_index=True,
    )


def _origin(card: ModelCard) -> str:
    if card.is_ready_made:
        return _("ready-made")
    if card.config.tuning is not None:
        return _("fine-tuned")
    return _("trained") if card.origin is None else _("imported")
