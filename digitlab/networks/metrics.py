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

    Example:
        >>> Progress(epoch=2, batch=3, batches=8).trained
        11
    """

    epoch: int
    batch: int
    batches: int
    so_far: tuple[PartialMetrics, ...] = ()

    @property
    def trained(self) -> int:
        """How many batches were trained, over all epochs."""
        return (self.epoch - 1) * self.batches + self.batch if self.epoch else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLoss:
    """The mean loss of some batches, one after the other.

    Attributes:
        batch: The number of the last of them over all epochs, 1 for the very first.
        loss: Mean cross-entropy per digit, in nats.
    """

    batch: int
    loss: float


def batch_losses(progress: Progress) -> list[BatchLoss]:
    """Return the losses between the points of an epoch so far: those are means from the start of the epoch on.

    A long training has fewer points in its later epochs, so that even 500 epochs have some hundreds.

    Example:
        >>> points = PartialMetrics(batch=10, loss=2.0, accuracy=0.3), PartialMetrics(batch=20, loss=1.5, accuracy=0.5)
        >>> batch_losses(Progress(epoch=2, batch=20, batches=20, so_far=points))
        [BatchLoss(batch=30, loss=2.0), BatchLoss(batch=40, loss=1.0)]
    """
    before, total, found = 0, 0.0, []
    for point in _thinned(progress):
        now = point.batch * point.loss
        mean = max((now - total) / (point.batch - before), 0.0)  # sums of float32 round
        found.append(BatchLoss(batch=(progress.epoch - 1) * progress.batches + point.batch, loss=mean))
        before, total = point.batch, now
    return found


def _thinned(progress: Progress) -> list[PartialMetrics]:
    """Return the newest point of each part of an epoch: all are kept up to epoch 10, a quarter up to epoch 50."""
    parts = 20 if progress.epoch <= 10 else 5 if progress.epoch <= 50 else 1
    return list({(point.batch - 1) * parts // progress.batches: point for point in progress.so_far}.values())


Report = Callable[[EpochMetrics | Progress], None]
