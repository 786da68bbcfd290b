"""The learning curves of a training."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.metrics import EpochMetrics, PartialMetrics, Progress
from digitlab.networks.rate_changes import RateChange
from digitlab.translation import _, translated
from digitlab.ui import glossary, style
from digitlab.ui.charts import batch_plot, learning_plots, plots

_HEIGHT = 260  # pixels, of a chart or of what stands in its place


def show(
    epochs: Sequence[EpochMetrics],
    planned: int,
    *,
    key: str,
    waiting: str = "",
    progress: Progress | None = None,
    is_validated: bool = True,
    changes: Sequence[RateChange] = (),
    batches_per_epoch: int = 1,
) -> None:
    """Show loss and accuracy side by side, for training and validation; fine-tuning has no validation.

    Args:
        epochs: The finished epochs.
        planned: The number of epochs that the axis shows, so that it does not jump.
        key: Key of the two charts.
        waiting: What stands in the place of the charts, in the reader's language, until there is a point.
        progress: That of a training that is under way: its epoch grows as a line of its own until it is finished.
        is_validated: Whether the epochs will have validation, as long as there is none.
        changes: What was changed of the learning rate; each is marked.
        batches_per_epoch: How many batches an epoch has; for `changes`.
    """
    if progress is not None and (not progress.so_far or (epochs and progress.epoch <= epochs[-1].epoch)):
        progress = None
    if epochs:
        is_validated = epochs[0].validation_loss is not None
    is_dark = style.is_dark()
    marks = batch_plot.rate_marks("epoch", changes, batches_per_epoch, is_dark=is_dark)
    for column, metric in zip(st.columns(2), plots.METRICS, strict=True):
        with column:
            st.markdown(_heading(metric, progress), help=glossary.help(metric, "epoch", "validation"))
            if epochs or progress:
                rows = learning_plots.growing_points(epochs, progress, metric)
                ends = learning_plots.axis_ends(rows, metric, is_first=not epochs)
                st.vega_lite_chart(
                    rows,
                    learning_plots.growing_curve(
                        metric, planned, ends, is_validated=is_validated, is_dark=is_dark, marks=marks
                    ),
                    height=_HEIGHT,
                    key=f"{key}-{metric}",
                    alt=_with_changes(_alternative(epochs, metric), changes),
                )
            else:
                with st.container(height=_HEIGHT, border=True, key=f"{key}-{metric}-waiting"):
                    st.caption(waiting or _("No epoch was finished."))


def _heading(metric: str, progress: Progress | None) -> str:
    """Return the metric's name, and its value in the epoch under way."""
    name = f"**{translated(plots.METRICS[metric])}**"
    if progress is None:
        return name
    value = _("{value} so far", value=_number(progress.so_far[-1], metric))
    return f"{name} {value}"


def _alternative(epochs: Sequence[EpochMetrics], metric: str) -> str:
    """Return a chart as a sentence: its title and its last points.

    It changes with the epochs only: when the text changes, Streamlit draws the whole chart again.
    """
    if not epochs and metric == "loss":
        return _("The first epoch is under way; a dotted line shows its training loss so far")
    if not epochs:
        return _("The first epoch is under way; a dotted line shows its training accuracy so far")
    last = epochs[-1]
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


def _with_changes(curve: str, changes: Sequence[RateChange]) -> str:
    marks = batch_plot.changes_in_words(changes)
    return _("{curve}. {marks}", curve=curve, marks=marks) if marks else curve


def _number(metrics: EpochMetrics | PartialMetrics, name: str) -> str:
    value = getattr(metrics, name)
    return "" if value is None else f"{value:.2%}" if name.endswith("accuracy") else f"{value:.4f}"
