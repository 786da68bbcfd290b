"""How good a network is on digits that it knows or never saw: figures, mistakes, certainty, robustness, comparison."""

import streamlit as st

from digitlab.ui import network_choice
from digitlab.ui.evaluate import (
    calibration_view,
    comparison_view,
    evaluation,
    label_noise_view,
    overview_view,
    robustness_view,
)

st.title("Evaluate")
with st.container(horizontal=True, vertical_alignment="bottom"):
    card = network_choice.choose_network()
    name, of = evaluation.choose_set(card)
if of.is_own:
    name, of = evaluation.choose_part(card, of)
overview, certainty, robustness, comparison, labels = st.tabs(
    ["Overview", "Certainty", "Robustness", "Compare", "Labels"], key="view", on_change="rerun", bind="query-params"
)
# Of the five views, only the one that is open is computed.
with overview:
    if overview.open:
        overview_view.show(evaluation.evaluate(card, of), name)
with certainty:
    if certainty.open:
        calibration_view.show(evaluation.evaluate(card, of))
with robustness:
    if robustness.open:
        robustness_view.show(card, of)
with comparison:
    if comparison.open:
        comparison_view.show(evaluation.evaluate(card, of))
with labels:
    if labels.open:
        label_noise_view.show(card, of)
