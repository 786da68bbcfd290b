import pytest

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training_cost import Basis
from digitlab.runs.services.epoch_estimates import EpochEstimator


def test_without_the_database_the_table_is_enough():
    def measured():
        raise DatabaseUnavailable("The database is away.")

    estimator = EpochEstimator(measured)
    assert estimator.get(TrainingConfig()).basis is Basis.YARDSTICK
    assert estimator.get(TrainingConfig()) == estimator.get(TrainingConfig())


def test_a_run_of_the_same_network_is_the_best_base():
    config = TrainingConfig()
    assert EpochEstimator(lambda: [(config, 7.0)]).get(config).seconds == pytest.approx(7.0)
