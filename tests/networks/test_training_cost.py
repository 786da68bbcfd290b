import dataclasses
import json
import math
import runpy
import statistics

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import KINDS, Conv2D, Dense, Flatten
from digitlab.networks.training_cost import Basis, estimate, table, yardstick
from digitlab.settings import ROOT

MEASURED = json.loads((ROOT / "tests" / "networks" / "measured_trainings.json").read_text())
OWN = TrainingConfig(layers=(Conv2D(filters=8), Flatten(), Dense(units=32)))


@pytest.fixture(scope="module")
def fit():
    return runpy.run_path(str(ROOT / "scripts" / "training_cost_fit.py"))


def test_the_table_is_fitted_to_what_was_measured(fit):
    fitted = fit["table_of"](MEASURED, table().machine, table().yardstick)
    assert fitted.spreads == pytest.approx(table().spreads, rel=0.02)
    assert fitted.own_spread == pytest.approx(table().own_spread, rel=0.02)
    for training in MEASURED.values():
        assert fit["error"](fitted, training) == pytest.approx(fit["error"](table(), training), abs=0.02)


def test_the_table_holds_for_networks_that_were_left_out(fit):
    errors = fit["left_out_errors"](MEASURED)
    assert len(errors) >= 90
    assert abs(statistics.median(errors.values())) < math.log(1.1)
    assert statistics.median(map(abs, errors.values())) < math.log(1.3)
    spreads = table().spreads
    within = [abs(error) < math.log(spreads[fit["way_of"](MEASURED[name])] * 1.01) for name, error in errors.items()]
    assert statistics.fmean(within) >= 0.8
    assert max(spreads.values()) < 2.2


def test_each_type_of_layer_was_measured():
    measured = {layer["type"] for training in MEASURED.values() for layer in training["layers"]}
    assert measured == set(KINDS)


def test_more_to_do_takes_longer():
    seconds = table().seconds
    assert seconds(dataclasses.replace(OWN, training_digits=6000)) < 0.3 * seconds(OWN)
    assert seconds(dataclasses.replace(OWN, batch_size=256)) < seconds(OWN)
    assert seconds(dataclasses.replace(OWN, augmentation=Augmentation(elastic=1.0))) > seconds(OWN)
    assert seconds(dataclasses.replace(OWN, written_digits=10_000)) > seconds(OWN)
    assert seconds(dataclasses.replace(OWN, validation_split=0.0)) > seconds(OWN)


def test_trainings_here_count_most():
    def yardstick_here():
        pytest.fail("trainings are known")

    slow = dataclasses.replace(OWN, batch_size=64)
    same, other = [(slow, 3 * table().seconds(slow))], [(TrainingConfig(), 2 * table().seconds(TrainingConfig()))]
    found = estimate(OWN, other + same, yardstick_here, table())
    assert (found.basis, found.seconds) == (Basis.SAME, pytest.approx(3 * table().seconds(OWN)))
    less_sure = estimate(OWN, other, yardstick_here, table())
    assert (less_sure.basis, less_sure.seconds) == (Basis.OTHERS, pytest.approx(2 * table().seconds(OWN)))
    assert less_sure.high / less_sure.low > found.high / found.low
    assert less_sure.low < less_sure.seconds < less_sure.high


def test_without_trainings_arithmetic_tells_the_speed():
    found = estimate(OWN, [], lambda: 2 * table().yardstick, table())
    assert (found.basis, found.seconds) == (Basis.YARDSTICK, pytest.approx(2 * table().seconds(OWN)))
    assert found.high / found.seconds > table().spread_of(OWN)
    assert 0 < yardstick() < 5
