"""Class gradients: which pixels support or oppose each digit, and the weights of the first layer."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import Floats
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import figures
from digitlab.ui.charts import colours
from digitlab.ui.understand import answers

_WEIGHTS_PER_ROW = 16


def show(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show the gradient of each digit's logit."""
    evidence = answers.pixel_evidence(card, image)
    weights = answers.first_weights(card)
    is_dense = weights.shape[1:] == image.shape
    is_preset = card.origin is None and card.config.layers is None  # others may have other activations than ReLU
    is_exact = is_dense and is_preset
    if is_exact:
        st.caption(
            _(
                "Each pixel supports a digit (orange) or opposes it (blue). Its value is the weight with which ink "
                "there adds to the digit's logit. These weights are exact as long as the same neurons are active; "
                "another picture activates others."
            )
        )
    else:
        st.caption(
            _(
                "Each pixel supports a digit (orange) or opposes it (blue): the gradient of the digit's logit, which "
                "holds for small changes of the picture."
            )
        )
    _evidence(evidence, image, reading, is_exact=is_exact)
    if is_dense:
        st.markdown(
            _("**Weights of the first layer's neurons**, numbered from 0, {columns} per row", columns=_WEIGHTS_PER_ROW)
        )
        figures.weights(weights, _("The first layer's weights, one picture per neuron"), _WEIGHTS_PER_ROW)


def _evidence(evidence: Floats, image: NDArray[np.uint8], reading: Reading, *, is_exact: bool) -> None:
    """Show a heat map for each digit, the most probable first.

    Args:
        evidence: float32 (10, 28, 28).
        image: uint8 (28, 28).
        reading: What the network reads.
        is_exact: Whether evidence times ink is what the ink adds to the logit.
    """
    maximum = colours.max_magnitude(evidence)
    contributions = (evidence * (image / 255)).sum(axis=(1, 2))
    maps = []
    for digit in np.argsort(-np.asarray(reading.probabilities), kind="stable").tolist():
        probability, contribution = reading.probabilities[digit], contributions[digit]
        text = f"{probability:.1%}"
        if is_exact:
            text = _(
                "{probability:.1%}; ink adds {contribution:+.2f}", probability=probability, contribution=contribution
            )
        alt = _("Digit {digit}. {places}", digit=digit, places=figures.extremes(evidence[digit]))
        maps.append(figures.figure(colours.over_digit(evidence[digit], image, maximum), alt, str(digit), text))
    figures.grid(maps, is_small=True)
    st.html(figures.signed_scale(maximum))
