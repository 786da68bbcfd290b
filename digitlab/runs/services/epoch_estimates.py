"""How long an epoch of a training would take here: from the runs of this lab and the table of costs."""

from collections.abc import Callable
from functools import cache

from digitlab.errors import DatabaseUnavailable
from digitlab.networks import training_cost
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training_cost import EpochEstimate


class EpochEstimator:
    """Estimates the seconds of an epoch. Cheap enough for each change of a form, and thread-safe.

    Example:
        >>> config = TrainingConfig()
        >>> round(EpochEstimator(lambda: [(config, 7.0)]).get(config).seconds, 3)
        7.0
    """

    def __init__(self, measured: Callable[[], list[tuple[TrainingConfig, float]]]) -> None:
        """Take a function that returns settings of runs here, and the seconds of an epoch of each."""
        self._measured = measured
        self._yardstick = cache(training_cost.yardstick)

    def get(self, config: TrainingConfig) -> EpochEstimate:
        """Return how long an epoch would take; without the database, from the table alone."""
        try:
            measured = self._measured()
        except DatabaseUnavailable:
            measured = []
        return training_cost.estimate(config, measured, self._yardstick, training_cost.table())
