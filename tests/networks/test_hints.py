"""Each kind of difficulty, trained in earnest and small; and figures that only look like it."""

import dataclasses
import re

import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.errors import Diverged
from digitlab.networks.config import TrainingConfig
from digitlab.networks.hints import hints
from digitlab.networks.layers.kinds import Dense, Flatten
from digitlab.networks.metrics import EpochMetrics
from digitlab.worker import training

BALANCED = np.tile(np.arange(10, dtype=np.uint8), 100)


def trained_hints(digits, **settings):
    config = TrainingConfig.from_preset(settings.pop("preset", "tutorial"), **settings)
    epochs, seen = [], []
    has_diverged = False
    try:
        training.train(
            config,
            digits.x_train,
            digits.y_train,
            report=lambda event: epochs.append(event) if isinstance(event, EpochMetrics) else None,
            observe=lambda observation, _: seen.append(observation),
        )
    except Diverged:
        has_diverged = True
    found = hints(config, digits.y_train[: config.fitted_digits], epochs, seen, has_diverged=has_diverged)
    return {hint.name: hint for hint in found}


def curve(losses, validation, accuracy=0.9):
    return [
        EpochMetrics(
            epoch=number, loss=loss, accuracy=accuracy, validation_loss=other, validation_accuracy=accuracy, seconds=1
        )
        for number, (loss, other) in enumerate(zip(losses, validation, strict=True), start=1)
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 3, "training_digits": 8_000},
        {"epochs": 2, "training_digits": 8_000, "optimizer": "sgd", "learning_rate": 0.05},
        {"preset": "fast", "epochs": 2, "training_digits": 4_000},
    ],
)
def test_a_healthy_training_gets_no_hint(digits, settings):
    assert set(trained_hints(digits, **settings)) <= {"Not converged"}


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": 1.0},
        {"optimizer": "sgd", "learning_rate": 10.0},
        {"layers": CONVOLUTIONAL, "learning_rate": 1.0, "training_digits": 1500},
    ],
)
def test_too_high_a_learning_rate_is_found(digits, settings):
    found = trained_hints(digits, **{"epochs": 3, "training_digits": 4000} | settings)
    assert "Try a tenth" in found["Learning rate too high"].advice
    assert "Learning rate too low" not in found


@pytest.mark.parametrize("settings", [{"learning_rate": 1e-6}, {"optimizer": "sgd", "learning_rate": 1e-4}])
def test_too_low_a_learning_rate_is_found(digits, settings):
    found = trained_hints(digits, epochs=3, training_digits=6000, **settings)
    assert set(found) == {"Learning rate too low"}
    assert f"{settings['learning_rate'] * 10:g}" in found["Learning rate too low"].advice


def test_dead_units_are_counted(digits):
    found = trained_hints(digits, epochs=2, training_digits=6000, learning_rate=0.1)
    assert re.search(r"hidden \d+/128\.", found["Dead units"].evidence)


def test_few_and_unbalanced_digits_are_found(digits):
    found = trained_hints(digits, epochs=10, training_digits=100)
    assert "13 are labelled 1 and only 5 are labelled 2" in found["Unbalanced data"].evidence
    assert "80 digits" in found["Too little data"].evidence


def test_overfitting_ends_where_early_stopping_would(digits):
    config = TrainingConfig(epochs=30, training_digits=500, batch_size=16)
    epochs = training.train(config, digits.x_train, digits.y_train).epochs
    found = {hint.name: hint for hint in hints(config, digits.y_train[: config.fitted_digits], epochs)}
    stopping = dataclasses.replace(config, early_stopping=3)
    ended = training.train(stopping, digits.x_train, digits.y_train).epochs[-1].epoch
    assert f"would have ended at epoch {ended} " in found["Overfitting"].evidence


def test_divergence_means_a_learning_rate_that_is_too_high():
    (hint,) = hints(TrainingConfig(learning_rate=50.0), BALANCED, [], has_diverged=True)
    assert (hint.name, hint.advice) == ("Learning rate too high", "Try a tenth of the learning rate, 5.")


def test_two_rising_losses_are_not_overfitting():
    epochs = curve([0.5, 0.45, 0.5, 0.52, 0.5], [0.5, 0.4, 0.5, 0.5, 0.5])
    assert "Overfitting" not in {hint.name for hint in hints(TrainingConfig(epochs=5), BALANCED, epochs)}


def test_loss_that_still_falls_is_a_hint_in_the_last_epoch():
    epochs = curve([1.0, 0.6, 0.4], [0.9, 0.6, 0.4])
    assert [hint.name for hint in hints(TrainingConfig(epochs=3), BALANCED, epochs)] == ["Not converged"]
    assert hints(TrainingConfig(epochs=4), BALANCED, epochs) == []


def test_loss_that_only_recovers_is_no_hint_to_resume():
    epochs = curve([0.3, 0.1, 0.05, 0.03, 0.02, 0.01], [0.2, 0.1, 0.15, 0.14, 0.15, 0.12])
    assert [hint.name for hint in hints(TrainingConfig(epochs=6), BALANCED, epochs)] == ["Overfitting"]


def test_training_without_an_epoch_gets_no_hints():
    assert hints(TrainingConfig(), BALANCED, []) == []


def test_a_penalty_of_weights_is_not_compared_with_guessing():
    epochs = curve([9.0, 8.9, 8.8], [9.0, 8.9, 8.8])
    assert "Learning rate too high" in {hint.name for hint in hints(TrainingConfig(), BALANCED, epochs)}
    config = TrainingConfig(layers=(Flatten(), Dense(units=8, l2=0.1)))
    assert "Learning rate too high" not in {hint.name for hint in hints(config, BALANCED, epochs)}
