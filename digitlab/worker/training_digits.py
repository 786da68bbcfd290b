"""The digits of a training: MNIST's, and the synthetic ones that its settings add, drawn when needed."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitlab.data.labelled_digits import LabelledDigits
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import Progress, Report
from digitlab.synthesis import handwriting
from digitlab.synthesis.handwriting import CHUNK

_DRAWN_AT_ONCE = 2000  # synthetic digits: some seconds, after which a request to stop is noticed


class TrainingDigits:
    """MNIST's digits, then synthetic ones, drawings of other things, and MNIST's digits redrawn.

    A synthetic digit depends on its place alone, so it is the same whichever others are drawn.

    Attributes:
        images: uint8 (n, 28, 28); black where they are not drawn yet.
        labels: uint8 (n,), `NO_DIGIT` for drawings of other things; 0 where they are not drawn yet.

    Example:
        >>> config = TrainingConfig(training_digits=10_000, written_digits=500)
        >>> digits = TrainingDigits(np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.uint8), config)
        >>> first = config.fitted_digits  # the first synthetic digit stands after MNIST's
        >>> int(digits.images[first].max())
        0
        >>> digits.draw(np.array([first]))
        >>> int(digits.images[first].max()) > 200
        True
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], config: TrainingConfig) -> None:
        """Take MNIST's digits, uint8 (n, 28, 28), of which the first are used, and labels, uint8 (n,)."""

        def redraw(count: int, seed: int, start: int) -> LabelledDigits:
            cut = slice(start, start + count)
            return handwriting.redraw(images[cut], labels[cut], seed, start)

        self._seed, place = config.seed, config.fitted_digits
        self.images, self.labels = images[:place], labels[:place]
        self._kinds: list[_Kind] = []
        for count, draw in (
            (config.written_digits, handwriting.synthetic_digits),
            (config.non_digits, handwriting.non_digits),
            (config.redrawn_digits, redraw),
        ):
            self._kinds.append(_Kind(place, count, draw))
            place += count
        if added := place - config.fitted_digits:
            self.images = np.concatenate([self.images, np.zeros((added, *images.shape[1:]), np.uint8)])
            self.labels = np.concatenate([self.labels, np.zeros(added, np.uint8)])

    def draw_all(self, report: Report, wanted: Callable[[], bool]) -> None:
        """Draw all synthetic digits; once that is no longer wanted, leave out those that are not drawn yet."""
        parts = [(kind, start) for kind in self._kinds for start in range(0, kind.count, _DRAWN_AT_ONCE)]
        for done, (kind, start) in enumerate(parts):
            if not wanted():
                drawn = kind.place + start
                self.images, self.labels = self.images[:drawn], self.labels[:drawn]
                return
            report(Progress(epoch=0, batch=done, batches=len(parts)))
            self._draw(kind, start, _DRAWN_AT_ONCE)

    def draw(self, places: NDArray[np.int64]) -> None:
        """Draw the digits at some places, int64 (n,), as far as they are not drawn yet."""
        for kind in self._kinds:
            within = places[(places >= kind.place) & (places < kind.place + kind.count)] - kind.place
            for start in set((within // CHUNK * CHUNK).tolist()) - kind.drawn:
                self._draw(kind, start, CHUNK)
                kind.drawn.add(start)

    def _draw(self, kind: "_Kind", start: int, most: int) -> None:
        count = min(most, kind.count - start)
        there = slice(kind.place + start, kind.place + start + count)
        self.images[there], self.labels[there] = kind.draw(count, self._seed, start)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Synthetic digits of one kind, which stand next to each other.

    Attributes:
        place: That of the first.
        count: How many there are.
        draw: Draws so many of them, with a seed, from a multiple of `CHUNK` on.
        drawn: The first numbers of the chunks that were drawn one by one.
    """

    place: int
    count: int
    draw: Callable[[int, int, int], LabelledDigits]
    drawn: set[int] = field(default_factory=set)
