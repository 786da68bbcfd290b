"""Looks at a network after each epoch of its training. Imports Keras: for worker processes only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.networks.digit_map import principal_axes
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.observation import BINS, LayerObservation, Observation
from digitlab.networks.snapshots import MAP_DIGITS, READ_DIGITS, Snapshot

_PART = 250  # digits at once; the largest network makes 100 MB of them on their way there and back
_MOVED = 0.01  # of the root mean square of a layer's weights
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """What a network is looked at with.

    Attributes:
        images: uint8 (n, 28, 28), which it does not learn, or, where none are left for that, which it does.
        first: Number of the first of them in the training set.
        learned: uint8 (m, 28, 28), which it learns: the gradient is theirs.
        labels: uint8 (m,), of the learned ones.
    """

    images: NDArray[np.uint8]
    first: int
    learned: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def digits_for(images: NDArray[np.uint8], labels: NDArray[np.uint8], fitted: int, used: int) -> Digits:
    """Choose from the training set, of which `fitted` are learned, and those up to `used` validate."""
    first = fitted if used > fitted else 0
    shown = images[first : min(first + READ_DIGITS, used)]
    return Digits(shown, first, images[: min(_PART, fitted)], labels[: min(_PART, fitted)])


class Observer(keras.callbacks.Callback):  # type: ignore[misc]
    """Hands an `Observation` to `tell` after each whole epoch, and a `Snapshot` where one is wanted.

    Comes after what puts an earlier state back before an epoch, and before what changes the weights at the end.
    """

    def __init__(
        self,
        digits: Digits,
        tell: Callable[[Observation, Snapshot | None], None],
        is_kept: Callable[[int], bool],
        epochs: Sequence[EpochMetrics],
        *,
        is_resumed_within: bool = False,
    ) -> None:
        """Take what it needs to know.

        Args:
            digits: What the network is looked at with.
            tell: Gets what is seen.
            is_kept: Which epochs get a snapshot, 0 for the state before the first.
            epochs: The figures of whole epochs; somebody else adds to them before this is called.
            is_resumed_within: Whether the training goes on within an epoch, whose beginning nobody remembers.
        """
        super().__init__()
        self._digits, self._tell, self._is_kept, self._epochs = digits, tell, is_kept, epochs
        self._knows_before = not is_resumed_within
        self._before: list[Floats] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch == 0 and self._knows_before:
            self._look(0)
        if self._knows_before:
            self._before = _kernels(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        is_whole = bool(self._epochs) and self._epochs[-1].epoch == epoch + 1
        if is_whole and all(np.isfinite(kernel).all() for kernel in _kernels(self.model)):
            self._look(epoch + 1)
            self._knows_before = True

    def _look(self, epoch: int) -> None:
        eye = _eyes.get(self.model) or _eyes.setdefault(self.model, _Eye(self.model))
        gradients = eye.look(self._digits.learned, self._digits.labels).gradients
        parts = [self._digits.images[start : start + _PART] for start in range(0, len(self._digits.images), _PART)]
        seen = [eye.look(part, np.zeros(len(part), np.uint8)) for part in parts]
        peaks = [np.max(layer, axis=0) for layer in zip(*(each.peaks for each in seen), strict=True)]
        layers = [
            _layer_observation(name, kernel, before, gradient, peak)
            for name, kernel, before, gradient, peak in zip(
                eye.names, _kernels(self.model), self._before or eye.nothing, gradients, peaks, strict=True
            )
        ]
        snapshot = self._snapshot(epoch, seen) if self._is_kept(epoch) else None
        self._tell(Observation(epoch=epoch, digits=len(self._digits.images), layers=tuple(layers)), snapshot)

    def _snapshot(self, epoch: int, seen: "list[_Seen]") -> Snapshot:
        hidden = np.concatenate([each.hidden for each in seen])[:MAP_DIGITS]
        axes = principal_axes(hidden, 2)
        return Snapshot(
            epoch=epoch,
            preset=self.model.name,
            weights=self.model.get_weights(),
            first=self._digits.first,
            answers=np.concatenate([each.probabilities for each in seen]).argmax(axis=1).astype(np.uint8),
            axes=axes,
            points=axes.project(hidden),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What some digits make of a network: per layer the gradient's norm, and each unit's largest output."""

    gradients: list[float]
    peaks: list[Floats]
    hidden: Floats
    probabilities: Floats


class _Eye:
    """A network's function for looking at it; compiled once, as networks learn again and again."""

    def __init__(self, model: keras.Model) -> None:
        layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D)]
        self.names = [layer.name for layer in layers]
        self.nothing: list[None] = [None] * len(layers)
        kernels = [layer.kernel.value for layer in layers]
        rectified = [_rectified(model, layer) for layer in layers]
        outputs = [layer.output for layer in rectified if layer is not None]
        way = keras.Model(model.inputs, [*outputs, model.get_layer("digits").input, model.output])

        def look(images: tf.Tensor, labels: tf.Tensor) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor, tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(kernels)
                *active, hidden, probabilities = way(images, training=False)
                loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
            norms = [tf.norm(slope) for slope in tape.gradient(loss, kernels)]
            peaks = iter(tf.reduce_max(maps, range(len(maps.shape) - 1)) for maps in active)
            return norms, [tf.zeros(0) if one is None else next(peaks) for one in rectified], hidden, probabilities

        signature = [tf.TensorSpec((None, 28, 28), tf.uint8), tf.TensorSpec((None,), tf.uint8)]
        self._look = tf.function(look, input_signature=signature)

    def look(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> _Seen:
        norms, peaks, hidden, probabilities = self._look(images, labels)
        return _Seen(
            [float(norm) for norm in norms], [peak.numpy() for peak in peaks], hidden.numpy(), probabilities.numpy()
        )


_eyes: "WeakKeyDictionary[keras.Model, _Eye]" = WeakKeyDictionary()


def _rectified(model: keras.Model, layer: keras.layers.Layer) -> keras.layers.Layer | None:
    """Return the layer that lets no number below 0 through after this one; None for the last."""
    if getattr(layer, "activation", None) is keras.activations.relu:
        return layer
    after = model.layers[model.layers.index(layer) + 1 :]
    return next((each for each in after if isinstance(each, keras.layers.ReLU)), None)


def _kernels(model: keras.Model) -> list[Floats]:
    kinds = keras.layers.Dense | keras.layers.Conv2D
    return [np.array(layer.kernel) for layer in model.layers if isinstance(layer, kinds)]


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
