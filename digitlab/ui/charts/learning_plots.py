"""Charts of a training: curves that grow within an epoch, statistics of layers, and histograms of weights."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.observation import LayerObservation, Observation
from digitlab.translation import _, translated
from digitlab.ui.charts import plots
from digitlab.ui.charts.plots import epoch_axis

_LATE = 0.6  # the share of the axis from which on a label stands left of its point
_FIRST_ENDS = {"loss": (0.0, math.log(10)), "accuracy": (0.0, 1.0)}  # to a guess, in which every training begins


def growing_points(epochs: Sequence[EpochMetrics], progress: Progress | None, metric: str) -> list[dict[str, Any]]:
    """Return the rows of `plots.curve_points`, and those of the epoch under way, at fractions of an epoch.

    The latter begin with the training's last point, if there is one, so that a line joins them. They have "isSoFar";
    the newest also has "isNewest".
    """
    rows = plots.curve_points(epochs, metric)
    if progress is None or not progress.so_far:
        return rows
    common = {"set": translated(plots.SETS["training"]), "isSoFar": True}
    if epochs and epochs[-1].epoch == progress.epoch - 1:
        rows.append(common | {"epoch": epochs[-1].epoch, metric: getattr(epochs[-1], metric)})
    for metrics in progress.so_far:
        place = progress.epoch - 1 + metrics.batch / progress.batches
        rows.append(common | {"epoch": place, metric: getattr(metrics, metric)})
    rows[-1] |= {"isNewest": True, "about": _("training, epoch so far")}
    return rows


def axis_ends(rows: Sequence[dict[str, Any]], metric: str, *, is_first: bool) -> tuple[float, float]:
    """Return the ends of the vertical axis for `growing_points`, which few of the next points change.

    In the first epoch, `is_first`, the axis has room for all that is to be expected.
    """
    values = [*(row[metric] for row in rows), *(_FIRST_ENDS[metric] if is_first else ())]
    low, high = min(values), max(values)
    span = high - low or abs(high) or 1.0
    step = 10 ** math.floor(math.log10(span)) / 2
    first, last = math.floor(low / step), math.ceil(high / step)
    return round(first * step, 10), round(max(last, first + 1) * step, 10)


def growing_curve(
    metric: str,
    epochs: int,
    ends: tuple[float, float],
    *,
    is_validated: bool,
    is_dark: bool,
    marks: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the Vega-Lite chart for `growing_points`, with the ends of its vertical axis, and layers of marks on it.

    The epoch under way has a thin dotted line in the colour of the training's, whose end is a ring with a label.
    """
    curve = plots.curve(metric, epochs, is_validated=is_validated)
    x, y, colour = (curve["encoding"][channel] for channel in ("x", "y", "color"))
    y["scale"] = {"domain": list(ends), "nice": False}  # known before the rows arrive
    place = {"x": x, "y": y, "color": colour}
    tooltip = plots.metric_tooltip(metric)
    tooltip[0] |= {"format": ".2f"}
    tooltip[1] |= {"field": "about"}
    above = -12 if metric == "loss" else 14  # on the side that such a curve leaves free
    label = {"type": "text", "aria": False, "dy": above, "fontSize": 12, "color": "#e7edf4" if is_dark else "#17212e"}
    text = {"x": x, "y": y, "text": {"value": _("so far")}}
    newest = "datum.isSoFar && datum.isNewest"
    late = f"datum.epoch > {_LATE * max(epochs, 1)}"
    return {
        "layer": [
            {"transform": [{"filter": "!datum.isSoFar"}], **curve},
            {
                "transform": [{"filter": "datum.isSoFar"}],
                "mark": {"type": "line", "strokeWidth": 1.5, "strokeDash": [2, 2], "opacity": 0.8, "aria": False},
                "encoding": place,
            },
            {
                "transform": [{"filter": newest}],
                "mark": {"type": "point", "size": 80, "strokeWidth": 2, "filled": False, "opacity": 1, "aria": False},
                "encoding": {**place, "tooltip": tooltip},
            },
            {"transform": [{"filter": f"{newest} && !({late})"}], "mark": label | {"align": "left"}, "encoding": text},
            {"transform": [{"filter": f"{newest} && {late}"}], "mark": label | {"align": "right"}, "encoding": text},
            *marks,
        ]
    }


def layer_points(observations: Sequence[Observation], statistic: str) -> list[dict[str, Any]]:
    """Return a row for each epoch and layer of an attribute of `LayerObservation`; "dead" as a share of the units."""
    rows = []
    for observation in observations:
        for layer in observation.layers:
            value = getattr(layer, statistic)
            if statistic == "dead":
                value = layer.dead / layer.units if layer.units else None
            if value is not None:
                rows.append({"epoch": observation.epoch, "layer": layer.layer, "value": value})
    return rows


def layer_curves(names: Sequence[str], epochs: int, title: str, number_format: str) -> dict[str, Any]:
    """Return the Vega-Lite chart for `layer_points`; layers differ in colour and mark."""
    layer = {"field": "layer", "type": "nominal", "scale": {"domain": list(names)}}
    legend: dict[str, Any] = {"orient": "top", "title": None, "columns": 2, "labelLimit": 160, "offset": 4}
    return {
        "mark": {"type": "line", "point": {"size": 45, "filled": True}},
        "encoding": {
            "x": epoch_axis((0, max(epochs, 1))),
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": None,
                "scale": {"zero": True, "nice": True},
                "axis": {"format": number_format},
            },
            "color": {**layer, "legend": legend},
            "shape": {**layer, "legend": legend},
            "tooltip": [
                {"field": "epoch", "title": _("Epoch")},
                {"field": "layer", "title": _("Layer")},
                {"field": "value", "format": number_format, "title": translated(title)},
            ],
        },
    }


def histogram(layer: LayerObservation) -> list[dict[str, Any]]:
    """Return a row for each bin of a layer's weights: its limits, and its share of the weights."""
    edges = np.linspace(-layer.limit, layer.limit, len(layer.histogram) + 1)
    return [
        {"low": round(float(low), 5), "high": round(float(high), 5), "share": count / max(layer.weights, 1)}
        for low, high, count in zip(edges, edges[1:], layer.histogram, strict=False)
    ]


def histogram_bars(limit: float, max_share: float) -> dict[str, Any]:
    """Return the Vega-Lite chart for `histogram`, on axes from -limit to limit and from 0 to max_share."""
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "low",
                "type": "quantitative",
                "bin": {"binned": True},
                "title": _("Weight"),
                "scale": {"domain": [-limit, limit], "nice": False},
                "axis": {"grid": False, "tickCount": 5},
            },
            "x2": {"field": "high"},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": _("Share of weights"),
                "scale": {"domain": [0, max_share]},
                "axis": {"format": ".0%"},
            },
            "tooltip": [
                {"field": "low", "title": _("From"), "format": ".3f"},
                {"field": "high", "title": _("To"), "format": ".3f"},
                {"field": "share", "title": _("Share of weights"), "format": ".2%"},
            ],
        },
    }
