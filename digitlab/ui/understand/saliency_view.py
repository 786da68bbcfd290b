"""Saliency: heat maps of the pixels that a digit's probability depends on."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import HeatMaps
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import figures, messages, resources
from digitlab.ui.understand import answers


def show(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Let a person choose a digit, and show the heat maps of four methods for it."""
    digit = _choose_digit(reading)
    st.caption(
        _("Orange supports this digit, blue opposes it, black is neutral. The white line is the outline of the ink.")
    )
    occlusion = resources.lab().explain(card.name).occlusion(image, digit)
    maps = [
        figures.heat_map(
            occlusion.drops * 100,
            image,
            _("Occlusion"),
            _(
                "By how many percentage points the probability falls if 5 x 5 pixels are blanked out. Only this method "
                "changes the picture itself. If two strokes carry the same information, neither shows. A picture with "
                "a hole may be unlike anything the network was trained on."
            ),
        )
    ]
    with messages.show_errors():
        maps += _gradient_maps(answers.heat_maps(card, image, digit), image)
    figures.grid(maps)


def _choose_digit(reading: Reading) -> int:
    digit = st.segmented_control(
        _("Explain this digit"),
        range(10),
        default=reading.digit,
        required=True,
        key=f"digit-of-{reading.digit}",
        wrap=True,
    )
    return int(digit if digit is not None else reading.digit or 0)


def _gradient_maps(maps: HeatMaps, image: NDArray[np.uint8]) -> list[str]:
    """Return the heat maps of the methods that use gradients, each with what it can and cannot show, as HTML."""
    integrated = figures.heat_map(
        maps.integrated_gradients,
        image,
        _("Integrated gradients"),
        _(
            "What each pixel adds to the digit's logit between an empty picture and this one. Together they add up to "
            "the whole difference, {gain:+.2f} (error: {error:.1%}). Only ink gets credit: evidence from missing ink "
            "does not show.",
            gain=maps.gain,
            error=maps.completeness_error,
        ),
    )
    gradient = figures.heat_map(
        maps.gradient,
        image,
        _("Gradient"),
        _(
            "By how much a little more ink at a pixel would raise or lower the logit. It shows what would matter next, "
            "not what mattered: a stroke about which the network is certain may not show."
        ),
    )
    if maps.grad_cam is None:
        return [integrated, gradient]
    grad_cam = figures.heat_map(
        maps.grad_cam,
        image,
        _("Grad-CAM"),
        _(
            "Where the last convolution saw evidence for the digit. It is coarse, as one cell is several pixels wide, "
            "and it leaves out evidence against the digit: all black if that prevails."
        ),
    )
    return [integrated, grad_cam, gradient]
