"""What a single training step did: to one batch's loss, and to each layer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_PICTURES = 32  # pictures of a batch that are returned


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStep:
    """What a step did to one layer's trainable weights, all taken together as a vector.

    Attributes:
        layer: Its name.
        weights: How many weights it has.
        gradient_norm: Length of the gradient of the batch's loss.
        weight_norm: Length of the weights before the step.
        moved: Length of the difference that the step made.

    Example:
        >>> LayerStep(layer="digits", weights=1290, gradient_norm=1.5, weight_norm=4.0, moved=0.02).share_moved
        0.005
    """

    layer: str
    weights: int
    gradient_norm: float
    weight_norm: float
    moved: float

    @property
    def share_moved(self) -> float:
        """How far the weights moved, as a share of their length; 0 if they all were 0."""
        return self.moved / self.weight_norm if self.weight_norm else 0.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SingleStep:
    """What a training step did.

    The losses are those that the step works on: with batch normalization by the batch, with the same units dropped
    before and after, and with L2 penalties.

    Attributes:
        batch: The number of the batch over all epochs, 1 for the very first.
        epoch: Its epoch, 1 for the first.
        batch_of_epoch: Its number within the epoch, likewise.
        batches_per_epoch: How many the epoch has.
        rate: The learning rate.
        digits: How many digits the batch has.
        images: uint8 (n, 28, 28), the first `MAX_PICTURES` of them, augmented as they were trained on.
        labels: uint8 (n,).
        loss_before: The batch's loss before the step, in nats.
        loss_after: Its loss after the step.
        layers: What became of each layer that learns.
    """

    batch: int
    epoch: int
    batch_of_epoch: int
    batches_per_epoch: int
    rate: float
    digits: int
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    loss_before: float
    loss_after: float
    layers: tuple[LayerStep, ...]
