"""Evaluates a network on a whole set of digits, on LiteRT: Keras takes longer (`benchmarks/scoring.py`)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.recognition import Recogniser
from digitlab.networks.scores import Scores

_BATCH = 16  # digits: a wide dense network reads a batch seven times faster than single digits, convolutions slightly
_MAX_THREADS = 8  # each opens the network for itself


def evaluate(path: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8], threads: int = 2) -> Scores:
    """Let a saved network read digits, and return its answers with the labels.

    Args:
        path: As `Recogniser.load` takes it. The `.tflite` file was compared with Keras when it was written.
        images: uint8 (n, 28, 28).
        labels: uint8 (n,), 0 to 9.
        threads: How many threads read at once.

    Raises:
        ModelNotFound, ModelDamaged: The network cannot be opened.
    """
    reader = Recogniser.load(path, threads=min(threads, _MAX_THREADS), batch=_BATCH)
    return Scores(labels, reader.probabilities(images))
