"""The learning curves of a training."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.metrics import EpochMetrics
from digitlab.translation import _, translated
from digitlab.ui import glossary
from digitlab.ui.charts import plots

_HEIGHT = 260  # pixels, of a chart or of what stands in its place


def show(epochs: Sequence[EpochMetrics], planned: int, *, key: str, waiting: str = "") -> None:
    """Show loss and accuracy side by side, for training and validation; fine-tuning has no validation.

    Args:
        epochs: The finished epochs.
        planned: The number of epochs that the axis shows, so that it does not jump.
        key: Key of the two charts.
        waiting: What stands in the place of the charts, in the reader's language, until there is an epoch.
    """
    for column, metric in zip(st.columns(2), plots.METRICS, strict=True):
        with column:
            name = translated(plots.METRICS[metric])
            st.markdown(f"**{name}**", help=glossary.help(metric, "epoch", "validation"))
            if epochs:
                _curve(epochs, planned, metric, key=key)
            else:
                with st.container(height=_HEIGHT, border=True, key=f"{key}-{metric}-waiting"):
                    st.caption(waiting or _("No epoch was finished."))


def _curve(epochs: Sequence[EpochMetrics], planned: int, metric: str, *, key: str) -> None:
    is_validated = epochs[0].validation_loss is not None
    st.vega_lite_chart(
        plots.curve_points(epochs, metric),
        plots.curve(metric, planned, is_validated=is_validated),
        height=_HEIGHT,
        key=f"{key}-{metric}",
        alt=_alternative(epochs[-1], metric),
    )


def _alternative(last: EpochMetrics, metric: str) -> str:
    """Return a chart as a sentence: its title and its last points."""
    values = {
        "epoch": last.epoch,
        "training": _number(last, metric),
        "validation": _number(last, f"validation_{metric}"),
    }
    if metric == "loss" and last.validation_loss is None:
        return _("Loss after each epoch; {training} after epoch {epoch}", **values)
    if metric == "loss":
        return _("Loss after each epoch; training {training}, validation {validation} after epoch {epoch}", **values)
    if last.validation_accuracy is None:
        return _("Accuracy after each epoch; {training} after epoch {epoch}", **values)
    return _("Accuracy after each epoch; training {training}, validation {validation} after epoch {epoch}", **values)


def _number(epoch: EpochMetrics, name: str) -> str:
    value = getattr(epoch, name)
    return "" if value is None else f"{value:.2%}" if name.endswith("accuracy") else f"{value:.4f}"
