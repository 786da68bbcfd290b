"""The data of a fine-tuning: a person's own digits among many others."""

import keras
import numpy as np

from digitlab.data.augmentation import Augmentation, augment
from digitlab.data.labelled_digits import LabelledDigits
from digitlab.networks.config import TrainingConfig
from digitlab.synthesis import cache, handwriting

OWN = 0.06  # share of a batch: with more, the network reads anything as what the person happened to draw
SYNTHETIC = 0.3  # share of synthetic digits: they stand for how the person may write what they did not draw
NON_DIGITS = 0.1  # share of drawings of other things, for networks that reject them
_REDRAWN = 300  # own digits, redrawn with other pens
_OWN_CHANGES = Augmentation(shift=1.5, rotation=10, scale=0.1, shear=0.15, elastic=1.0)  # how much handwriting varies
_SYNTHETIC_CHANGES = Augmentation(shift=1.5, rotation=10, scale=0.1, shear=0.15)  # they are distorted already


class FineTuningData(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of own, synthetic and MNIST's digits in fixed shares, newly augmented in every epoch.

    Example:
        >>> sevens = np.zeros((20, 28, 28), np.uint8), np.full(20, 7, np.uint8)
        >>> others = np.zeros((500, 28, 28), np.uint8), np.zeros(500, np.uint8)
        >>> images, labels = FineTuningData(sevens, others, TrainingConfig(batch_size=100), batches=2)[0]
        >>> images.shape, int((labels == 7).sum()) >= 6  # a share of own digits in each batch
        ((100, 28, 28), True)
    """

    def __init__(self, own: LabelledDigits, mnist: LabelledDigits, config: TrainingConfig, batches: int) -> None:
        """Take uint8 (n, 28, 28) and uint8 (n,) of own digits and of MNIST's, settings, and the batches of an epoch."""
        super().__init__()
        self._mnist, self._config, self._batches = mnist, config, batches
        self._epoch, self._made = 0, (-1, own)
        copies = np.resize(np.arange(len(own[0])), max(_REDRAWN, len(own[0])))
        redrawn, labels = handwriting.redraw(own[0][copies[:_REDRAWN]], own[1][copies[:_REDRAWN]], config.seed)
        self._own = np.concatenate([own[0][copies], redrawn]), np.concatenate([own[1][copies], labels])

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return self._batches

    def __getitem__(self, number: int) -> LabelledDigits:
        """Return a batch of the epoch: uint8 (batch_size, 28, 28), and labels, `NO_DIGIT` for other drawings."""
        if self._made[0] != self._epoch:
            self._made = self._epoch, self._pictures(self._epoch)
        images, labels = self._made[1]
        chosen = slice(number, None, self._batches)  # each batch has its share of each part
        return images[chosen], labels[chosen]

    def on_epoch_end(self) -> None:
        """Use new pictures from now on."""
        self._epoch += 1

    def _pictures(self, epoch: int) -> LabelledDigits:
        rng = np.random.default_rng([self._config.seed, epoch])
        parts: list[tuple[LabelledDigits, float, Augmentation | None]]
        parts = [(self._own, OWN, _OWN_CHANGES), (cache.digits(), SYNTHETIC, _SYNTHETIC_CHANGES)]
        if self._config.written_digits:
            parts.append((cache.non_digits(), NON_DIGITS, _SYNTHETIC_CHANGES))
        # MNIST's are not augmented: in so short a training that would cost three times as much accuracy on MNIST.
        parts.append((self._mnist, 1 - sum(share for _, share, _ in parts), None))
        made = []
        for (images, labels), share, changes in parts:
            size = round(share * self._config.batch_size) * self._batches
            chosen = rng.choice(len(images), size, replace=size > len(images))
            made.append((augment(images[chosen], changes, rng) if changes else images[chosen], labels[chosen]))
        return np.concatenate([part[0] for part in made]), np.concatenate([part[1] for part in made])
