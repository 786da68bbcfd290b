"""Charts: Vega-Lite for curves that change and have tooltips, matplotlib for the calibration curve."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlab.data.distortions import Distortion
from digitlab.networks.calibration import Bin
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.robustness import Point
from digitlab.translation import Text, _, translated
from digitlab.ui.charts import fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METRICS = {"loss": Text("Loss"), "accuracy": Text("Accuracy")}
SETS = {"training": Text("training"), "validation": Text("validation")}  # that a curve was measured on
DASHES = [[1, 0], [5, 3]]  # of the first and the second of two curves: solid and dashed
SYMBOL = {"symbolSize": 70, "symbolStrokeWidth": 0}  # in a legend, where a dashed stroke would cut into the symbols
WHOLE_LABELS = {"labelFlush": True, "labelFlushOffset": -4}  # of a horizontal axis, also at its ends, within the chart


def prepare() -> None:
    """Import matplotlib, which takes a second, in advance."""
    import matplotlib.figure  # noqa: F401


def curve_points(epochs: Sequence[EpochMetrics], metric: str) -> list[dict[str, Any]]:
    """Return a row for each point of "loss" or "accuracy": epoch, value, and the set it was measured on."""
    rows = []
    for epoch in epochs:
        for part, prefix in (("training", ""), ("validation", "validation_")):
            value = getattr(epoch, prefix + metric)
            if value is not None:
                rows.append({"epoch": epoch.epoch, "set": translated(SETS[part]), metric: value})
    return rows


def set_names() -> list[str]:
    """Return the names of the sets that curves are measured on, as `curve_points` has them."""
    return [translated(name) for name in SETS.values()]


def curve(metric: str, epochs: int, *, is_validated: bool) -> dict[str, Any]:
    """Return the Vega-Lite chart for `curve_points`, with an axis for all planned epochs, so that it does not jump.

    Training and validation differ in colour (the theme's first two), dash and mark. The legend names the sets shown.
    """
    domain = set_names()[: 1 + is_validated]
    # In the corner that such curves leave free.
    legend: dict[str, Any] = {"orient": "bottom-right" if metric == "accuracy" else "top-right", "title": None}
    legend |= SYMBOL
    part = {"field": "set", "type": "nominal"}
    return {
        "mark": {"type": "line", "point": {"size": 45, "filled": True}},
        "encoding": {
            "x": epoch_axis((0, max(epochs, 1))),
            "y": metric_axis(metric),
            "color": {**part, "scale": {"domain": domain}, "legend": legend},
            "shape": {**part, "scale": {"domain": domain, "range": ["circle", "diamond"]}, "legend": legend},
            "strokeDash": {**part, "scale": {"domain": domain, "range": DASHES}, "legend": legend},
            "tooltip": metric_tooltip(metric),
        },
    }


def epoch_axis(ends: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return the horizontal axis for epochs, in whole numbers, from end to end; without `ends` it fits the curves."""
    return {
        "field": "epoch",
        "type": "quantitative",
        "title": _("Epoch"),
        "scale": {"domain": list(ends), "nice": False} if ends else {"zero": False, "nice": False},
        "axis": {"tickMinStep": 1, "format": "d", "grid": False, **WHOLE_LABELS},
    }


def metric_axis(metric: str) -> dict[str, Any]:
    """Return the vertical axis of curves of "loss" or "accuracy".

    It shows as many decimals as distinguish its ticks: a loss that hardly changes, as in fine-tuning, needs more. The
    labels keep their width, so that the curve does not jump when the number of decimals changes.
    """
    return {
        "field": metric,
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False, "nice": True},
        "axis": {"format": "%" if metric == "accuracy" else "f", "minExtent": 44},
    }


def metric_tooltip(metric: str) -> list[dict[str, Any]]:
    """Return the tooltip of a point of a curve of "loss" or "accuracy"."""
    return [
        {"field": "epoch", "title": _("Epoch")},
        {"field": "set", "title": _("Set")},
        {"field": metric, "format": ".2%" if metric == "accuracy" else ".4f", "title": translated(METRICS[metric])},
    ]


def counts(highest: int) -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "digit" and "count", up to the highest count."""
    return {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": "digit", "type": "ordinal", "title": _("Digit"), "axis": {"labelAngle": 0}},
            "y": {
                "field": "count",
                "type": "quantitative",
                "title": _("Samples"),
                "axis": {"format": ",d"},
                "scale": {"domain": [0, highest]},  # known before the rows arrive
                "stack": None,
            },
            "tooltip": [
                {"field": "digit", "title": _("Digit")},
                {"field": "count", "format": ",d", "title": _("Samples")},
            ],
        },
    }


# Okabe and Ito's colours and mixtures of them. The mark is the digit itself, so no information is in the colour alone.
_LIGHT = ("#0072b2", "#b35900", "#007a58", "#a6468a", "#7a5c00", "#2b7fb8", "#444444", "#c04040", "#4b4fa8", "#5f7a1e")
_DARK = ("#56b4e9", "#f0a030", "#2fc79a", "#e6a5cc", "#f0e442", "#8ab8ff", "#cccccc", "#ff8a7a", "#b3a6ff", "#b5d96a")


def digit_map(*, is_dark: bool, limit: float | None = None) -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "x", "y", "digit", "name", "image" and "isOwn", which gets a ring.

    With a limit, both axes go from -limit to limit. Without one, they fit the digits, can be panned and zoomed, and a
    click on a digit selects it by its "number", which each row then has.
    """
    colour = {
        "field": "digit",
        "type": "nominal",
        "scale": {"domain": [str(n) for n in range(10)], "range": _DARK if is_dark else _LIGHT},
        "legend": None,
    }
    place = {
        axis: {"field": axis, "type": "quantitative", "title": None, "axis": {"labels": False, "ticks": False}}
        | ({"scale": {"domain": [-limit, limit], "nice": False}} if limit else {})
        for axis in ("x", "y")
    }
    tooltip = [
        {"field": "image"},
        {"field": "digit", "title": _("digit")},
        {"field": "name", "title": _("name")},
    ]
    own = [{"filter": "datum.isOwn"}]
    ring = {
        "type": "point",
        "size": 900,
        "strokeWidth": 3,
        "filled": False,
        "color": "#e7edf4" if is_dark else "#17212e",
    }
    sign = {"type": "text", "fontSize": 11, "fontWeight": 600}
    zoom = {"name": "zoom", "select": "interval", "bind": "scales"}
    pick = {"name": "picked", "select": {"type": "point", "fields": ["number"], "toggle": False}}
    params: list[dict[str, Any]] = [] if limit else [zoom, pick]
    return {
        "encoding": {**place, "tooltip": tooltip},
        "layer": [
            {"params": params, "mark": sign, "encoding": {"text": {"field": "digit"}, "color": colour}},
            {"transform": own, "mark": ring},
            {
                "transform": own,
                "mark": {**sign, "fontSize": 18, "color": ring["color"]},
                "encoding": {"text": {"field": "digit"}},
            },
        ],
    }


def robustness_points(curves: Mapping[str, Sequence[Point]]) -> list[dict[str, Any]]:
    """Return a row for each point: network, strength, accuracy and its confidence interval."""
    return [{"network": network} | asdict(point) for network, points in curves.items() for point in points]


def robustness(distortion: Distortion, networks: Sequence[str]) -> dict[str, Any]:
    """Return the Vega-Lite chart for `robustness_points`; networks differ in colour, dash and mark."""
    part = {"field": "network", "type": "nominal"}
    scale: dict[str, Any] = {"domain": list(networks)}
    legend: dict[str, Any] = {"orient": "top", "direction": "vertical", "title": None, "labelLimit": 330}
    legend |= SYMBOL | {"symbolOpacity": 1}
    strength = {
        "field": "strength",
        "type": "quantitative",
        "title": translated(distortion.axis),
        "scale": {"zero": False, "nice": False},
        "axis": {"grid": False, "values": list(distortion.strengths)},
    }
    accuracy = {"type": "quantitative", "title": _("Accuracy"), "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    band = {
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {
            "y": {"field": "low", **accuracy},
            "y2": {"field": "high"},
        },
    }
    line = {
        "mark": {"type": "line", "point": {"size": 50, "filled": True}},
        "encoding": {
            "y": {"field": "accuracy", **accuracy},
            "shape": {**part, "scale": scale | {"range": ["circle", "diamond"]}, "legend": legend},
            "strokeDash": {**part, "scale": scale | {"range": DASHES}, "legend": None},
            "tooltip": [
                {"field": "network", "title": _("Network")},
                {"field": "strength", "title": translated(distortion.axis)},
                {"field": "accuracy", "format": ".1%", "title": _("Accuracy")},
            ],
        },
    }
    color = {**part, "scale": scale, "legend": legend}
    return {"encoding": {"x": strength, "color": color}, "layer": [band, line]}


def coverage_curve() -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "share", "accuracy", "threshold" and "is_chosen"."""
    return {
        "encoding": {
            "x": {
                "field": "share",
                "type": "quantitative",
                "title": _("Coverage: share of answers accepted"),
                "scale": {"zero": False, "nice": False, "reverse": True},
                "axis": {"format": ".0%", "grid": False},
            },
            "y": {
                "field": "accuracy",
                "type": "quantitative",
                "title": _("Accuracy of accepted answers"),
                "scale": {"zero": False},
                "axis": {"format": ".1%"},
            },
            "tooltip": [
                {"field": "threshold", "format": ".1%", "title": _("Minimum confidence")},
                {"field": "share", "format": ".2%", "title": _("Coverage")},
                {"field": "accuracy", "format": ".2%", "title": _("Accuracy")},
            ],
        },
        "layer": [
            {"transform": [{"filter": "!datum.is_chosen"}], "mark": {"type": "line", "interpolate": "linear"}},
            {
                "transform": [{"filter": "datum.is_chosen"}],
                "mark": {"type": "point", "size": 140, "filled": True, "color": "#d55e00", "opacity": 1},
            },
        ],
    }


def calibration(curve: Sequence[Bin], *, is_dark: bool) -> "Figure":
    """Draw accuracy against confidence, and below it the number of answers in each bin."""
    from matplotlib.figure import Figure

    ink, line = ("#e7edf4", "#e69f00") if is_dark else ("#17212e", "#0072b2")
    figure = Figure(figsize=(6, 5.2), layout="constrained", facecolor="none")
    upper, lower = figure.subplots(2, sharex=True, gridspec_kw={"height_ratios": [4, 1]})
    upper.plot([0, 1], [0, 1], color=ink, linestyle=":", linewidth=1.2)
    upper.plot(
        [bucket.confidence for bucket in curve],
        [bucket.accuracy for bucket in curve],
        color=line,
        marker="o",
        linewidth=2,
    )
    upper.set(xlim=(0, 1.02), ylim=(0, 1.03), ylabel=_("Accuracy"))
    lower.bar(
        [bucket.low for bucket in curve],
        [bucket.answers for bucket in curve],
        width=[bucket.high - bucket.low for bucket in curve],
        align="edge",
        color="#7d8da1",
        edgecolor="none",
    )
    lower.set(yscale="log", ylim=(0.7, None), xlabel=_("Confidence"), ylabel=_("Answers"))
    for axes in (upper, lower):
        axes.set_facecolor("none")
        axes.tick_params(which="both", colors=ink)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set(color=ink, fontfamily=fonts.families())
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(ink)
    return figure


def pixel_values(digit: NDArray[np.uint8]) -> str:
    """Return a digit, uint8 (28, 28), as an SVG picture with the value of each of its 784 pixels."""
    side = 24
    cells = []
    for (row, column), value in np.ndenumerate(digit):
        x, y = column * side, row * side
        text = "#000" if value > 115 else "#eee" if value else "#666"
        cells.append(f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="rgb({value},{value},{value})"/>')
        cells.append(f'<text x="{x + side / 2}" y="{y + 15}" fill="{text}">{value}</text>')
    size = 28 * side
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}" '
        f'font-family="sans-serif" font-size="10" text-anchor="middle">{"".join(cells)}</svg>'
    )
