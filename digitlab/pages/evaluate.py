"""How good a network is: accuracy, mistakes, calibration, robustness, comparison with another, label noise."""

import streamlit as st

from digitlab.translation import _
from digitlab.ui import evaluated_set, linked_choice, network_choice
from digitlab.ui.evaluate import (
    calibration_view,
    comparison_view,
    label_noise_view,
    overview_view,
    robustness_view,
    set_choice,
)

st.title(_("Evaluate"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    card = network_choice.choose_network()
    name, digit_set = set_choice.choose_set(card)
if digit_set.is_own:
    name, digit_set = set_choice.choose_part(card, digit_set)
tabs = linked_choice.tabs(
    {
        "Overview": _("Overview"),
        "Certainty": _("Calibration"),
        "Robustness": _("Robustness"),
        "Compare": _("Two networks"),
        "Labels": _("Label noise"),
    },
    page="evaluate",
)
# Only the open view is computed.
if tabs["Overview"].open:
    with tabs["Overview"]:
        overview_view.show(evaluated_set.evaluate(card, digit_set), name)
if tabs["Certainty"].open:
    with tabs["Certainty"]:
        calibration_view.show(evaluated_set.evaluate(card, digit_set))
if tabs["Robustness"].open:
    with tabs["Robustness"]:
        robustness_view.show(card, digit_set)
if tabs["Compare"].open:
    with tabs["Compare"]:
        comparison_view.show(evaluated_set.evaluate(card, digit_set))
if tabs["Labels"].open:
    with tabs["Labels"]:
        label_noise_view.show(card, digit_set)
