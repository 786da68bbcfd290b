"""A network's answers on a whole set of digits. Without Keras: it takes longer (`benchmarks/scoring.py`)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.recognition import Recogniser
from digitlab.networks.scores import Scores

_BATCH = 16  # digits: a wide dense network reads them seven times faster than one by one, convolutions a bit faster
_MAX = 8  # threads; each opens the network for itself


def evaluate(path: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8], threads: int = 2) -> Scores:
    """Let a saved network, as `Recogniser.load` takes its path, read digits, and hold its answers against the labels.

    Args:
        path: Its `.keras` file with the `.tflite` beside it, which was held against Keras when it was written.
        images: uint8 (n, 28, 28).
        labels: uint8 (n,), 0 to 9.
        threads: How many may read at once.

    Raises:
        ModelNotFound, ModelDamaged: It cannot be opened.
    """
    reader = Recogniser.load(path, threads=min(threads, _MAX), batch=_BATCH)
    return Scores(labels, reader.probabilities(images))
