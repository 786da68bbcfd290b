"""Reads digits with a network's snapshots, one after the other."""

import threading
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.networks.layers.layer_figures import Stack
from digitlab.networks.snapshots import Snapshot
from digitlab.worker import build


class SnapshotReader:
    """A network of one kind that takes any snapshot's weights; threads may share it.

    Example:
        >>> from digitlab.networks.digit_map import MapAxes
        >>> reader = SnapshotReader("tutorial")
        >>> axes = MapAxes(np.zeros(128, np.float32), np.eye(128, 2, dtype=np.float32), np.ones(2, np.float32))
        >>> snapshot = Snapshot(
        ...     epoch=0,
        ...     preset="tutorial",
        ...     weights=[np.zeros(weight.shape, np.float16) for weight in build.build("tutorial", 1).weights],
        ...     first=0,
        ...     answers=np.zeros(0, np.uint8),
        ...     axes=axes,
        ...     points=np.zeros((0, 2), np.float32),
        ... )
        >>> readings = reader.readings_by_epoch([snapshot], np.zeros((28, 28), np.uint8))
        >>> readings.epochs, round(float(readings.probabilities[0, 7]), 3)
        ((0,), 0.1)
    """

    def __init__(self, preset: str, layers: Stack | None = None) -> None:
        """Build a preset's network, or that of other layers; its function is compiled with the first image."""
        self._model = build.build(preset, 1, layers)
        readings = keras.Model(self._model.inputs, [self._model.get_layer("digits").input, self._model.output])
        signature = [tf.TensorSpec((None, 28, 28), tf.uint8)]
        self._through = tf.function(lambda images: readings(images, training=False), input_signature=signature)
        self._lock = threading.Lock()  # the weights are one snapshot's at a time

    def readings_by_epoch(self, snapshots: Sequence[Snapshot], image: NDArray[np.uint8]) -> ReadingsByEpoch:
        """Read an image, uint8 (28, 28), as the network did after each snapshot's epoch."""
        probabilities, places = [], []
        with self._lock:
            for snapshot in snapshots:
                for variable, values in zip(self._model.weights, snapshot.weights, strict=True):
                    variable.assign(values.astype(np.float32))
                hidden, answer = self._through(image[np.newaxis])
                probabilities.append(answer.numpy()[0])
                places.append(snapshot.axes.project(hidden.numpy())[0])
        return ReadingsByEpoch(
            tuple(snapshot.epoch for snapshot in snapshots), np.array(probabilities), np.array(places)
        )
