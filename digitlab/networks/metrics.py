"""What a training reports while it runs. No Keras here: pages and the store read these, too."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochMetrics:
    """The figures of one finished epoch.

    Attributes:
        epoch: 1 for the first.
        loss: Mean cross-entropy per digit (nats) over the epoch, as Keras reports it while it learns.
        accuracy: Share of the fitted digits read correctly, 0 to 1, likewise.
        validation_loss: The same on the validation digits after the epoch; None without any.
        validation_accuracy: The same for the accuracy.
        seconds: Duration of the epoch, validation included.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a training is within an epoch: `batch` of `batches` done in `epoch` (1 for the first).

    Epoch 0 is the writing of digits before the first; its batches are the parts that they are written in.
    """

    epoch: int
    batch: int
    batches: int


Report = Callable[[EpochMetrics | Progress], None]
