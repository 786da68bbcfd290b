"""What a worker process is handed, by name: whoever hands it in loads neither Keras nor TensorFlow."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab import events
from digitlab.networks.insight import Growth
from digitlab.runs.experiment import Run
from digitlab.settings import Settings


def perform_next(settings: Settings) -> None:
    """Carry out the waiting run whose turn it is."""
    from digitlab.runs import work

    events.to_stderr()
    work.perform_next(settings)


def leave(patience: float) -> None:
    """Let the runs of this process wait again, for so many seconds; what never trained has nothing to leave."""
    if let_wait := getattr(sys.modules.get("digitlab.runs.work"), "leave", None):  # it may be half imported
        let_wait(patience)


def answer(settings: Settings, question: str, name: str, arguments: tuple[Any, ...]) -> object:
    """Answer a question about a network."""
    from digitlab.runs import answers

    return answers.answer(settings, question, name, arguments)


def grow(settings: Settings, run: Run, image: NDArray[np.uint8]) -> Growth:
    """Let a picture be read by all snapshots of a run."""
    from digitlab.runs import growing

    return growing.grow(settings, run, image)


def warm_up(settings: Settings) -> None:
    """Load what the first training needs."""
    from digitlab.runs import work

    work.warm_up(settings)
