import dataclasses
import itertools
import random
import threading

import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.data.augmentation import Augmentation
from digitlab.errors import Diverged
from digitlab.networks.calibration import Calibration, apply_temperature, entropy
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.synthesis import cache, handwriting
from digitlab.worker.training import train


def fit(config, digits, **options):
    return train(config, digits.x_train, digits.y_train, **options)


def figures(trained):
    return [(e.loss, e.accuracy, e.validation_loss, e.validation_accuracy) for e in trained.epochs]


def test_a_network_learns_from_a_thousand_digits(digits):
    trained = fit(TrainingConfig(epochs=5, training_digits=1000), digits)
    assert [epoch.epoch for epoch in trained.epochs] == [1, 2, 3, 4, 5]
    assert trained.epochs[-1].validation_accuracy > 0.75
    assert not trained.was_stopped


def test_every_batch_and_epoch_is_reported(digits, small):
    events = []
    fit(small, digits, report=events.append)
    batches = [event for event in events if isinstance(event, Progress)]
    last = batches[-1]
    assert (last.epoch, last.batch, last.batches) == (2, 8, 8)  # 240 digits in batches of 32
    epochs = [event for event in events if isinstance(event, EpochMetrics)]
    assert (last.so_far[-1].loss, last.so_far[-1].accuracy) == (epochs[-1].loss, epochs[-1].accuracy)
    assert sum(isinstance(event, EpochMetrics) for event in events) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"augmentation": Augmentation(shift=2, rotation=10, scale=0.1)},
        {"layers": CONVOLUTIONAL, "schedule": "cosine"},
        {"written_digits": 50, "calibration": True, "averaging": True},
    ],
)
def test_the_same_config_gives_the_same_figures(digits, small, changes):
    config = dataclasses.replace(small, **changes)
    assert figures(fit(config, digits)) == figures(fit(config, digits))


@pytest.mark.parametrize("layers", [None, CONVOLUTIONAL])
def test_the_figures_do_not_hang_on_what_other_threads_draw(digits, small, layers):
    config = dataclasses.replace(small, layers=layers)
    alone = figures(fit(config, digits))
    is_over = threading.Event()

    def draw():
        while not is_over.wait(0.0005):
            random.random()
            np.random.random()  # the generators that everybody shares

    thread = threading.Thread(target=draw)
    thread.start()
    crowded = figures(fit(config, digits))
    is_over.set()
    thread.join()
    assert crowded == alone


def test_another_seed_gives_other_figures(digits, small):
    assert figures(fit(small, digits)) != figures(fit(dataclasses.replace(small, seed=2), digits))


def test_validation_is_the_end_of_the_training_set(digits, small):
    labels = digits.y_train.copy()
    labels[small.fitted_digits : small.training_digits] = 0
    trained = train(dataclasses.replace(small, epochs=5), digits.x_train, labels)
    assert trained.epochs[-1].accuracy > 0.6
    assert trained.epochs[-1].validation_accuracy < 0.4


def test_a_stop_ends_within_one_block_and_keeps_the_network(digits):
    chunks = itertools.count(1)
    events = []
    trained = fit(TrainingConfig(epochs=50), digits, report=events.append, wanted=lambda: next(chunks) < 5)
    assert trained.was_stopped
    assert events[-1].batch == 1000
    assert trained.epochs == []
    assert trained.model.predict(digits.x_test[:1], verbose=0).shape == (1, 10)


def test_a_stop_in_validation_does_not_wait_for_its_end(digits, small):
    config = dataclasses.replace(small, training_digits=60_000, validation_split=0.9, batch_size=1024)
    asked = itertools.count(1)
    trained = fit(config, digits, wanted=lambda: next(asked) <= 3)  # 2 chunks of training, then validation
    assert trained.was_stopped
    assert next(asked) < 6


def test_divergence_is_told_with_its_place_and_a_way_out(digits, small):
    config = dataclasses.replace(small, optimizer="adamw", learning_rate=1000.0, epochs=20)
    events = []
    message = r"^The loss became infinite .* in epoch \d+, batch \d+ of 8.*learning rate was 1000"
    with pytest.raises(Diverged, match=message):
        fit(config, digits, report=events.append)
    assert all(np.isfinite(event.loss) for event in events if isinstance(event, EpochMetrics))


def test_early_stopping_ends_a_training_that_does_not_improve(digits, small):
    config = dataclasses.replace(small, epochs=40, learning_rate=0.05, early_stopping=2)
    trained = fit(config, digits)
    assert len(trained.epochs) < 40
    assert not trained.was_stopped


def test_synthetic_digits_teach_what_is_no_digit(digits, monkeypatch):
    """Those that the lab has drawn already; how they are drawn is another test's subject."""
    (images, labels), (others, none) = cache.digits(), cache.non_digits()
    monkeypatch.setattr(
        handwriting, "synthetic_digits", lambda n, _seed, first: (images[first:][:n], labels[first:][:n])
    )
    monkeypatch.setattr(handwriting, "non_digits", lambda n, _seed, first: (others[first:][:n], none[first:][:n]))
    config = TrainingConfig(preset="fast", epochs=4, training_digits=1000, written_digits=1500, batch_size=64)
    model = fit(config, digits).model
    assert (model.predict(images[1500:], verbose=0).argmax(axis=1) == labels[1500:]).mean() > 0.8
    digit, other = (entropy(model.predict(some, verbose=0)).mean() for some in (images[1500:], others[750:]))
    assert other > digit + 0.5


def test_the_accuracy_counts_digits_alone(digits, small):
    trained = fit(dataclasses.replace(small, epochs=8, written_digits=200), digits)
    assert trained.epochs[-1].accuracy > 0.6  # a third of the pictures have no right answer


def test_the_temperature_is_built_into_the_network(digits):
    config = TrainingConfig(epochs=15, training_digits=1000)
    plain = fit(config, digits)
    calibrated = fit(dataclasses.replace(config, calibration=True), digits)
    assert plain.calibration == Calibration()
    assert calibrated.calibration.temperature > 1  # it learned its examples by heart, and is too sure
    before, after = (t.model.predict(digits.x_test[:500], verbose=0) for t in (plain, calibrated))
    assert after == pytest.approx(apply_temperature(before, calibrated.calibration.temperature), abs=1e-4)


def test_writing_the_digits_is_reported_and_can_be_stopped(digits, small, monkeypatch):
    monkeypatch.setattr("digitlab.worker.training_digits._DRAWN_AT_ONCE", 250)
    events = []
    config = dataclasses.replace(small, written_digits=1000)
    trained = fit(config, digits, report=events.append, wanted=lambda: len(events) < 2)
    assert trained.was_stopped
    assert [(event.epoch, event.batch) for event in events[:2]] == [(0, 0), (0, 1)]
