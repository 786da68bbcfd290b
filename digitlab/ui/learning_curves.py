"""The learning curves of a training."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.metrics import EpochMetrics
from digitlab.ui import glossary
from digitlab.ui.charts import plots


def show(epochs: Sequence[EpochMetrics], planned: int, *, key: str) -> None:
    """Show loss and accuracy side by side, for training and validation; fine-tuning has no validation.

    Args:
        epochs: The finished epochs.
        planned: The number of epochs that the axis shows, so that it does not jump.
        key: Key of the two charts.
    """
    is_validated = not epochs or epochs[0].validation_loss is not None
    loss, accuracy = st.columns(2)
    with loss:
        st.markdown("**Loss**", help=glossary.help("loss", "epoch", "validation"))
        _curve(epochs, planned, "loss", is_validated=is_validated, key=key, alt="Loss after each epoch")
    with accuracy:
        st.markdown("**Accuracy**", help=glossary.help("accuracy", "epoch", "validation"))
        _curve(epochs, planned, "accuracy", is_validated=is_validated, key=key, alt="Accuracy after each epoch")


def _curve(
    epochs: Sequence[EpochMetrics], planned: int, metric: str, *, is_validated: bool, key: str, alt: str
) -> None:
    st.vega_lite_chart(
        plots.curve_points(epochs, metric),
        plots.curve(metric, planned, is_validated=is_validated),
        height=260,
        key=f"{key}-{metric}",
        alt=alt,
    )
