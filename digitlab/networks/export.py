"""A network as files: `.keras`, and `.tflite` to read without Keras. Imports Keras: for worker processes only."""

import platform
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged
from digitlab.networks.recognition import SUFFIX, Recogniser

TOLERANCE = 1e-4  # of a probability: float32 sums in another order differ by about 1e-6


def versions() -> dict[str, str]:
    """Return the versions of what makes a network."""
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def export(model: keras.Model, path: Path, samples: NDArray[np.uint8]) -> None:
    """Write `path` (ends in `.keras`) and the `.tflite` beside it.

    Args:
        model: The network.
        path: Where to; the caller sees to it that nobody reads there yet.
        samples: uint8 (n, 28, 28), digits on which both files must agree.

    Raises:
        ModelDamaged: The exported file reads the samples differently.
    """
    reader = path.with_suffix(SUFFIX)
    model.save(path)
    model.export(reader, format="litert", verbose=False)
    difference = np.abs(Recogniser.load(reader).probabilities(samples) - model.predict(samples, verbose=0)).max()
    if not difference <= TOLERANCE:
        raise ModelDamaged(
            f"The exported {reader.name} differs from the network by {difference:.2g} in a probability "
            f"(at most {TOLERANCE:g} is allowed), so it was not kept."
        )
