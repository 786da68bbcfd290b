"""Charts of a network's layers during its training: statistics, and histograms of weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from digitlab.networks.observation import LayerObservation, Observation
from digitlab.translation import _, translated
from digitlab.ui.charts.plots import epoch_axis


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
