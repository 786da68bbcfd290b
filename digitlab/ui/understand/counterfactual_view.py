"""Counterfactuals: the smallest changes that turn the picture into other digits."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import Counterfactual
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _
from digitlab.ui import figures, galleries
from digitlab.ui.charts import colours
from digitlab.ui.understand import answers


def show(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show the change to one digit, and let a person choose another."""
    state = st.session_state
    found = answers.counterfactuals(card, image)
    if not found:
        st.info(_("No small change was found that turns the picture into another digit."))
        return
    by_digit = {counterfactual.digit: counterfactual for counterfactual in found}
    if state.get("changed") not in by_digit:
        state.changed = found[0].digit
    _change(by_digit[state.changed], image, reading)
    st.markdown(
        _("**The smallest change found for each digit**, the nearest first. Click a picture to see its change.")
    )
    samples = [
        galleries.Sample(
            counterfactual.digit, counterfactual.image, f"→ {counterfactual.digit}: {counterfactual.distance:.2f}"
        )
        for counterfactual in found
    ]
    galleries.gallery(samples, key="changes", chosen=state.changed, on_click=lambda digit: state.update(changed=digit))
    st.caption(
        _(
            "The number is the Euclidean length of the change, a full pixel counted as 1. DeepFool steps to the "
            "nearest decision boundary, so smaller changes may exist. If a person still reads the original digit, the "
            "network relies on other features than people do."
        )
    )


def _change(counterfactual: Counterfactual, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show the picture before and after, and the difference."""
    difference = counterfactual.image.astype(np.float64) - image
    pixels, largest = int((np.abs(difference) >= 3).sum()), int(np.abs(difference).max())
    places = figures.extremes(difference, Text("Adds most ink: {place}."), Text("Removes most ink: {place}."))
    before, after = _("Read as {digit}", digit=reading.digit), _("Read as {digit}", digit=counterfactual.digit)
    figures.grid(
        [
            figures.figure(colours.enlarge(image, 10), _("Original. {reading}", reading=before), _("Original"), before),
            figures.figure(
                colours.over_digit(difference, image),
                _("Change. {places}", places=places),
                _("Change"),
                _(
                    "Pixels that change by 3 or more of 255: {count}. Largest change: {largest}. Orange adds ink, blue "
                    "removes it.",
                    count=pixels,
                    largest=largest,
                ),
            ),
            figures.figure(
                colours.enlarge(counterfactual.image, 10),
                _("Changed. {reading}", reading=after),
                _("Changed"),
                after,
            ),
        ]
    )
