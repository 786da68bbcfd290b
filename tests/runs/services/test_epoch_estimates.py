import pytest

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training_cost import Basis
from digitlab.runs.services.epoch_estimates import EpochEstimates


def test_without_the_database_the_table_is_enough():
    def measured():
        raise DatabaseUnavailable("The database is away.")

    estimates = EpochEstimates(measured)
    assert estimates.get(TrainingConfig()).basis is Basis.YARDSTICK
    assert estimates.get(TrainingConfig()) == estimates.get(TrainingConfig())


def test_a_run_of_the_same_network_is_the_best_base():
    config = TrainingConfig()
    assert EpochEstimates(lambda: [(config, 7.0)]).get(config).seconds == pytest.approx(7.0)
