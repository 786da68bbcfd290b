"""The presets: networks to choose from, with their layers and the settings that suit them.

To add a preset, add an entry to `PRESETS`: pages, command line, Keras code and training follow from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitlab.data.augmentation import Augmentation
from digitlab.networks.layers.kinds import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten
from digitlab.networks.layers.layer_figures import Stack
from digitlab.translation import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A network to choose from, with the settings that suit it.

    Attributes:
        title: Its name in the app.
        summary: Its layers, in a line.
        layers: Its layers, from the scaled pixels to the last one, of the ten digits, which is not among them.
        settings: How its `TrainingConfig` differs from the defaults.
        fine_tuning_batch_size: Digits a step when it is fine-tuned on somebody's drawings.
        fine_tuning_learning_rate: The learning rate then. Both were chosen with `benchmarks/improve.py`.

    Example:
        >>> PRESETS["fast"].layers[0].filters
        16
        >>> PRESETS["fast"].settings["epochs"]
        2
    """

    title: Text
    summary: Text
    layers: Stack
    settings: Mapping[str, Any] = field(default_factory=dict)
    fine_tuning_batch_size: int = 100
    fine_tuning_learning_rate: float = 0.0007


def _convolution(filters: int, kernel_size: int, stride: int, momentum: float = 0.99) -> Stack:
    """A convolution, followed by batch normalization and ReLU."""
    convolution = Conv2D(filters=filters, kernel_size=kernel_size, stride=stride, use_bias=False, activation="none")
    return convolution, BatchNormalization(momentum=momentum), Activation()


PRESETS: dict[str, Preset] = {
    # The tutorial's network, to the letter.
    "tutorial": Preset(
        title=Text("Tutorial"),
        summary=Text("Flatten, Dense 128 (ReLU), Dense 10 (softmax): 101,770 weights, the network of the tutorial."),
        layers=(Flatten(), Dense(units=128)),
        fine_tuning_batch_size=240,
        fine_tuning_learning_rate=0.002,
    ),
    # As little arithmetic as two epochs to 99 % allow.
    "fast": Preset(
        title=Text("99 % fast"),
        summary=Text(
            "Three convolutions (16, 24, 48 filters) with batch normalization, Dense 10 (softmax); two epochs."
        ),
        layers=(
            *_convolution(16, 5, 2, momentum=0.9),
            *_convolution(24, 5, 2, momentum=0.9),
            *_convolution(48, 3, 2, momentum=0.9),
            Flatten(),
        ),
        settings={
            "epochs": 2,
            "batch_size": 128,
            "learning_rate": 0.02,
            "schedule": "one-cycle",
            "validation_split": 0.05,
            "augmentation": Augmentation(shift=1),
        },
    ),
    # The strides do the work of pooling, at a quarter of its arithmetic.
    "convolutional": Preset(
        title=Text("Convolutional"),
        summary=Text(
            "Three convolutions (24, 48, 64 filters) with batch normalization, dropout 0.4, Dense 10 (softmax)."
        ),
        layers=(
            *_convolution(24, 5, 2),
            *_convolution(48, 5, 2),
            *_convolution(64, 3, 1),
            Flatten(),
            Dropout(rate=0.4),
        ),
        settings={
            "batch_size": 64,
            "learning_rate": 0.002,
            "schedule": "cosine",
            "augmentation": Augmentation(shift=2, rotation=10, scale=0.1),
        },
    ),
    # How small a network can be: few filters, trained for long, with its weights averaged.
    "small": Preset(
        title=Text("Small"),
        summary=Text(
            "Five convolutions (8, 12, 14, 16, 16 filters) with batch normalization, Dense 10 (softmax): 9,602 weights."
        ),
        layers=(
            *_convolution(8, 3, 1, momentum=0.9),
            *_convolution(12, 3, 2, momentum=0.9),
            *_convolution(14, 3, 1, momentum=0.9),
            *_convolution(16, 3, 2, momentum=0.9),
            *_convolution(16, 3, 2, momentum=0.9),
            Flatten(),
        ),
        settings={
            "epochs": 50,
            "batch_size": 128,
            "optimizer": "adamw",
            "learning_rate": 0.01,
            "schedule": "one-cycle",
            "validation_split": 0.05,
            "augmentation": Augmentation(shift=1.5, rotation=10, scale=0.1, shear=0.1),
            "averaging": True,
        },
    ),
    # Deep enough to see a whole digit at once, wide enough for the handwriting of many regions.
    "handwriting": Preset(
        title=Text("Handwriting"),
        summary=Text(
            "Six convolutions (24, 32, 64, 96, 96, 96 filters), batch normalization, dropout 0.4, Dense 10 (softmax)."
        ),
        layers=(
            *_convolution(24, 3, 1),
            *_convolution(32, 3, 2),
            *_convolution(64, 3, 1),
            *_convolution(96, 3, 2),
            *_convolution(96, 3, 1),
            *_convolution(96, 3, 1),
            Flatten(),
            Dropout(rate=0.4),
        ),
        settings={
            "epochs": 40,
            "batch_size": 256,
            "optimizer": "adamw",
            "learning_rate": 0.003,
            "schedule": "cosine",
            "validation_split": 0.05,
            "augmentation": Augmentation(shift=2, rotation=12, scale=0.12, shear=0.15, elastic=1.5, erasing=0.05),
            "written_digits": 48_000,
            "averaging": True,
            "calibration": True,
        },
    ),
}
