"""Charts of a search: the best so far, what was tried in each trial, and how much each setting mattered."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from digitlab.networks.search_parameters import PARAMETERS, Scale, Varied
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.records.search import Trial, TrialState, best_so_far, best_trial
from digitlab.translation import _, translated
from digitlab.ui.charts import plots

_ROW = 58  # pixels of an axis among parallel ones
_ABOVE_ROWS = 44  # pixels for the legend
_WIDE = 0.05  # the step of an axis that few of the next trials change
_BEST = "#d55e00"
_SHADES = ["#cfe3f7", "#08519c"], ["#1f3b57", "#a6d4ff"]  # from the worst trial to the best, in each theme


def best_points(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return a row for each trial that has an accuracy, and one for each finished trial with the best so far."""
    best = dict(best_so_far(trials))
    return [
        {
            "trial": trial.number + 1,
            "accuracy": trial.accuracy,
            "state": translated(trial.state.label),
            "best": best.get(trial.number),
        }
        for trial in trials
        if trial.accuracy is not None
    ]


def best_by_trial(max_trials: int, trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the Vega-Lite chart for `best_points`: a mark for each trial, and a line of steps for the best so far."""
    ends = list(_ends(trials, _WIDE))
    states = [translated(state.label) for state in (TrialState.FINISHED, TrialState.PRUNED, TrialState.RUNNING)]
    x = {
        "field": "trial",
        "type": "quantitative",
        "title": _("Trial"),
        "scale": {"domain": [0.5, max_trials + 0.5], "nice": False},
        "axis": {"tickMinStep": 1, "format": "d", "grid": False},
    }

    def y(field: str) -> dict[str, Any]:
        return {
            "field": field,
            "type": "quantitative",
            "title": None,
            "scale": {"domain": ends, "nice": False},  # known before the rows arrive
            "axis": {"format": "%", "minExtent": 44},
        }

    legend = {"orient": "top", "direction": "horizontal", "title": None, "symbolSize": 70}
    kind = {"field": "state", "type": "nominal", "scale": {"domain": states}, "legend": legend}
    tooltip = [
        {"field": "trial", "title": _("Trial")},
        {"field": "state", "title": _("State")},
        {"field": "accuracy", "format": ".2%", "title": _("Validation accuracy")},
        {"field": "best", "format": ".2%", "title": _("Best so far")},
    ]
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5, "color": _BEST}
    shapes = {"scale": {"domain": states, "range": ["circle", "diamond", "triangle-up"]}}
    return {
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.best)"}],
                "mark": line,
                "encoding": {"x": x, "y": y("best"), "tooltip": tooltip},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.9},
                "encoding": {"x": x, "y": y("accuracy"), "color": kind, "shape": kind | shapes, "tooltip": tooltip},
            },
        ]
    }


def importance_points(space: SearchSpace, shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return a row for each setting that varies: its label and its share, 0 while that is not known."""
    return [{"setting": label(varied.name), "share": shares.get(varied.name, 0.0)} for varied in space.varied]


def importance_bars() -> dict[str, Any]:
    """Return the Vega-Lite chart for `importance_points`: a bar for each setting, the most important first."""
    share = {"field": "share", "type": "quantitative", "title": _("Share of the importance")}
    order = {"field": "share", "order": "descending"}
    place = {"field": "setting", "type": "nominal", "title": None, "sort": order, "axis": {"labelLimit": 130}}
    return {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "y": place,
            "x": share | {"scale": {"domain": [0, 1]}, "axis": {"format": "%", "tickCount": 5, **plots.WHOLE_LABELS}},
            "tooltip": [{"field": "setting", "title": _("Setting")}, {**share, "format": ".0%"}],
        },
    }


def parallel_height(space: SearchSpace) -> int:
    """Return how many pixels the chart of `parallel` needs."""
    return _ROW * (len(space.varied) + 1) + _ABOVE_ROWS


def parallel_points(space: SearchSpace, trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return a row for each trial with an accuracy and each of its settings: the place on the axis, 0 to 1."""
    tried = [trial for trial in trials if trial.accuracy is not None]
    best = best_trial(trials)
    low, high = _ends(trials)
    rows = []
    for trial in tried:
        accuracy = trial.accuracies[-1]
        common = {"trial": trial.number + 1, "accuracy": accuracy, "isBest": trial is best}
        for index, varied in enumerate(space.varied):
            value = trial.values[varied.name]
            of_axis = {"axis": label(varied.name), "index": index, "value": value_text(varied.name, value)}
            rows.append(common | of_axis | {"place": _place(varied, value)})
        last = {"axis": _("Validation accuracy"), "index": len(space.varied), "value": f"{accuracy:.2%}"}
        rows.append(common | last | {"place": (accuracy - low) / (high - low)})
    return rows


def parallel(space: SearchSpace, trials: Sequence[Trial], *, is_dark: bool) -> dict[str, Any]:
    """Return the Vega-Lite chart for `parallel_points`.

    The axes lie one below the other, so that they fit a phone. A line is a trial: the darker (in the dark theme: the
    lighter), the higher its accuracy; the best is orange and thick.
    """
    low, high = _ends(trials)
    axes = [label(varied.name) for varied in space.varied] + [_("Validation accuracy")]
    ends = [mark for varied in space.varied for mark in _marks(varied)]
    ends += [(axes[-1], 0.0, f"{low:.1%}"), (axes[-1], 1.0, f"{high:.1%}")]
    labels = [{"axis": axis, "place": place, "text": text} for axis, place, text in ends]
    y = {
        "field": "axis",
        "type": "nominal",
        "sort": axes,
        "title": None,
        "scale": {"domain": axes},
        "axis": {"grid": True, "domain": False, "ticks": False, "labelLimit": 110, "labelPadding": 14},
    }
    x = {"field": "place", "type": "quantitative", "axis": None, "scale": {"domain": [-0.04, 1.04], "nice": False}}
    place = {"x": x, "y": y}
    return {
        "layer": [
            *_lines(place, (low, high), is_dark=is_dark),
            _pointers(place),
            *_labels(place, labels, is_dark=is_dark),
        ]
    }


def _lines(place: dict[str, Any], ends: tuple[float, float], *, is_dark: bool) -> list[dict[str, Any]]:
    """Return the lines of the trials, and above them that of the best."""
    place = place | {"detail": {"field": "trial"}, "order": {"field": "index"}}
    shade = {
        "field": "accuracy",
        "type": "quantitative",
        "scale": {"range": _SHADES[is_dark], "domain": list(ends)},
        "legend": None,
    }
    return [
        {
            "transform": [{"filter": "!datum.isBest"}],
            "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.85},
            "encoding": place | {"color": shade},
        },
        {
            "transform": [{"filter": "datum.isBest"}],
            "mark": {"type": "line", "strokeWidth": 4, "color": _BEST},
            "encoding": place,
        },
    ]


def _pointers(place: dict[str, Any]) -> dict[str, Any]:
    """Return what shows a value where one points at it: unseen, and wide enough for a finger."""
    tooltip = [
        {"field": "trial", "title": _("Trial")},
        {"field": "axis", "title": _("Setting")},
        {"field": "value", "title": _("Value")},
        {"field": "accuracy", "format": ".2%", "title": _("Validation accuracy")},
    ]
    return {
        "mark": {"type": "point", "size": 90, "opacity": 0, "filled": True},
        "encoding": place | {"tooltip": tooltip},
    }


def _labels(place: dict[str, Any], labels: list[dict[str, Any]], *, is_dark: bool) -> list[dict[str, Any]]:
    """Return the values at the axes, on a rim of the page's colour, so that lines do not cross them."""
    ink, paper = ("#e7edf4", "#0f1722") if is_dark else ("#17212e", "#ffffff")
    text = {"type": "text", "dy": 14, "fontSize": 12, "aria": False}
    return [
        {
            "data": {"values": labels},
            "mark": text | look,
            "encoding": place | {"text": {"field": "text"}},
        }
        for look in ({"color": paper, "stroke": paper, "strokeWidth": 4}, {"color": ink})
    ]


def label(name: str) -> str:
    """Return the label of what varies."""
    return translated(PARAMETERS[name].setting.label)


def value_text(name: str, value: Any) -> str:
    """Return a value of what varies, as people read it."""
    setting = PARAMETERS[name].setting
    if setting.choices:
        return translated(setting.choice_labels.get(value, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _marks(varied: Varied) -> list[tuple[str, float, str]]:
    """Return what stands at an axis: its label, a place from 0 to 1, and the value there."""
    steps = varied.parameter.steps(varied.values)
    values = steps if len(steps) in range(1, 5) else [varied.values[0], varied.values[-1]]
    return [(label(varied.name), _place(varied, value), value_text(varied.name, value)) for value in values]


def _place(varied: Varied, value: Any) -> float:
    """Return where a value lies on its axis, 0 to 1."""
    match varied.parameter.scale:
        case Scale.CHOICE:
            return varied.values.index(value) / (len(varied.values) - 1)
        case Scale.LOG | Scale.DOUBLED:
            steps = varied.parameter.steps(varied.values) or varied.values
            return math.log(value / steps[0]) / math.log(steps[-1] / steps[0])
    return float((value - varied.values[0]) / (varied.values[1] - varied.values[0]))


def _ends(trials: Sequence[Trial], step: float = 0.01) -> tuple[float, float]:
    """Return the ends of an axis of accuracies, in whole steps."""
    accuracies = [trial.accuracy for trial in trials if trial.accuracy is not None] or [0.0, 1.0]
    first, last = math.floor(min(accuracies) / step), math.ceil(max(accuracies) / step)
    return round(first * step, 10), round(max(last, first + 1) * step, 10)
