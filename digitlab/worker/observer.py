"""Observes a network after each epoch of its training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.networks.digit_map import principal_axes
from digitlab.networks.explanation import Floats
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.observation import BINS, LayerObservation, Observation
from digitlab.networks.snapshots import MAP_DIGITS, READ_DIGITS, Snapshot
from digitlab.worker.kernels import kernels, with_kernels
from digitlab.worker.layer_graph import LayerGraph

_PART = 250  # digits at once; their activations and gradients take up to 100 MB
_NORMALIZATIONS = keras.layers.BatchNormalization | keras.layers.LayerNormalization
_MOVED = 0.01  # share of the root mean square of a layer's weights: smaller changes do not count
Observe = Callable[[Observation, Snapshot | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class ObservedDigits:
    """The digits with which a network is observed.

    Attributes:
        images: uint8 (n, 28, 28), validation digits; training digits where there is no validation.
        first: Index of the first of them in the training set.
        learned: uint8 (m, 28, 28), training digits, for the gradient.
        labels: uint8 (m,), of the training digits.
    """

    images: NDArray[np.uint8]
    first: int
    learned: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def digits_for(images: NDArray[np.uint8], labels: NDArray[np.uint8], fitted: int, used: int) -> ObservedDigits:
    """Choose from the training set, whose first `fitted` digits are trained on, and the next up to `used` validate."""
    first = fitted if used > fitted else 0
    shown = images[first : min(first + READ_DIGITS, used)]
    return ObservedDigits(shown, first, images[: min(_PART, fitted)], labels[: min(_PART, fitted)])


class Observer(keras.callbacks.Callback):  # type: ignore[misc]
    """Calls `observe` with an `Observation` after each whole epoch, and with a `Snapshot` after some.

    Comes after the callback that restores a checkpoint, and before the one that restores the best weights at the end.

    Example:
        >>> from digitlab.data import mnist
        >>> from digitlab.worker.build import build
        >>> known = mnist.load()
        >>> digits = digits_for(known.x_train, known.y_train, fitted=100, used=200)
        >>> seen = []
        >>> observer = Observer(digits, lambda *news: seen.append(news), lambda epoch: epoch == 0, epochs=[])
        >>> observer.set_model(build("tutorial", seed=1))
        >>> observer.on_epoch_begin(0)  # before anything is trained
        >>> [(observation.epoch, snapshot.answers.shape) for observation, snapshot in seen]
        [(0, (100,))]
    """

    def __init__(
        self,
        digits: ObservedDigits,
        observe: Observe,
        has_snapshot: Callable[[int], bool],
        epochs: Sequence[EpochMetrics],
        *,
        is_resumed_within: bool = False,
    ) -> None:
        """Take the digits, and what is called.

        Args:
            digits: The digits with which the network is observed.
            observe: Called with each observation, and a snapshot or None.
            has_snapshot: Which epochs get a snapshot, 0 for the state before the first.
            epochs: The figures of whole epochs; the caller adds to them before this callback runs.
            is_resumed_within: Whether the training is resumed within an epoch, so that its first weights are unknown.
        """
        super().__init__()
        self._digits, self._observe, self._has_snapshot, self._epochs = digits, observe, has_snapshot, epochs
        self._knows_before = not is_resumed_within
        self._before: list[Floats] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch == 0 and self._knows_before:
            self._observe_epoch(0)
        if self._knows_before:
            self._before = _kernels(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        is_whole = bool(self._epochs) and self._epochs[-1].epoch == epoch + 1
        if is_whole and all(np.isfinite(kernel).all() for kernel in _kernels(self.model)):
            self._observe_epoch(epoch + 1)
            self._knows_before = True

    def _observe_epoch(self, epoch: int) -> None:
        probe = _probes.get(self.model) or _probes.setdefault(self.model, _Probe(self.model))
        gradients = probe.look(self._digits.learned, self._digits.labels).gradients
        parts = [self._digits.images[start : start + _PART] for start in range(0, len(self._digits.images), _PART)]
        seen = [probe.look(part, np.zeros(len(part), np.uint8)) for part in parts]
        peaks = [np.max(layer, axis=0) for layer in zip(*(part.peaks for part in seen), strict=True)]
        layers = [
            _layer_observation(name, kernel, before, gradient, peak)
            for name, kernel, before, gradient, peak in zip(
                probe.names, _kernels(self.model), self._before or probe.nothing, gradients, peaks, strict=True
            )
        ]
        snapshot = self._snapshot(epoch, seen) if self._has_snapshot(epoch) else None
        self._observe(Observation(epoch=epoch, digits=len(self._digits.images), layers=tuple(layers)), snapshot)

    def _snapshot(self, epoch: int, seen: "list[_Seen]") -> Snapshot:
        hidden = np.concatenate([part.hidden for part in seen])[:MAP_DIGITS]
        axes = principal_axes(hidden, 2)
        return Snapshot(
            epoch=epoch,
            preset=self.model.name,
            weights=self.model.get_weights(),
            first=self._digits.first,
            answers=np.concatenate([part.probabilities for part in seen]).argmax(axis=1).astype(np.uint8),
            axes=axes,
            points=axes.project(hidden),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a network computes from some digits: each layer's gradient norm, and each unit's largest activation."""

    gradients: list[float]
    peaks: list[Floats]
    hidden: Floats
    probabilities: Floats


class _Probe:
    """A network's compiled function for observing it; networks of the pool are trained many times."""

    def __init__(self, model: keras.Model) -> None:
        layers = with_kernels(model.layers)
        self.names = [layer.name for layer in layers]
        self.nothing: list[None] = [None] * len(layers)
        watched = [[kernel.value for kernel in kernels(layer)] for layer in layers]
        graph = LayerGraph(model.layers[1:])
        rectified = [_rectified(graph, layer) for layer in layers]
        outputs = [layer.output for layer in rectified if layer is not None]
        traced = keras.Model(model.inputs, [*outputs, model.get_layer("digits").input, model.output])

        def look(images: tf.Tensor, labels: tf.Tensor) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor, tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(watched)
                *active, hidden, probabilities = traced(images, training=False)
                loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
            norms = [tf.norm(s[0]) if len(s) == 1 else tf.linalg.global_norm(s) for s in tape.gradient(loss, watched)]
            peaks = iter(tf.reduce_max(maps, range(len(maps.shape) - 1)) for maps in active)
            return norms, [tf.zeros(0) if layer is None else next(peaks) for layer in rectified], hidden, probabilities

        signature = [tf.TensorSpec((None, 28, 28), tf.uint8), tf.TensorSpec((None,), tf.uint8)]
        self._look = tf.function(look, input_signature=signature)

    def look(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> _Seen:
        norms, peaks, hidden, probabilities = self._look(images, labels)
        return _Seen(
            [float(norm) for norm in norms], [peak.numpy() for peak in peaks], hidden.numpy(), probabilities.numpy()
        )


_probes: "WeakKeyDictionary[keras.Model, _Probe]" = WeakKeyDictionary()


def _rectified(graph: LayerGraph, layer: keras.layers.Layer) -> keras.layers.Layer | None:
    """Return the layer that applies ReLU to a layer's output, normalized or not; None if there is none."""
    if layer.activation is not keras.activations.linear:
        return layer if layer.activation is keras.activations.relu else None
    follower = graph.follower(layer)
    while isinstance(follower, _NORMALIZATIONS):
        follower = graph.follower(follower)
    return follower if isinstance(follower, keras.layers.ReLU) else None


def _kernels(model: keras.Model) -> list[Floats]:
    """Return the kernel of each layer that has one; of two, all numbers in a row."""
    found = [[np.array(kernel) for kernel in kernels(layer)] for layer in with_kernels(model.layers)]
    return [parts[0] if len(parts) == 1 else np.concatenate([part.ravel() for part in parts]) for parts in found]


def _layer_observation(
    name: str, kernel: Floats, before: Floats | None, gradient: float, peak: Floats
) -> LayerObservation:
    limit = float(np.abs(kernel).max())
    counts, _ = np.histogram(kernel, BINS, (-max(limit, 1e-9), max(limit, 1e-9)))
    change = moved = None
    if before is not None:
        steps, size = np.abs(kernel - before), float(np.sqrt(np.mean(before**2)))
        moved = float(np.mean(steps > _MOVED * size))
        change = float(np.linalg.norm(steps) / max(float(np.linalg.norm(before)), 1e-12))
    return LayerObservation(
        layer=name,
        weights=kernel.size,
        gradient_norm=gradient,
        weight_norm=float(np.linalg.norm(kernel)),
        change=change,
        moved=moved,
        units=len(peak),
        dead=int((peak <= 0).sum()),
        histogram=tuple(int(count) for count in counts),
        limit=limit,
    )
