"""Vega-Lite charts that compare several networks."""

from collections.abc import Mapping, Sequence
from typing import Any

from digitlab.networks.metrics import EpochMetrics
from digitlab.translation import _
from digitlab.ui.charts import plots


def compared_points(epochs_by_network: Mapping[str, Sequence[EpochMetrics]], metric: str) -> list[dict[str, Any]]:
    """Return the rows of `plots.curve_points` for several networks, each with the network's name as "network"."""
    return [
        {"network": network} | row
        for network, epochs in epochs_by_network.items()
        for row in plots.curve_points(epochs, metric)
    ]


def compared(metric: str, networks: Sequence[str]) -> dict[str, Any]:
    """Return the Vega-Lite chart for `compared_points`; networks differ in colour and mark, sets in dash."""
    legend: dict[str, Any] = {"orient": "bottom", "direction": "vertical", "title": None, "labelLimit": 230}
    legend |= plots.SYMBOL | {"symbolOpacity": 1}
    dash = {"domain": plots.set_names(), "range": plots.DASHES}
    network = {"field": "network", "type": "nominal", "scale": {"domain": list(networks)}, "legend": legend}
    return {
        "mark": {"type": "line", "point": {"size": 30, "filled": True}},
        "encoding": {
            "x": plots.epoch_axis(),
            "y": plots.metric_axis(metric),
            "color": network,
            "shape": network,
            "strokeDash": {"field": "set", "type": "nominal", "scale": dash, "legend": None},
            "tooltip": [{"field": "network", "title": _("Network")}, *plots.metric_tooltip(metric)],
        },
    }


def intervals() -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "network", "accuracy", "low" and "high": points with error bars."""
    share: dict[str, Any] = {"type": "quantitative", "title": _("Test accuracy")}
    share |= {
        "scale": {"zero": False, "nice": True},
        "axis": {"format": ".2%", **plots.WHOLE_LABELS},
    }
    network = {"field": "network", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 150}}
    shares = {"accuracy": _("Accuracy"), "low": _("Lower bound"), "high": _("Upper bound")}
    tooltip: list[dict[str, Any]] = [{"field": "network", "title": _("Network")}]
    tooltip += [{"field": name, "format": ".2%", "title": title} for name, title in shares.items()]
    return {
        "encoding": {"y": network, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": "#7d8da1"},
                "encoding": {"x": {"field": "low", **share}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {"x": {"field": "accuracy", **share}},
            },
        ],
    }
