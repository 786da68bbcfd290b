"""How good a network is on digits that it knows or never saw: figures, mistakes, certainty, robustness, comparison."""

import streamlit as st

from digitlab import (
    ui,
    ui_evaluation,
    ui_evaluation_certainty,
    ui_evaluation_comparison,
    ui_evaluation_labels,
    ui_evaluation_overview,
    ui_evaluation_robustness,
)

st.title("Evaluate")
with st.container(horizontal=True, vertical_alignment="bottom"):
    card = ui.choose_network()
    name, of = ui_evaluation.choose_set(card)
if of.is_own:
    name, of = ui_evaluation.choose_part(card, of)
overview, certainty, robustness, comparison, labels = st.tabs(
    ["Overview", "Certainty", "Robustness", "Compare", "Labels"], key="view", on_change="rerun", bind="query-params"
)
# Of the five views, only the one that is open is computed.
with overview:
    if overview.open:
        ui_evaluation_overview.show(ui_evaluation.evaluate(card, of), name)
with certainty:
    if certainty.open:
        ui_evaluation_certainty.show(ui_evaluation.evaluate(card, of))
with robustness:
    if robustness.open:
        ui_evaluation_robustness.show(card, of)
with comparison:
    if comparison.open:
        ui_evaluation_comparison.show(ui_evaluation.evaluate(card, of))
with labels:
    if labels.open:
        ui_evaluation_labels.show(card, of)
