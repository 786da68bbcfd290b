"""What a training needs to know: `TrainingConfig`."""

import dataclasses
import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.fields import SettingSpec, check_settings, declare, settings_of, values_of
from digitlab.networks import rate_changes
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.layers import layer_figures, stacks
from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.layer_figures import Stack
from digitlab.networks.presets import PRESETS
from digitlab.networks.rate_changes import RateChange
from digitlab.translation import Text

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"}  # and the names of Keras' classes
SCHEDULES = {"constant": Text("Constant"), "cosine": Text("Cosine"), "one-cycle": Text("One-cycle")}
ALWAYS_GIVEN = ("preset", "epochs", "seed")  # in links, files and commands, even where they are the preset's own
LAYERS = "layers"  # in links, files and commands, of a network that somebody designed
RATE_CHANGES = "learning_rate_changes"  # likewise, of a training that somebody steered
OWN, OWN_TITLE = "own", Text("Own network")  # the name of such a network
_MNIST = 60_000  # training digits
_MAX_BATCH = 2**28  # numbers that all layers of such a network return for a batch: 1 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """All that decides a training's figures; the same config gives the same figures on the same machine.

    Its declared settings are all there is to know about them: checks, form, command line, links, files and model
    cards follow. To add one, declare it here (or in `Augmentation`) and use it in `digitlab.worker`.

    Attributes:
        preset: Name of the network, a key of `PRESETS`.
        epochs: Passes over the training set.
        batch_size: Digits a step.
        optimizer: A key of `OPTIMIZERS`.
        learning_rate: Up to 1000, so that divergence can be seen, too.
        schedule: "constant"; "cosine" from `learning_rate` down to 0 over all epochs; "one-cycle" from a 25th of it up
            over the first 30 % of all steps, then down to 0 (L. N. Smith and N. Topin, "Super-convergence", 2019).
        validation_split: Share of the training set, at its end, that is used for validation.
        training_digits: How many of the 60,000, from the first on, validation included.
        seed: Decides all random numbers.
        augmentation: Random changes of the training digits.
        written_digits: How many synthetic digits are added. With them come as many of MNIST's, at most all that are
            fitted, redrawn with other pens, and half as many drawings of no digit, from which the network learns to
            reject them.
        averaging: Whether the trained network averages its answers to four copies of each digit, shifted by half a
            pixel to each side.
        calibration: Whether the probabilities are calibrated, by a temperature fitted on the validation digits.
        early_stopping: Epochs without a better validation loss until the training ends; None: never.
        layers: The layers of a network that somebody designed; None: the preset's. The last one is not among them.
        learning_rate_changes: What a person changed while it ran, in the order of the batches: from the first of them
            on, they decide the learning rate instead of `learning_rate` and `schedule`.
        tuning: Where a fine-tuned network comes from; None for one that starts with random weights. The other settings
            are those of its base, except for epochs, batch size, optimizer, learning rate and schedule.

    Raises:
        InvalidSetting: with the setting, the value and what is allowed.

    Example:
        >>> config = TrainingConfig.from_preset("convolutional", epochs=3)
        >>> config.batch_size, config.fitted_digits, config.steps
        (64, 48000, 2250)
        >>> TrainingConfig(epochs=0)
        Traceback (most recent call last):
        digitlab.errors.InvalidSetting: The setting epochs is 0. Choose a whole number from 1 to 500.
    """

    preset: str = declare(
        SettingSpec(default="tutorial", label=Text("Network"), choices=tuple(PRESETS), group="network")
    )
    epochs: int = declare(
        SettingSpec(
            default=10,
            label=Text("Epochs"),
            help=Text("Passes over the training set."),
            low=1,
            high=500,
            form_high=50,
            group="main",
        )
    )
    batch_size: int = declare(
        SettingSpec(default=32, label=Text("Batch size"), low=1, high=4096, is_typed=True, position=1)
    )
    optimizer: str = declare(
        SettingSpec(
            default="adam", label=Text("Optimizer"), choices=tuple(OPTIMIZERS), choice_labels=OPTIMIZERS, position=3
        )
    )
    learning_rate: float = declare(
        SettingSpec(
            default=0.001,
            label=Text("Learning rate"),
            low=1e-9,
            high=1000,
            step=0.0005,
            form_format="%g",
            is_typed=True,
            position=4,
        )
    )
    schedule: str = declare(
        SettingSpec(
            default="constant",
            label=Text("Schedule"),
            help=Text(
                "Whether the learning rate stays, falls to 0 along a cosine wave, or rises to it first (one-cycle)."
            ),
            choices=tuple(SCHEDULES),
            choice_labels=SCHEDULES,
            position=5,
        )
    )
    validation_split: float = declare(
        SettingSpec(
            default=0.2,
            label=Text("Validation split"),
            help=Text("Share, from the end of the training set, that is only used to watch the training."),
            high=0.9,
            form_high=0.5,
            step=0.05,
            position=7,
        )
    )
    training_digits: int = declare(
        SettingSpec(
            default=_MNIST,
            label=Text("Training digits"),
            help=Text("How many of MNIST's 60,000 are used, validation included."),
            low=100,
            high=_MNIST,
            step=1000,
            is_typed=True,
            position=2,
        )
    )
    seed: int = declare(SettingSpec(default=1, label=Text("Seed"), high=2**31 - 1, is_typed=True, position=6))
    augmentation: Augmentation = field(default_factory=Augmentation)
    written_digits: int = declare(  # the name of version 0.1.0, in records and links
        SettingSpec(
            default=0,
            label=Text("Synthetic digits"),
            help=Text(
                "So many are drawn before the training: barred sevens, ones with a foot, curled nines. With them come "
                "MNIST's own digits redrawn with other pens, and letters and scribbles, to learn what is no digit."
            ),
            high=200_000,
            step=1000,
            group="handwriting",
        )
    )
    averaging: bool = declare(
        SettingSpec(
            default=False,
            label=Text("Average four shifted views"),
            help=Text(
                "The trained network reads each digit four times, moved by half a pixel to each side, and averages."
            ),
            group="handwriting",
        )
    )
    calibration: bool = declare(
        SettingSpec(
            default=False,
            label=Text("Calibrated probabilities"),
            help=Text(
                "One number, the temperature, is fitted on the validation digits, so that about 90% of the answers "
                "given with 90% confidence are correct."
            ),
            group="handwriting",
        )
    )
    early_stopping: int | None = declare(
        SettingSpec(
            default=None,
            label=Text("Early stopping after"),
            help=Text(
                "Ends when the validation loss has not improved for so many epochs, and keeps the best weights. "
                "0: never."
            ),
            low=1,
            high=500,
            form_high=20,
            form_format=Text("%d epochs"),
            position=8,
        )
    )
    layers: Stack | None = None
    learning_rate_changes: tuple[RateChange, ...] = ()
    tuning: FineTuning | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        self._check_layers()
        rate_changes.check(self.learning_rate_changes)
        for change in self.learning_rate_changes:
            settings_of(TrainingConfig)["learning_rate"].check(change.rate)
        if not isinstance(self.augmentation, Augmentation):
            raise InvalidSetting(
                Text("The augmentation is {value}. Give an Augmentation.", value=repr(self.augmentation))
            )
        if not isinstance(self.tuning, FineTuning | None):
            raise InvalidSetting(
                Text("The tuning is {value}. Give a FineTuning, or None.", value=reprlib.repr(self.tuning))
            )
        if self.calibration and not self.validation_digits:
            raise InvalidSetting(
                Text("The calibration is fitted on validation digits: choose a validation split above 0.")
            )
        if self.early_stopping is not None and not self.validation_digits:
            raise InvalidSetting(Text("Early stopping watches the validation loss: choose a validation split above 0."))

    def _check_layers(self) -> None:
        layers: Any = self.layers  # whatever was given
        if layers is None:
            return
        if not isinstance(layers, tuple) or not all(isinstance(layer, Layer) for layer in layers):
            raise InvalidSetting(
                Text("The layers are {value}. Give a tuple of layers, or None.", value=reprlib.repr(layers))
            )
        values = layer_figures.describe(stacks.check(layers)).values
        if values * self.batch_size > _MAX_BATCH:
            raise InvalidSetting(
                Text(
                    "The batch size {size:,} is too large for these layers: they return {count:,} numbers for a digit. "
                    "Choose at most {allowed:,}, or fewer filters.",
                    size=self.batch_size,
                    count=values,
                    allowed=_MAX_BATCH // values,
                )
            )

    @classmethod
    def from_preset(cls, name: str, **changes: Any) -> "TrainingConfig":
        """Return a preset's settings, some of them changed.

        Args:
            name: A key of `PRESETS`.
            changes: Settings by name; an `augmentation` replaces the preset's.

        Raises:
            InvalidSetting: There is no such preset, or a value is not allowed.
        """
        settings_of(cls)["preset"].check(name)
        return cls(**{"preset": name, **PRESETS[name].settings, **changes})

    def with_values(self, values: Mapping[str, Any]) -> "TrainingConfig":
        """Return these settings with others by their names in `settings_of`, the augmentation's among them.

        "layers" and "learning_rate_changes" may be given, too, as this class or as JSON has them.

        Raises:
            InvalidSetting: There is no such setting, or a value is not allowed.
        """
        known, values = settings_of(type(self)), dict(values)
        layers = _layers(values.pop(LAYERS, self.layers))
        changes = rate_changes.from_json(values.pop(RATE_CHANGES, self.learning_rate_changes))
        if unknown := sorted(set(values) - set(known)):
            raise InvalidSetting(
                Text("There is no setting {name}. This lab may be older than the settings.", name=repr(unknown[0][:40]))
            )
        own = {name: value for name, value in values.items() if not known[name].owner}
        inner = {name: value for name, value in values.items() if known[name].owner == "augmentation"}
        augmentation = dataclasses.replace(self.augmentation, **inner)
        return dataclasses.replace(self, **own, augmentation=augmentation, layers=layers, learning_rate_changes=changes)

    def changes(self) -> dict[str, Any]:
        """Return by name the settings that differ from the preset's, and always those of `ALWAYS_GIVEN`.

        The layers of a designed network and the changes of the learning rate are among them, as JSON has them.
        """
        usual = values_of(TrainingConfig.from_preset(self.preset))
        values = values_of(self)
        changes = {name: value for name, value in values.items() if value != usual[name] or name in ALWAYS_GIVEN}
        if self.layers is not None:
            changes[LAYERS] = stacks.as_json(self.layers)
        if self.learning_rate_changes:
            changes[RATE_CHANGES] = rate_changes.as_json(self.learning_rate_changes)
        return changes

    @property
    def stack(self) -> Stack:
        """The layers of the network, except for the last one."""
        return PRESETS[self.preset].layers if self.layers is None else self.layers

    @property
    def network_name(self) -> str:
        """The preset's name, or that of all networks that somebody designed."""
        return self.preset if self.layers is None else OWN

    @property
    def network_title(self) -> Text:
        """The preset's title, or that of all networks that somebody designed."""
        return PRESETS[self.preset].title if self.layers is None else OWN_TITLE

    @property
    def network_key(self) -> str:
        """What tells networks of different layers apart."""
        return self.preset if self.layers is None else stacks.as_text(self.layers)

    @property
    def validation_digits(self) -> int:
        """How many digits, at the end of the training set, are used for validation (as Keras counts them)."""
        return self.training_digits - math.floor(self.training_digits * (1 - self.validation_split))

    @property
    def fitted_digits(self) -> int:
        """How many of MNIST's digits the network is fitted to in an epoch."""
        return self.training_digits - self.validation_digits

    @property
    def redrawn_digits(self) -> int:
        """How many of MNIST's digits are redrawn with other pens."""
        return min(self.written_digits, self.fitted_digits)

    @property
    def non_digits(self) -> int:
        """How many drawings of no digit are added."""
        return self.written_digits // 2

    @property
    def pictures_per_epoch(self) -> int:
        """How many pictures of all kinds the network is fitted to in an epoch."""
        return self.fitted_digits + self.written_digits + self.redrawn_digits + self.non_digits

    @property
    def batches_per_epoch(self) -> int:
        """How many batches an epoch has; the last may be smaller than the others."""
        return math.ceil(self.pictures_per_epoch / self.batch_size)

    @property
    def steps(self) -> int:
        """How many batches there are in all epochs."""
        return self.batches_per_epoch * self.epochs

    @property
    def last_rate(self) -> float:
        """The learning rate that a person chose last; without a change, that of the setting."""
        return self.learning_rate_changes[-1].rate if self.learning_rate_changes else self.learning_rate

    def chosen_rate(self, batch: int) -> float | None:
        """Return the rate that a person chose for the batch after so many; None before the first change."""
        rates = [change.rate for change in self.learning_rate_changes if change.batch <= batch]
        return rates[-1] if rates else None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; layers only if somebody designed them, changes only if there are any."""
        values = dataclasses.asdict(self)
        del values[LAYERS], values[RATE_CHANGES]
        if self.layers is not None:
            values[LAYERS] = stacks.as_json(self.layers)
        if self.learning_rate_changes:
            values[RATE_CHANGES] = rate_changes.as_json(self.learning_rate_changes)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """Return the settings that `as_dict` wrote; missing ones are the defaults.

        Raises:
            InvalidSetting: There is no such setting, or a value is not allowed.
        """
        known = {f.name for f in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise InvalidSetting(
                Text(
                    "Unknown settings: {names}. Known are {known}.",
                    names=", ".join(unknown),
                    known=", ".join(sorted(known)),
                )
            )
        augmentation = values.get("augmentation") or {}
        if isinstance(augmentation, Mapping):
            augmentation = Augmentation(**augmentation)
        tuning = values.get("tuning")
        if isinstance(tuning, Mapping):
            numbers = {name: tuple(tuning[name]) for name in ("learned", "held_back", "prints") if name in tuning}
            tuning = FineTuning(**{**tuning, **numbers})
        read = {"augmentation": augmentation, "tuning": tuning, LAYERS: _layers(values.get(LAYERS))}
        return cls(**{**values, **read, RATE_CHANGES: rate_changes.from_json(values.get(RATE_CHANGES, ()))})


def _layers(values: object) -> Stack | None:
    return None if values is None else stacks.from_json(values)


def fine_tuning_config(config: TrainingConfig, tuning: FineTuning) -> TrainingConfig:
    """Return the settings with which a network of these settings is fine-tuned: chosen by `benchmarks/improve.py`."""
    is_convolution = config.layers is not None and layer_figures.is_spatial(config.layers)
    preset = PRESETS[config.preset if config.layers is None else "convolutional" if is_convolution else "tutorial"]
    return dataclasses.replace(
        config,
        epochs=4,
        batch_size=preset.fine_tuning_batch_size,
        optimizer="adam",
        learning_rate=preset.fine_tuning_learning_rate,
        schedule="cosine",
        early_stopping=None,
        learning_rate_changes=(),
        tuning=tuning,
    )
