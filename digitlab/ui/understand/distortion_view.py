"""Distortion: sliders that change the picture, and what the network reads then."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.distortions import Amounts
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import galleries, probability_bars, reading_view, resources


def show(card: ModelCard, image: NDArray[np.uint8], _reading: Reading) -> None:
    """Let a person distort the picture, and show the network's answer."""
    left, right = st.columns(2, gap="large")
    with left:
        amounts = Amounts(
            rotation=st.slider(_("Rotation (°)"), -90, 90, 0, key="rotation"),
            scale=st.slider(_("Scale (%)"), 40, 160, 100, 5, key="scale") / 100,
            right=st.slider(_("Shift right (px)"), -10, 10, 0, key="right"),
            down=st.slider(_("Shift down (px)"), -10, 10, 0, key="down"),
            thicker=st.slider(_("Thickness (px on each side)"), -1.0, 2.0, 0.0, 0.25, key="thicker"),
            noise=st.slider(_("Noise (of 255)"), 0, 120, 0, 5, key="noise"),
        )
        st.button(_("Reset"), icon=":material/restart_alt:", on_click=_reset)
    with right:
        distorted = resources.lab().explain(card.name).distorted(image, amounts)
        reading_view.answer(distorted, _("Nothing is left of the digit."))
        probability_bars.show(distorted.probabilities, distorted.digit)
        galleries.digit_picture(distorted.image, _("The distorted picture, as the network gets it"), is_large=True)
    st.caption(
        _("Drawings are centred and scaled before a network sees them. Here it gets the distorted picture as it is.")
    )


def _reset() -> None:
    st.session_state.update(rotation=0, scale=100, right=0, down=0, thicker=0.0, noise=0)
