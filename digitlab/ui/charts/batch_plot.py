"""The chart of a training's loss by batch, and the marks where its learning rate was changed."""

from collections.abc import Sequence
from typing import Any

from digitlab.networks.metrics import BatchLoss
from digitlab.networks.rate_changes import RateChange
from digitlab.translation import _, plural
from digitlab.ui.charts import plots

_MAX_LABELS = 6  # marks that have a label; of more, the labels would cover each other


def loss_points(losses: Sequence[BatchLoss]) -> list[dict[str, Any]]:
    """Return a row for each point."""
    return [{"batch": loss.batch, "loss": loss.loss} for loss in losses]


def loss_by_batch(batches: int, changes: Sequence[RateChange], *, is_dark: bool) -> dict[str, Any]:
    """Return the Vega-Lite chart for `loss_points`, with an axis for all planned batches, and the marks of changes."""
    batch = {
        "field": "batch",
        "type": "quantitative",
        "title": _("Batch"),
        "scale": {"domain": [0, max(batches, 1)], "nice": False},
        "axis": {"tickMinStep": 1, "format": ",d", "grid": False, "labelOverlap": "greedy", **plots.WHOLE_LABELS},
    }
    line = {
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 16, "filled": True}},
        "encoding": {
            "x": batch,
            "y": {
                "field": "loss",
                "type": "quantitative",
                "title": None,
                "scale": {"zero": True, "nice": True},
                "axis": {"format": "f", "minExtent": 44},
            },
            "tooltip": [
                {"field": "batch", "format": ",d", "title": _("Batch")},
                {"field": "loss", "format": ".4f", "title": _("Loss")},
            ],
        },
    }
    return {"layer": [line, *rate_marks("batch", changes, 1, is_dark=is_dark)]}


def rate_marks(
    field: str, changes: Sequence[RateChange], batches_per_unit: float, *, is_dark: bool
) -> list[dict[str, Any]]:
    """Return the layers of a Vega-Lite chart that mark where the learning rate was changed.

    Args:
        field: The name of the horizontal field.
        changes: The changes.
        batches_per_unit: How many batches are 1 on the horizontal axis.
        is_dark: Whether the page is.
    """
    if not changes:
        return []
    ink = "#e7edf4" if is_dark else "#17212e"
    rows = [
        {field: change.batch / batches_per_unit, "rate": f"{change.rate:g}", "trained": change.batch}
        for change in changes
    ]
    encoding = {
        "x": {"field": field, "type": "quantitative"},
        "tooltip": [
            {"field": "rate", "title": _("Learning rate from here on")},
            {"field": "trained", "format": ",d", "title": _("Batches before")},
        ],
    }
    rule = {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 1.5, "color": ink, "opacity": 0.75, "aria": False}
    label = {"type": "text", "y": 0, "color": ink, "fontSize": 12, "fontWeight": 600, "aria": False}
    labelled, text = rows[-_MAX_LABELS:], {**encoding, "text": {"field": "rate"}}
    return [
        {"data": {"values": rows}, "mark": rule, "encoding": encoding},
        *(  # in two rows, for changes that are close
            {"data": {"values": labelled[row::2]}, "mark": label | {"dy": -6 - 13 * row}, "encoding": text}
            for row in range(min(len(labelled), 2))
        ),
    ]


def changes_in_words(changes: Sequence[RateChange]) -> str:
    """Return what the marks show as a sentence without a full stop; empty without changes."""
    if not changes:
        return ""
    last = changes[-1]
    return plural(
        "Learning rate changed {count} time, to {rate:g} after {batch:,} batches",
        "Learning rate changed {count} times, at last to {rate:g} after {batch:,} batches",
        len(changes),
        rate=last.rate,
        batch=last.batch,
    )


def losses_in_words(losses: Sequence[BatchLoss], changes: Sequence[RateChange]) -> str:
    """Return the chart as a sentence, with the losses within finished epochs."""
    if not losses and not changes:
        return _("Training loss by batch; the first epoch is under way")
    if not losses:
        return _("Training loss by batch; the first epoch is under way. {changes}", changes=changes_in_words(changes))
    values = {"first": losses[0].loss, "batch": losses[-1].batch, "last": losses[-1].loss}
    if not changes:
        return _("Training loss by batch: {first:.4f} at first, {last:.4f} up to batch {batch:,}", **values)
    return _(
        "Training loss by batch: {first:.4f} at first, {last:.4f} up to batch {batch:,}. {changes}",
        **values,
        changes=changes_in_words(changes),
    )
