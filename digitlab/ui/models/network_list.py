"""The list of all networks."""

import streamlit as st

from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import Person
from digitlab.ui import resources, run_list


def show(person: Person) -> None:
    """Show all networks as a table, as `person` sees it."""
    st.dataframe(
        [
            {
                "Name": card.title,
                "Preset": card.config.preset if card.origin is None else "imported",
                "Origin": _origin(card),
                "By": "" if card.is_ready_made else run_list.whose(card.owner, card.owner_name, person),
                "Test accuracy": card.test_accuracy,
                "Test loss": card.test_loss,
                "Epochs": len(card.epochs),
                "Weights": card.parameters,
            }
            for card in resources.lab().models()
        ],
        column_config={
            "Test accuracy": st.column_config.NumberColumn(format="percent"),
            "Test loss": st.column_config.NumberColumn(format="%.4f"),
        },
        hide_index=True,
    )


def _origin(card: ModelCard) -> str:
    if card.is_ready_made:
        return "ready-made"
    if card.config.tuning is not None:
        return "fine-tuned"
    return "trained" if card.origin is None else "imported"
