import dataclasses

import keras
import numpy as np
import pytest
from brief_tuning import tune_briefly

from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.scores import Scores
from digitlab.worker import build, fine_tuning, keras_files

CONFIG = fine_tuning_config(TrainingConfig.from_preset("tutorial"), FineTuning(base="tutorial", learned=(1,)))


@pytest.fixture
def network(ready_made):
    return keras_files.load(ready_made / "tutorial.keras")


def upside_down(digits, part):
    """A strange hand: sevens and fours on their heads."""
    chosen = np.flatnonzero(np.isin(digits.y_test, (4, 7)))[part]
    return digits.x_test[chosen][:, ::-1], digits.y_test[chosen]


def tuned(network, config, own, digits, **asked):
    mnist, validation = (slice(0, 48_000), slice(48_000, 60_000))
    parts = ((digits.x_train[part], digits.y_train[part]) for part in (mnist, validation))
    return fine_tuning.fine_tune(network, config, own, *parts, **asked)


@pytest.fixture(scope="module")
def tuned_once(ready_made, digits):
    """A brief tuning, and all that it reported."""
    events = []
    with pytest.MonkeyPatch.context() as patch:
        tune_briefly(patch)
        network, own = keras_files.load(ready_made / "tutorial.keras"), upside_down(digits, slice(0, 12))
        return tuned(network, CONFIG, own, digits, report=events.append), events


def accuracy(network, pictures):
    images, labels = pictures
    return Scores(labels, network.predict(images, batch_size=500, verbose=0)).accuracy


def test_thirty_drawings_teach_a_hand_and_mnist_is_kept(network, digits, monkeypatch):
    """Also with a third of the pictures."""
    monkeypatch.setattr(fine_tuning, "_MAX_PICTURES", 100_000)
    own, held_back = upside_down(digits, slice(0, 30)), upside_down(digits, slice(30, 230))
    test = digits.x_test, digits.y_test
    hand, mnist = accuracy(network, held_back), accuracy(network, test)
    found = tuned(network, CONFIG, own, digits)
    assert hand < 0.5
    assert 1 - accuracy(found.model, held_back) < 0.5 * (1 - hand)
    assert accuracy(found.model, test) > mnist - 0.003  # a hand as strange as this one costs something


def test_a_tuned_network_opens_without_digitlab_s_loss(tuned_once, digits, tmp_path):
    tuned_once[0].model.save(tmp_path / "tuned.keras")
    again = keras.saving.load_model(tmp_path / "tuned.keras")
    assert again.evaluate(digits.x_test[:500], digits.y_test[:500], verbose=0)[1] > 0.9


def test_equal_seeds_give_equal_figures(network, tuned_once, brief, digits):
    found = [tuned_once[0], tuned(network, CONFIG, upside_down(digits, slice(0, 12)), digits)]
    assert found[0].epochs[0].loss == found[1].epochs[0].loss
    for first, other in zip(*(result.model.get_weights() for result in found), strict=True):
        np.testing.assert_array_equal(first, other)


def test_it_reports_its_epochs_and_stops_where_it_is_not_wanted(network, tuned_once, brief, digits):
    found, events = tuned_once
    assert [epoch.epoch for epoch in found.epochs] == list(range(1, CONFIG.epochs + 1))
    assert events[-1] == found.epochs[-1]
    stopped = tuned(network, CONFIG, upside_down(digits, slice(0, 12)), digits, wanted=lambda: False)
    assert stopped.was_stopped
    assert stopped.epochs == []


def test_a_network_that_averages_is_tuned_by_one_view(digits):
    network = build.averaged(build.build("fast", seed=1))
    view = fine_tuning.one_view(network)
    before = network.predict(digits.x_test[:5], verbose=0)
    view.set_weights([weights + 0.01 for weights in view.get_weights()])
    assert view.predict(digits.x_test[:5], verbose=0).shape == (5, 10)
    assert np.abs(network.predict(digits.x_test[:5], verbose=0) - before).max() > 1e-4


def test_normalization_can_be_trained_after_fine_tuning(brief, digits):
    network = build.build("fast", seed=1)
    config = fine_tuning_config(TrainingConfig.from_preset("fast"), FineTuning(base="fast", learned=(1,)))
    means = network.get_layer("normalization_1").moving_mean.numpy()
    tuned(
        network, dataclasses.replace(config, epochs=1), upside_down(digits, slice(0, 12)), digits, wanted=lambda: False
    )
    layer = network.get_layer("normalization_1")
    assert isinstance(layer, keras.layers.BatchNormalization)
    assert layer.trainable
    np.testing.assert_array_equal(layer.moving_mean.numpy(), means)


@pytest.mark.parametrize(("distance", "expected"), [(0.1, 0.6), (0.2, 0.3), (1.0, 0.15)])
def test_a_way_that_loses_too_much_is_known_by_few_digits(network, digits, monkeypatch, distance, expected):
    watched = digits.x_train[48_000:50_000], digits.y_train[48_000:50_000]
    old, before = network.get_weights(), fine_tuning._read(network, watched)
    rng = np.random.default_rng(1)
    far = [weights + distance * rng.normal(0, weights.std(), weights.shape) for weights in old]

    def missed(alpha):
        network.set_weights([a + alpha * (b - a) for a, b in zip(old, far, strict=True)])
        return int((network.predict(watched[0], batch_size=500, verbose=0).argmax(axis=1) != watched[1]).sum())

    most = missed(0) + round(fine_tuning._MAX_LOST * 2000)
    kept = [alpha for alpha in fine_tuning._ALPHAS if missed(alpha) <= most]
    assert max(kept, default=fine_tuning._ALPHAS[-1]) == expected
    assert bool(kept) == (distance < 1)  # else none keeps enough, and the shortest is gone
    sizes = []
    read = fine_tuning._read
    monkeypatch.setattr(fine_tuning, "_read", lambda learner, some: sizes.append(len(some[1])) or read(learner, some))
    network.set_weights(far)
    alpha, after = fine_tuning._interpolate(network, old, before, watched)
    assert alpha == expected
    assert np.array_equal(after, read(network, watched))
    assert sum(sizes) < 0.6 * 2000 * (fine_tuning._ALPHAS.index(alpha) + 1)
