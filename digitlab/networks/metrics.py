"""What a training reports while it runs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochMetrics:
    """The metrics of one finished epoch.

    Attributes:
        epoch: 1 for the first.
        loss: Mean cross-entropy per digit (nats) over the epoch, as Keras reports it while it trains.
        accuracy: Share of the training digits that is read correctly, 0 to 1, likewise.
        validation_loss: The loss on the validation digits after the epoch; None without a validation split.
        validation_accuracy: The accuracy on them, likewise.
        seconds: Duration of the epoch, validation included.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialMetrics:
    """The metrics of an epoch so far, after `batch` of its batches; the names are those of `EpochMetrics`."""

    batch: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress within an epoch: `batch` of `batches` are done in `epoch` (1 for the first).

    Epoch 0 is the drawing of synthetic digits before the first; its batches are the chunks in which they are drawn.

    Attributes:
        so_far: The metrics of this epoch at a few of its batches, in order; the last are the newest.
    """

    epoch: int
    batch: int
    batches: int
    so_far: tuple[PartialMetrics, ...] = ()


Report = Callable[[EpochMetrics | Progress], None]
