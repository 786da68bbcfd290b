"""Downloads MNIST by Keras, in a process of its own: `python -m digitlab.worker.mnist_download PATH`."""

import sys
import tempfile
from pathlib import Path

import keras
import numpy as np


def download(path: Path) -> None:
    """Download MNIST by Keras, or take it from Keras' cache, and write it to `path`; `data.mnist` checks it."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
        np.savez_compressed(file, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    Path(file.name).replace(path)


if __name__ == "__main__":
    download(Path(sys.argv[1]))
