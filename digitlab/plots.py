"""Figures: matplotlib for pictures of tables, Vega-Lite for curves that move and answer to the pointer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.metrics import EpochMetrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def prepare() -> None:
    """Import matplotlib, which takes a second, before a person waits for it."""
    import matplotlib.figure  # noqa: F401


def curve_points(epochs: Sequence[EpochMetrics], metric: str) -> list[dict[str, Any]]:
    """Return one row a point of "loss" or "accuracy": epoch, value, and the set it was measured on."""
    rows = []
    for epoch in epochs:
        for part, prefix in (("training", ""), ("validation", "validation_")):
            value = getattr(epoch, prefix + metric)
            if value is not None:
                rows.append({"epoch": epoch.epoch, "set": part, metric: value})
    return rows


def curve(metric: str, epochs: int) -> dict[str, Any]:
    """Return the Vega-Lite chart for `curve_points`, with an axis for all planned epochs, so that it does not jump.

    Training and validation differ in colour (the theme's first two), dash and mark.
    """
    is_accuracy = metric == "accuracy"
    tooltip = [
        {"field": "epoch", "title": "Epoch"},
        {"field": "set", "title": "Set"},
        {"field": metric, "format": ".2%" if is_accuracy else ".4f", "title": metric.capitalize()},
    ]
    domain = ["training", "validation"]
    # Where curves of this kind leave room.
    legend: dict[str, Any] = {"orient": "bottom-right" if is_accuracy else "top-right", "title": None}
    legend |= {"symbolSize": 70, "symbolStrokeWidth": 0}  # else the dashes gnaw at the symbols
    part = {"field": "set", "type": "nominal"}
    return {
        "mark": {"type": "line", "point": {"size": 45, "filled": True}},
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "title": "Epoch",
                "scale": {"domain": [1, max(epochs, 2)], "nice": False},
                "axis": {"tickMinStep": 1, "format": "d", "grid": False},
            },
            "y": {
                "field": metric,
                "type": "quantitative",
                "title": None,
                "scale": {"zero": False, "nice": True},
                "axis": {"format": ".1%" if is_accuracy else ".2f"},
            },
            "color": {**part, "scale": {"domain": domain}, "legend": legend},
            "shape": {**part, "scale": {"domain": domain, "range": ["circle", "diamond"]}, "legend": None},
            "strokeDash": {**part, "scale": {"domain": domain, "range": [[1, 0], [5, 3]]}, "legend": legend},
            "tooltip": tooltip,
        },
    }


def counts() -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "digit" and "count"."""
    return {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": "digit", "type": "ordinal", "title": "Digit", "axis": {"labelAngle": 0}},
            "y": {"field": "count", "type": "quantitative", "title": None, "axis": {"format": ",d"}},
            "tooltip": [{"field": "digit", "title": "Digit"}, {"field": "count", "format": ",d", "title": "Count"}],
        },
    }


# Okabe and Ito's colours and mixtures of them; who cannot tell them apart reads the sign, which is the digit itself.
_LIGHT = ("#0072b2", "#b35900", "#007a58", "#a6468a", "#7a5c00", "#2b7fb8", "#444444", "#c04040", "#4b4fa8", "#5f7a1e")
_DARK = ("#56b4e9", "#f0a030", "#2fc79a", "#e6a5cc", "#f0e442", "#8ab8ff", "#cccccc", "#ff8a7a", "#b3a6ff", "#b5d96a")


def landscape(*, is_dark: bool) -> dict[str, Any]:
    """Return the Vega-Lite chart of rows with "x", "y", "digit", "name" and "image"; the last one gets a ring."""
    colour = {
        "field": "digit",
        "type": "nominal",
        "scale": {"domain": [str(n) for n in range(10)], "range": _DARK if is_dark else _LIGHT},
        "legend": None,
    }
    place = {
        axis: {"field": axis, "type": "quantitative", "title": None, "axis": {"labels": False, "ticks": False}}
        for axis in ("x", "y")
    }
    tooltip = [{"field": name} for name in ("image", "digit", "name")]
    own = [{"filter": "datum.name == 'your picture'"}]
    ring = {
        "type": "point",
        "size": 900,
        "strokeWidth": 3,
        "filled": False,
        "color": "#e7edf4" if is_dark else "#17212e",
    }
    sign = {"type": "text", "fontSize": 11, "fontWeight": 600}
    zoom = [{"name": "zoom", "select": "interval", "bind": "scales"}]
    return {
        "encoding": {**place, "tooltip": tooltip},
        "layer": [
            {"params": zoom, "mark": sign, "encoding": {"text": {"field": "digit"}, "color": colour}},
            {"transform": own, "mark": ring},
            {"transform": own, "mark": {**sign, "fontSize": 18}, "encoding": {"text": {"field": "digit"}}},
        ],
    }


def confusion_matrix(confusion: NDArray[np.int64], *, is_dark: bool) -> "Figure":
    """Draw how often each digit (rows) was read as each (columns), int (10, 10).

    The right answers, on the diagonal, are left uncoloured: their thousands would drown the mistakes.
    """
    from matplotlib.figure import Figure

    ink = "#e7edf4" if is_dark else "#17212e"
    figure = Figure(figsize=(6, 5.6), layout="constrained", facecolor="none")
    axes = figure.add_subplot(facecolor="none")
    wrong = np.ma.masked_array(confusion.astype(float), mask=np.eye(10, dtype=bool) | (confusion == 0))
    top = max(float(wrong.max()) if wrong.count() else 1.0, 1.0)
    # cividis was made for colour-blind readers: J. R. Nuñez et al., PLoS ONE 13(7), 2018.
    axes.imshow(wrong, cmap="cividis" if is_dark else "cividis_r", vmin=0, vmax=top)
    for (row, column), count in np.ndenumerate(confusion):
        if count:
            share = 0 if row == column else count / top
            contrast = ("#17212e" if is_dark else "#ffffff") if share > 0.55 else ink
            weight = "bold" if row == column else "normal"
            axes.text(column, row, str(count), ha="center", va="center", color=contrast, weight=weight, size=9.5)
    axes.set(xticks=range(10), yticks=range(10), xlabel="Read as", ylabel="True digit")
    axes.xaxis.label.set_color(ink)
    axes.yaxis.label.set_color(ink)
    axes.tick_params(colors=ink, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def pixel_values(digit: NDArray[np.uint8]) -> str:
    """Draw a digit, uint8 (28, 28), as an SVG picture with the value of each of its 784 pixels written into it."""
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
