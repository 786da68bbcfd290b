"""What a training needs to know: `TrainingConfig`, and the presets that fill it."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
SCHEDULES = ("constant", "cosine", "one-cycle")
MIN_TRAINING_DIGITS = 100
MAX_TRAINING_DIGITS = 60_000
MAX_WRITTEN_DIGITS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuning:
    """What a network is tuned from, and to: somebody's own drawings, by their numbers in the record.

    Attributes:
        base: Name of the network that goes on learning.
        learned: Drawings that it learns from, 1 at least.
        held_back: Drawings that it never sees, to tell afterwards whether it helped.
        prints: By which those that it learns from are known again under other numbers; none of early tunings.
    """

    base: str
    learned: tuple[int, ...]
    held_back: tuple[int, ...] = ()
    prints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.base or not self.learned:
            raise InvalidSetting("A tuning needs a network and drawings to learn from. Draw some digits first.")
        if shared := set(self.learned) & set(self.held_back):
            raise InvalidSetting(f"Drawing {min(shared)} cannot be learned from and held back. Choose one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """All that decides a training's figures; the same config gives the same figures on the same machine.

    Attributes:
        preset: Name of the architecture, a key of `PRESETS`.
        epochs: Passes over the training set, 1 to 500.
        batch_size: Digits a step, 1 to 4096.
        optimizer: One of `OPTIMIZERS`.
        learning_rate: Above 0, up to 1000 (so that divergence can be seen, too).
        schedule: "constant"; "cosine" from `learning_rate` down to 0 over all epochs; "one-cycle" from a 25th of it up
            over the first 30 % of all steps, then down to 0 (L. N. Smith and N. Topin, "Super-convergence", 2019).
        validation_split: Share of the training set, its end, that is kept for validation; 0 to 0.9.
        training_digits: How many of the 60,000, from the first on, 100 to 60000, validation included.
        seed: 0 to 2**31 - 1.
        augmentation: Random changes of the training digits.
        written_digits: How many digits in the handwriting of many regions are drawn and added, 0 to 200000. With them
            come as many of MNIST's, at most all that are fitted, drawn anew with other pens, and half as many drawings
            that are no digit, in which the network learns to see none.
        averaging: Whether the trained network looks at each digit four times, half a pixel to each side, and averages.
        calibration: Whether the probabilities are made to mean what they say, by a temperature fitted on the validation
            digits.
        early_stopping: Epochs without a better validation loss until the training ends; None: never.
        tuning: What a tuned network comes from; None for one that begins with random weights. The other settings are
            those of the network that it comes from, but for epochs, batches and learning rate.

    Raises:
        InvalidSetting: naming the setting, what came and what is allowed.
    """

    preset: str = "tutorial"
    epochs: int = 10
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 0.001
    schedule: str = "constant"
    validation_split: float = 0.2
    training_digits: int = MAX_TRAINING_DIGITS
    seed: int = 1
    augmentation: Augmentation = field(default_factory=Augmentation)
    written_digits: int = 0
    averaging: bool = False
    calibration: bool = False
    early_stopping: int | None = None
    tuning: FineTuning | None = None

    def __post_init__(self) -> None:
        _one_of("preset", self.preset, tuple(PRESET_NAMES))
        _whole("epochs", self.epochs, 1, 500)
        _whole("batch size", self.batch_size, 1, 4096)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _number("learning rate", self.learning_rate, 1e-9, 1000)
        _one_of("schedule", self.schedule, SCHEDULES)
        _number("validation split", self.validation_split, 0, 0.9)
        _whole("training digits", self.training_digits, MIN_TRAINING_DIGITS, MAX_TRAINING_DIGITS)
        _whole("seed", self.seed, 0, 2**31 - 1)
        if not isinstance(self.augmentation, Augmentation):
            raise InvalidSetting(f"The augmentation is {self.augmentation!r}. Give an Augmentation.")
        _whole("written digits", self.written_digits, 0, MAX_WRITTEN_DIGITS)
        for name in ("averaging", "calibration"):
            if not isinstance(value := getattr(self, name), bool):
                raise InvalidSetting(f"The {name} is {value!r}. Choose True or False.")
        if self.calibration and not self.validation_digits:
            raise InvalidSetting("The calibration is fitted on validation digits: choose a validation split above 0.")
        if self.early_stopping is not None:
            _whole("early stopping", self.early_stopping, 1, 500)
            if not self.validation_digits:
                raise InvalidSetting("Early stopping watches the validation loss: choose a validation split above 0.")

    @property
    def validation_digits(self) -> int:
        """How many digits, at the end of the training set, are kept for validation (as Keras counts them)."""
        return self.training_digits - math.floor(self.training_digits * (1 - self.validation_split))

    @property
    def fitted_digits(self) -> int:
        """How many digits the network is fitted to in an epoch."""
        return self.training_digits - self.validation_digits

    @property
    def redrawn_digits(self) -> int:
        """How many of MNIST's digits are drawn anew with other pens."""
        return min(self.written_digits, self.fitted_digits)

    @property
    def other_drawings(self) -> int:
        """How many drawings that are no digit are added."""
        return self.written_digits // 2

    @property
    def pictures_per_epoch(self) -> int:
        """How many pictures of all kinds the network is fitted to in an epoch."""
        return self.fitted_digits + self.written_digits + self.redrawn_digits + self.other_drawings

    @property
    def steps(self) -> int:
        """How many batches are learned in all epochs."""
        return math.ceil(self.pictures_per_epoch / self.batch_size) * self.epochs

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as JSON keeps them."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """The other way round; unknown names are refused with `InvalidSetting`."""
        known = {f.name for f in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise InvalidSetting(f"Unknown settings: {', '.join(unknown)}. Known are {', '.join(sorted(known))}.")
        augmentation = values.get("augmentation") or {}
        if isinstance(augmentation, Mapping):
            augmentation = Augmentation(**augmentation)
        tuning = values.get("tuning")
        if isinstance(tuning, Mapping):
            numbers = {name: tuple(tuning[name]) for name in ("learned", "held_back", "prints") if name in tuning}
            tuning = FineTuning(**{**tuning, **numbers})
        return cls(**{**values, "augmentation": augmentation, "tuning": tuning})


def fine_tuning_config(config: TrainingConfig, tuning: FineTuning) -> TrainingConfig:
    """Return the settings with which a network of such settings is tuned: chosen by `benchmarks/improve.py`."""
    is_dense = config.preset == "tutorial"
    return dataclasses.replace(
        config,
        epochs=4,
        batch_size=240 if is_dense else 100,
        optimizer="adam",
        learning_rate=0.002 if is_dense else 0.0007,
        schedule="cosine",
        early_stopping=None,
        tuning=tuning,
    )


def as_command(config: TrainingConfig) -> str:
    """Return the command line that trains with these settings; what the preset brings is left out.

    There is none for a tuned network: nobody else has its drawings.
    """
    if config.tuning:
        return ""
    words = ["python -m digitlab train"]
    brought = PRESETS[config.preset].config.as_dict()
    values = config.as_dict()
    values, brought = values | values.pop("augmentation"), brought | brought.pop("augmentation")
    for name, value in values.items():
        if value != brought[name] or name in {"preset", "epochs", "seed"}:
            option = name.replace("_", "-")
            words.append(f"--{'' if value else 'no-'}{option}" if isinstance(value, bool) else f"--{option} {value}")
    return " ".join(words)


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidSetting(f"The {name} is {value!r}. Choose one of {', '.join(allowed)}.")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidSetting(f"The {name} is {value!r}. Choose a whole number from {low:,} to {high:,}.")


def _number(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidSetting(f"The {name} is {value!r}. Choose a number from {low:g} to {high:g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A network that can be picked, with the settings that suit it.

    Attributes:
        title: As people read it.
        summary: Its layers, in a line.
        config: The settings that the form starts with.
    """

    title: str
    summary: str
    config: TrainingConfig


PRESET_NAMES = ("tutorial", "fast", "convolutional", "handwriting")
PRESETS: dict[str, Preset] = {
    "tutorial": Preset(
        title="Tutorial",
        summary="Flatten, Dense 128 (ReLU), Dense 10 (softmax): 101,770 weights, the network of the tutorial.",
        config=TrainingConfig(preset="tutorial"),
    ),
    "fast": Preset(
        title="99 % fast",
        summary="Three convolutions (16, 24, 48 filters) with batch normalization, Dense 10 (softmax); two epochs.",
        config=TrainingConfig(
            preset="fast",
            epochs=2,
            batch_size=128,
            learning_rate=0.02,
            schedule="one-cycle",
            validation_split=0.05,
            augmentation=Augmentation(shift=1),
        ),
    ),
    "convolutional": Preset(
        title="Convolutional",
        summary="Three convolutions (24, 48, 64 filters) with batch normalization, dropout 0.4, Dense 10 (softmax).",
        config=TrainingConfig(
            preset="convolutional",
            batch_size=64,
            learning_rate=0.002,
            schedule="cosine",
            augmentation=Augmentation(shift=2, rotation=10, scale=0.1),
        ),
    ),
    "handwriting": Preset(
        title="Handwriting",
        summary="Four convolutions (32, 64, 128, 128 filters), batch normalization, dropout 0.4, Dense 10 (softmax).",
        config=TrainingConfig(
            preset="handwriting",
            epochs=40,
            batch_size=256,
            optimizer="adamw",
            learning_rate=0.003,
            schedule="cosine",
            validation_split=0.1,
            augmentation=Augmentation(shift=2, rotation=10, scale=0.1, shear=0.15, elastic=1.2, erasing=0.1),
            written_digits=48_000,
            averaging=True,
            calibration=True,
        ),
    ),
}
