"""The chart of a learning-rate range test: the loss of each batch while the learning rate rises."""

from typing import Any

from digitlab.networks.range_test import RangeTest
from digitlab.translation import _

_DECADES = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10]
_ABOVE = 1.25  # times the first loss: what lies above has diverged, and would press the rest flat


def loss_points(test: RangeTest) -> list[dict[str, Any]]:
    """Return a row for each batch: rate, loss and smoothed loss."""
    return [
        {"rate": rate, "loss": loss, "smoothed": smoothed}
        for rate, loss, smoothed in zip(test.rates, test.losses, test.smoothed.tolist(), strict=True)
    ]


def loss_by_rate(test: RangeTest, *, is_dark: bool) -> dict[str, Any]:
    """Return the Vega-Lite chart for `loss_points`: dots, the smoothed curve, and a dashed line at the suggestion."""
    ink = "#e7edf4" if is_dark else "#17212e"
    highest = _ABOVE * float(test.smoothed[0])
    rate = {
        "field": "rate",
        "type": "quantitative",
        "title": _("Learning rate"),
        "scale": {"type": "log", "domain": [test.rates[0], test.rates[-1]], "nice": False},
        "axis": {"format": "~g", "grid": False, "labelOverlap": "greedy", "values": _DECADES},
    }
    tooltip = [
        {"field": "rate", "format": ".2~g", "title": _("Learning rate")},
        {"field": "loss", "format": ".4f", "title": _("Loss of the batch")},
        {"field": "smoothed", "format": ".4f", "title": _("Smoothed")},
    ]

    def height(name: str) -> dict[str, Any]:
        return {
            "field": name,
            "type": "quantitative",
            "title": _("Loss"),
            "scale": {"domain": [0, highest], "nice": False},
            "axis": {"format": ".1f"},
        }

    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "point", "filled": True, "size": 22, "color": ink, "opacity": 0.35, "clip": True},
            "encoding": {"x": rate, "y": height("loss"), "tooltip": tooltip},
        },
        {
            "mark": {"type": "line", "strokeWidth": 3, "clip": True},
            "encoding": {"x": rate, "y": height("smoothed"), "tooltip": tooltip},
        },
    ]
    return {"layer": layers + _suggestion(test, ink)}


def _suggestion(test: RangeTest, ink: str) -> list[dict[str, Any]]:
    if test.suggested is None:
        return []
    place = {
        "data": {"values": [{"rate": test.suggested}]},
        "encoding": {"x": {"field": "rate", "type": "quantitative"}},
    }
    text = {"type": "text", "text": f"{test.suggested:g}", "y": 0, "dy": -8, "color": ink, "fontWeight": 600}
    return [
        place | {"mark": {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 2, "color": ink}},
        place | {"mark": text | {"fontSize": 13}},
    ]
