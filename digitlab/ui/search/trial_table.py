"""The trials of a search as a table."""

from typing import Any

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from digitlab.networks.search_parameters import Scale, Varied
from digitlab.runs.records.search import Search, Trial
from digitlab.translation import _, translated
from digitlab.ui.charts.search_plots import label, value_text

_HEIGHT = 320  # pixels


def show(search: Search, trials: list[Trial]) -> None:
    """Show a row for each trial, the best first."""
    st.markdown("**" + _("All trials") + "**")
    ranked = sorted(trials, key=lambda trial: (-(trial.accuracy or 0.0), trial.number))
    column = st.column_config
    st.dataframe(
        [_row(trial) for trial in ranked],
        column_config={
            "Trial": column.NumberColumn(_("Trial")),
            "State": column.Column(_("State")),
            "Accuracy": column.NumberColumn(_("Validation accuracy"), format="percent"),
            "Epochs": column.NumberColumn(_("Epochs")),
            "Seconds": column.NumberColumn(_("Seconds"), format="%.1f"),
            **{varied.name: _column(varied) for varied in search.space.varied},
        },
        hide_index=True,
        height=_HEIGHT,
        placeholder="-",
        key=f"trials-{search.number}",
    )


def _column(varied: Varied) -> ColumnConfig:
    column = st.column_config
    if varied.parameter.scale is Scale.CHOICE:
        return column.Column(label(varied.name))
    return column.NumberColumn(label(varied.name), format="%g")


def _row(trial: Trial) -> dict[str, Any]:
    values = {
        name: value_text(name, value) if isinstance(value, str) else value for name, value in trial.values.items()
    }
    return {
        "Trial": trial.number + 1,
        "State": translated(trial.state.label),
        "Accuracy": trial.accuracy,
        **values,
        "Epochs": len(trial.accuracies),
        "Seconds": trial.seconds,
    }
