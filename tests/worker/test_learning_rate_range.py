import dataclasses

import numpy as np

from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import Dense, Flatten
from digitlab.networks.range_test import Ending
from digitlab.worker.learning_rate_range import learning_rate_range


def test_a_range_test_falls_diverges_and_can_be_repeated(digits):
    config = TrainingConfig(training_digits=2000, optimizer="sgd", written_digits=500, calibration=True)
    test = learning_rate_range(config, digits.x_train, digits.y_train)
    assert test.ending in (Ending.DONE, Ending.DIVERGED)
    assert np.isfinite(test.losses).all()
    assert 0.005 < test.suggested < 1
    again = learning_rate_range(dataclasses.replace(config, epochs=3), digits.x_train, digits.y_train)
    if len(again.losses) == len(test.losses):  # fewer on a machine that is suddenly slower
        assert again == test


def test_a_penalty_is_no_part_of_the_curve(digits):
    layers = (Flatten(), Dense(units=64, l2=1.0))
    config = TrainingConfig(training_digits=2000, batch_size=256, layers=layers)
    test = learning_rate_range(config, digits.x_train, digits.y_train)
    assert 1.5 < test.losses[0] < 4  # the whole loss, with the squares of 50,000 weights, is above 100


def test_a_range_test_ends_when_its_time_is_over(digits):
    config = TrainingConfig(training_digits=100, batch_size=4096)
    test = learning_rate_range(config, digits.x_train, digits.y_train, is_training=lambda: True, patience=0)
    assert test.ending is Ending.OUT_OF_TIME
    assert test.batch_size == 80
    assert test.suggested is None
    assert test.summary
