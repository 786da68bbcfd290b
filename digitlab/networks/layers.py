"""The layers of each preset, as numbers: what `architectures` builds, and `code` writes down. No Keras here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What lies between the scaled pixels and the ten digits.

    Attributes:
        convolutions: (filters, side, stride) of each, normalised over the batch, then ReLU.
        hidden: Neurons of a dense layer with ReLU; 0: none.
        dropout: Share of the numbers before the digits that is left out while it learns.
        momentum: How much of the mean that normalization keeps is left after a batch: of few batches, less.
    """

    convolutions: tuple[tuple[int, int, int], ...] = ()
    hidden: int = 0
    dropout: float = 0.0
    momentum: float = 0.99


LAYOUTS = {
    # The tutorial's network, to the letter.
    "tutorial": Layout(hidden=128),
    # As little arithmetic as two epochs to 99 % allow.
    "fast": Layout(convolutions=((16, 5, 2), (24, 5, 2), (48, 3, 2)), momentum=0.9),
    # Three convolutions; the strides do the work of pooling, at a quarter of its arithmetic.
    "convolutional": Layout(convolutions=((24, 5, 2), (48, 5, 2), (64, 3, 1)), dropout=0.4),
    # Four convolutions, wide enough for the handwriting of many regions.
    "handwriting": Layout(convolutions=((32, 5, 2), (64, 3, 1), (128, 3, 2), (128, 3, 1)), dropout=0.4),
}
