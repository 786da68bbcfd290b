import dataclasses

import keras
import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.worker import model_pool
from digitlab.worker.training import train


def weights(model):
    return np.concatenate([values.ravel() for values in model.get_weights()])


@pytest.mark.parametrize("changes", [{}, {"layers": CONVOLUTIONAL}, {"schedule": "cosine"}, {"optimizer": "rmsprop"}])
def test_a_network_taken_again_learns_as_a_new_one_would(digits, small, changes):
    config = dataclasses.replace(small, **changes)
    model_pool._pool.clear()
    first = weights(train(config, digits.x_train, digits.y_train).model)
    train(dataclasses.replace(config, seed=2), digits.x_train, digits.y_train)
    assert np.array_equal(weights(train(config, digits.x_train, digits.y_train).model), first)


def test_another_learning_rate_holds_for_a_network_taken_again(small):
    model = model_pool.acquire(small)
    model_pool.release(model, small)
    again = model_pool.acquire(dataclasses.replace(small, learning_rate=0.02))
    assert again is model
    assert float(again.optimizer.learning_rate) == pytest.approx(0.02)


def test_nobody_gets_a_network_that_is_learning(small):
    assert model_pool.acquire(small) is not model_pool.acquire(small)


def test_a_released_network_does_not_change_any_more(digits, small):
    trained = train(small, digits.x_train, digits.y_train).model
    before = weights(trained)
    train(dataclasses.replace(small, seed=5), digits.x_train, digits.y_train)
    assert np.array_equal(weights(trained), before)


def test_keras_alone_evaluates_and_trains_a_saved_network(digits, small, tmp_path):
    train(dataclasses.replace(small, written_digits=50), digits.x_train, digits.y_train).model.save(
        tmp_path / "a.keras"
    )
    model = keras.models.load_model(tmp_path / "a.keras")
    loss, accuracy = model.evaluate(digits.x_test[:200], digits.y_test[:200], verbose=0)
    assert 0 < loss < 3
    assert accuracy > 0.3


def test_only_a_few_networks_are_kept(small, monkeypatch, max_pooled):
    monkeypatch.setattr(model_pool, "_MAX_POOLED", max_pooled)
    configs = [dataclasses.replace(small, batch_size=size) for size in (8, 16, 24, 32, 40)]
    for config in configs:
        model_pool.release(model_pool.acquire(config), config)
    assert len(model_pool._pool) == max_pooled == 3


def test_a_new_network_without_validation_reports_its_epochs(digits, small):
    model_pool._pool.clear()
    trained = train(dataclasses.replace(small, validation_split=0.0), digits.x_train, digits.y_train)
    assert len(trained.epochs) == small.epochs
