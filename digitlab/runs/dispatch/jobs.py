"""What a worker process is handed, by name: whoever hands it in loads neither Keras nor TensorFlow."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.runs.records.run import Run
from digitlab.settings import Settings


def run_next(settings: Settings) -> None:
    """Carry out the waiting run whose turn it is."""
    from digitlab.worker import execution

    logs.to_stderr()
    execution.run_next(settings)


def leave(patience: float) -> None:
    """Let the runs of this process wait again, for so many seconds; what never trained has nothing to leave."""
    if let_wait := getattr(sys.modules.get("digitlab.worker.execution"), "leave", None):  # it may be half imported
        let_wait(patience)


def answer(settings: Settings, question: str, name: str, arguments: tuple[Any, ...]) -> object:
    """Answer a question about a network."""
    from digitlab.worker import saved_models

    return saved_models.answer(settings, question, name, arguments)


def readings_by_epoch(settings: Settings, run: Run, image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Let a picture be read by all snapshots of a run."""
    from digitlab.worker import readings_by_epoch

    return readings_by_epoch.readings_by_epoch(settings, run, image)


def warm_up(settings: Settings) -> None:
    """Load what the first training needs."""
    from digitlab.worker import execution

    execution.warm_up(settings)
