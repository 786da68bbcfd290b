import json

import pytest

from digitlab.networks.config import TrainingConfig
from digitlab.networks.search_parameters import PARAMETERS, Varied
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.records.run import RunState
from digitlab.runs.records.search import Trial, TrialState
from digitlab.ui.charts import search_plots

SPACE = SearchSpace(
    base=TrainingConfig(), varied=tuple(Varied(name=name, values=p.usual) for name, p in PARAMETERS.items())
)
LOWEST = {varied.name: varied.values[0] for varied in SPACE.varied}
HIGHEST = {varied.name: varied.values[-1] for varied in SPACE.varied}
MIDDLE = {"learning_rate": 0.003, "batch_size": 64, "optimizer": "adamw", "units": 128}
MIDDLE |= {"hidden_layers": 2, "dropout": 0.25, "augmentation": 0.5}


def trial(number, values, *accuracies, state=TrialState.FINISHED):
    return Trial(
        number=number, run=number + 1, values=values, state=state, run_state=RunState.FINISHED, accuracies=accuracies
    )


TRIALS = [
    trial(0, LOWEST, 0.905),
    trial(1, MIDDLE, 0.5, 0.95),
    trial(2, HIGHEST, 0.921),
    trial(3, MIDDLE, 0.99, state=TrialState.PRUNED),
    trial(4, MIDDLE, state=TrialState.RUNNING),
]


def test_the_best_so_far_rises_with_finished_trials_only():
    rows = search_plots.best_points(TRIALS)
    assert [(row["trial"], row["best"]) for row in rows] == [(1, 0.905), (2, 0.95), (3, 0.95), (4, None)]
    assert [row["state"] for row in rows] == ["finished", "finished", "finished", "stopped early"]


def test_a_trial_goes_from_axis_to_axis_down_to_its_accuracy():
    rows = search_plots.parallel_points(SPACE, TRIALS[:3])
    places = {number: [row["place"] for row in rows if row["trial"] == number] for number in (1, 2, 3)}
    assert places[1] == [0.0] * 7 + [pytest.approx(0.1)]
    assert places[3] == [1.0] * 7 + [pytest.approx(0.42)]
    middle = [0.5, 1 / 3, 1 / 3, 2 / 3, 0.5, 0.5, 0.5, 1.0]
    assert places[2] == pytest.approx(middle)
    assert {row["trial"] for row in rows if row["isBest"]} == {2}
    assert [row["value"] for row in rows if row["trial"] == 2] == [
        "0.003", "64", "AdamW", "128", "2", "0.25", "0.5", "95.00%",
    ]  # fmt: skip


@pytest.mark.parametrize("trials", [[], TRIALS[:1], TRIALS])
def test_the_charts_are_json_before_and_after_the_first_trial(trials):
    json.dumps(search_plots.parallel(SPACE, trials, is_dark=True))
    json.dumps([search_plots.best_by_trial(20, trials), search_plots.importance_bars()])
    assert len(search_plots.parallel_points(SPACE, trials)) == 8 * sum(bool(tried.accuracies) for tried in trials)


def test_each_setting_has_a_bar_before_its_importance_is_known():
    assert search_plots.importance_points(SPACE, {"units": 0.75})[2:4] == [
        {"setting": "Optimizer", "share": 0.0},
        {"setting": "Units per layer", "share": 0.75},
    ]
