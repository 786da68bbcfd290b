"""The learning-rate range test on curves that are made up: what it suggests, and what it says where it cannot."""

import dataclasses

import numpy as np
import pytest

from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.networks.range_test import (
    HIGH,
    LOW,
    DivergenceCheck,
    Ending,
    RangePlan,
    RangeTest,
    find_lowest,
    plan,
    range_test_config,
    smooth,
    suggest,
)

RATES = np.geomspace(LOW, HIGH, 120)


def valley(steepest=0.01, noise=0.0):
    """Return losses that fall fastest at one rate, and rise after about five times that rate."""
    fall = 2.3 - 2 / (1 + (steepest / RATES) ** 2)
    rise = (RATES / steepest / 20) ** 2
    return fall + rise + np.random.default_rng(1).normal(0, noise, len(RATES))


def result(losses, ending=Ending.DONE):
    return RangeTest(rates=tuple(RATES[: len(losses)]), losses=tuple(losses), batch_size=32, ending=ending)


@pytest.mark.parametrize("steepest", [0.0003, 0.003, 0.03])
@pytest.mark.parametrize("noise", [0, 0.15])
def test_the_suggestion_is_where_the_loss_falls_fastest(steepest, noise):
    assert 0.4 < suggest(RATES, valley(steepest, noise=noise)) / steepest < 2.5


def test_the_suggestion_is_a_tenth_to_a_third_of_the_lowest():
    early = 2.3 - 0.3 * np.log10(RATES / LOW) - np.exp(-(np.log10(RATES / 1e-4) ** 2)) + RATES**2
    late = 2.3 - 2 * np.exp(-(np.log10(RATES / 0.1) ** 2) * 20) + RATES
    for losses in (early, late):
        assert 0.08 < suggest(RATES, losses) / RATES[find_lowest(smooth(RATES, losses))] < 0.35


def test_a_second_fall_does_not_count():
    bump = 0.8 * np.exp(-(np.log10(RATES / 0.05) ** 2) * 20)
    losses = 2.4 - 2 / (1 + (0.0015 / RATES) ** 2) + bump - 0.2 * np.exp(-(np.log10(RATES / 0.3) ** 2) * 20)
    assert losses.argmin() > 80
    assert 0.001 < suggest(RATES, losses) < 0.003


@pytest.mark.parametrize("losses", [np.full(120, 2.3), np.linspace(2.3, 9, 120), [2.3], []])
def test_a_loss_that_never_falls_suggests_nothing(losses):
    test = result(losses)
    assert test.suggested is None
    assert "nothing to suggest" in test.summary


def test_a_test_that_was_cut_off_suggests_only_what_is_sure():
    losses = valley()
    assert result(losses[:70], Ending.OUT_OF_TIME).suggested is None
    assert "less busy" in result(losses[:70], Ending.OUT_OF_TIME).summary
    assert result(losses[:110], Ending.OUT_OF_TIME).suggested == pytest.approx(0.01, rel=0.5)


def test_divergence_is_noticed_not_noise():
    calm, wild, lost = (DivergenceCheck(120) for _ in range(3))
    assert not any(map(calm, valley(noise=0.2)[:75]))
    assert any(map(wild, valley()))
    assert lost(float("nan"))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("batch_size", [1, 32, 4096])
def test_each_training_has_a_plan_that_costs_little(preset, batch_size):
    config = range_test_config(TrainingConfig.from_preset(preset, batch_size=batch_size))
    planned = plan(config)
    assert 1 <= planned.batch_size <= batch_size
    assert planned.batch_size * planned.steps >= 960
    assert planned == plan(dataclasses.replace(config, seed=2))


def test_a_slow_machine_takes_fewer_steps_over_the_same_rates():
    planned = RangePlan(batch_size=32, steps=120)
    for seconds, steps in ((0.01, 120), (0.05, 60), (0.1, 30), (9, 30)):
        rates = planned.rates(seconds, 4)
        assert len(rates) == steps
        assert rates[[0, -1]] == pytest.approx([LOW, HIGH])


def test_settings_without_effect_on_the_test_are_left_out():
    config = TrainingConfig.from_preset("handwriting")
    other = dataclasses.replace(config, learning_rate=0.5, epochs=3, schedule="one-cycle", early_stopping=2)
    assert range_test_config(config) == range_test_config(other)
    assert range_test_config(config) != range_test_config(dataclasses.replace(config, optimizer="sgd"))
