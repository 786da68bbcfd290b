"""Charts of what goes on in a network while it learns: figures of its layers, and their weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from digitlab.networks.observation import LayerObservation, Observation
from digitlab.ui.charts.plots import epoch_axis


def layers(observations: Sequence[Observation], figure: str) -> list[dict[str, Any]]:
    """Return one row an epoch and layer of a figure of `LayerObservation`; "dead" as a share of the units."""
    rows = []
    for one in observations:
        for layer in one.layers:
            value = getattr(layer, figure)
            if figure == "dead":
                value = layer.dead / layer.units if layer.units else None
            if value is not None:
                rows.append({"epoch": one.epoch, "layer": layer.layer, "value": value})
    return rows


def layer_curves(names: Sequence[str], epochs: int, title: str, form: str) -> dict[str, Any]:
    """Return the Vega-Lite chart for `layers`; layers differ in colour and mark."""
    part = {"field": "layer", "type": "nominal", "scale": {"domain": list(names)}}
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
                "axis": {"format": form},
            },
            "color": {**part, "legend": legend},
            "shape": {**part, "legend": legend},
            "tooltip": [
                {"field": "epoch", "title": "Epoch"},
                {"field": "layer", "title": "Layer"},
                {"field": "value", "format": form, "title": title},
            ],
        },
    }


def histogram(layer: LayerObservation) -> list[dict[str, Any]]:
    """Return one row a bin of a layer's weights: its ends, and its share of the weights."""
    edges = np.linspace(-layer.limit, layer.limit, len(layer.histogram) + 1)
    return [
        {"low": round(float(low), 5), "high": round(float(high), 5), "share": count / max(layer.weights, 1)}
        for low, high, count in zip(edges, edges[1:], layer.histogram, strict=False)
    ]


def histogram_bars(limit: float, most: float) -> dict[str, Any]:
    """Return the Vega-Lite chart for `histogram`, with axes that stay as they are over the epochs."""
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "low",
                "type": "quantitative",
                "bin": {"binned": True},
                "title": None,
                "scale": {"domain": [-limit, limit], "nice": False},
                "axis": {"grid": False, "tickCount": 5},
            },
            "x2": {"field": "high"},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [0, most]},
                "axis": {"format": ".0%"},
            },
            "tooltip": [
                {"field": "low", "title": "From", "format": ".3f"},
                {"field": "high", "title": "to", "format": ".3f"},
                {"field": "share", "title": "Weights", "format": ".2%"},
            ],
        },
    }
