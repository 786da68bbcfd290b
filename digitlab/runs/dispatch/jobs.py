"""What worker processes can be asked: a typed function for each question.

This is the only module that imports `digitlab.worker`.

Each function imports `digitlab.worker` when it runs. Dask pickles a function by its dotted name, so a caller that hands
one over loads neither Keras nor TensorFlow. The command line calls some of them in its own process.
"""

import sys
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.networks.config import TrainingConfig
from digitlab.networks.digit_map import MapAxes
from digitlab.networks.explanation import (
    ActivationTrace,
    Counterfactual,
    Floats,
    HeatMaps,
    Neuron,
    ReadingsByEpoch,
    TopActivations,
)
from digitlab.networks.file_formats import ExportedFile
from digitlab.networks.range_test import RangeTest
from digitlab.networks.step_effect import SingleStep
from digitlab.runs.records.run import CommandLineOptions, Run
from digitlab.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class Ask(Protocol):
    """Asks a worker a question, and waits for the answer."""

    def __call__(self, question: Callable[Concatenate[Settings, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `question(settings, *args, **kwargs)` returns in a worker."""


# -- training


def warm_up(settings: Settings) -> None:
    """Load what the first training needs."""
    from digitlab.worker import execution

    execution.warm_up(settings)


def load_training() -> None:
    """Import what trainings need, in this process."""
    from digitlab.worker import execution  # noqa: F401


def run_next(settings: Settings) -> None:
    """Train the run that is first in the queue; do nothing if none waits."""
    from digitlab.worker import execution

    logs.to_stderr()
    execution.run_next(settings)


def run_to_end(settings: Settings, number: int, worker: str, options: CommandLineOptions | None) -> None:
    """Train a run that `worker` has claimed to its end."""
    from digitlab.worker import execution

    execution.run_to_end(settings, number, worker, options)


def train_one_batch(settings: Settings, number: int) -> SingleStep:
    """Train the next batch of a paused run, and say what that did."""
    from digitlab.worker import single_step

    return single_step.train_one_batch(settings, number)


def leave(patience: float) -> None:
    """Queue this process' runs again; wait at most `patience` seconds for it. Nothing to do if it never trained."""
    if requeue := getattr(sys.modules.get("digitlab.worker.execution"), "leave", None):  # it may be half imported
        requeue(patience)


def find_learning_rate(settings: Settings, config: TrainingConfig) -> RangeTest:
    """Train a network for some seconds while its learning rate rises."""
    from digitlab.data import mnist_source
    from digitlab.worker import execution, learning_rate_range

    digits = mnist_source.load(settings.data)
    is_training = execution.is_training
    return learning_rate_range.learning_rate_range(config, digits.x_train, digits.y_train, is_training=is_training)


def find_learning_rate_aside(settings: Settings, config: TrainingConfig) -> RangeTest:
    """Do the same in a worker of Dask's, which answers other questions meanwhile."""
    from distributed import secede

    secede()
    return find_learning_rate(settings, config)


# -- questions about a network, by its name; images are uint8 (28, 28) or (n, 28, 28)


def activations(settings: Settings, model: str, image: NDArray[np.uint8]) -> ActivationTrace:
    """Follow an image through all layers."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).activations(image)


def hidden(settings: Settings, model: str, images: NDArray[np.uint8]) -> Floats:
    """Return the inputs of the last layer, float32 (n, width)."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).hidden(images)


def map_axes(settings: Settings, model: str, images: NDArray[np.uint8], count: int) -> MapAxes:
    """Find the directions in which images differ most in the last hidden layer."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).map_axes(images, count)


def map_points(settings: Settings, model: str, images: NDArray[np.uint8], axes: MapAxes) -> Floats:
    """Return where images lie along such axes, float32 (n, count)."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).map_points(images, axes)


def heat_maps(settings: Settings, model: str, image: NDArray[np.uint8], digit: int) -> HeatMaps:
    """Say which pixels a digit's logit depends on."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).heat_maps(image, digit)


def pixel_evidence(settings: Settings, model: str, image: NDArray[np.uint8]) -> Floats:
    """Return the gradient of each digit's logit by the pixels, float32 (10, 28, 28)."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).pixel_evidence(image)


def first_weights(settings: Settings, model: str) -> Floats:
    """Return the first layer's weights, float32 (n, height, width)."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).first_weights()


def top_activations(settings: Settings, model: str, images: NDArray[np.uint8], layer: str) -> TopActivations:
    """Find the images that activate each filter of a convolution most."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).top_activations(images, layer)


def neuron(
    settings: Settings, model: str, image: NDArray[np.uint8], layer: str, unit: int, row: int = 0, column: int = 0
) -> Neuron:
    """Return the arithmetic of one neuron."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).neuron(image, layer, unit, row, column)


def counterfactuals(settings: Settings, model: str, image: NDArray[np.uint8]) -> list[Counterfactual]:
    """Change an image into each other digit by as little as possible; the smallest change first."""
    from digitlab.worker import saved_models

    return saved_models.explainer(settings, model).counterfactuals(image)


def export_model(settings: Settings, model: str, kind: str) -> ExportedFile:
    """Return a network as a file of a kind in `FORMATS`, checked against the network."""
    from digitlab.worker import saved_models

    return saved_models.export_model(settings, model, kind)


def readings_by_epoch(settings: Settings, run: Run, image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Read an image with all snapshots of a run."""
    from digitlab.worker import readings_by_epoch

    return readings_by_epoch.readings_by_epoch(settings, run, image)
