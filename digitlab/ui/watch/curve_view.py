"""The loss over the epochs, with a line at the epoch that is shown."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.translation import _
from digitlab.ui import style
from digitlab.ui.charts import batch_plot, plots

_HEIGHT = 150  # pixels, of the chart or of what stands in its place


def show(epochs: Sequence[EpochMetrics], config: TrainingConfig, shown: int) -> None:
    """Show the loss after each epoch, with marks where the learning rate was changed.

    The chart itself stays the same while the line moves, so that it keeps still.
    """
    if not epochs:
        with st.container(height=_HEIGHT, border=True, key="watched-curve-waiting"):
            st.caption(_("First epoch ... The curves get a point after each."))
        return
    rows = [*plots.curve_points(epochs, "loss"), {"epoch": shown, "isShown": True}]
    text = _alternative(epochs, shown)
    if marks := batch_plot.changes_in_words(config.learning_rate_changes):
        text = _("{curve} {marks}.", curve=text, marks=marks)
    st.vega_lite_chart(rows, _chart(epochs, config), height=_HEIGHT, key="watched-curve", alt=text)


def _chart(epochs: Sequence[EpochMetrics], config: TrainingConfig) -> dict[str, Any]:
    chart = plots.curve("loss", config.epochs, is_validated=epochs[0].validation_loss is not None)
    encoding = chart["encoding"]
    epoch = plots.epoch_axis((0, max(config.epochs, 2))) | {"title": None}  # it stands in the title of the part
    # Above the curves: so low a chart has no free corner.
    legend = {**encoding["color"]["legend"], "direction": "horizontal", "orient": "top", "offset": 2}
    encoding["x"] = epoch
    for channel in ("color", "shape", "strokeDash"):
        encoding[channel]["legend"] = legend
    losses = [loss for metrics in epochs for loss in (metrics.loss, metrics.validation_loss) if loss is not None]
    encoding["y"]["scale"]["domain"] = [0, max(losses)]  # known before the rows arrive
    line = {
        "transform": [{"filter": "datum.isShown"}],
        "mark": {"type": "rule", "strokeWidth": 2, "color": "#e7edf4" if style.is_dark() else "#17212e"},
        "encoding": {"x": epoch},
    }
    changes, per_epoch = config.learning_rate_changes, config.batches_per_epoch
    marks = batch_plot.rate_marks("epoch", changes, per_epoch, is_dark=style.is_dark())
    return {"layer": [{"transform": [{"filter": "!datum.isShown"}], **chart}, *marks, line]}


def _alternative(epochs: Sequence[EpochMetrics], shown: int) -> str:
    """Return the chart as a sentence."""
    now = next((epoch for epoch in epochs if epoch.epoch == shown), None)
    if now is None:
        return _("Loss after each epoch. Shown: before training.")
    if now.validation_loss is None:
        return _(
            "Loss after each epoch. Shown: epoch {epoch}, training {training:.4f}.", epoch=shown, training=now.loss
        )
    return _(
        "Loss after each epoch. Shown: epoch {epoch}, training {training:.4f}, validation {validation:.4f}.",
        epoch=shown,
        training=now.loss,
        validation=now.validation_loss,
    )
