"""What a search for settings varies, and within which limits: `SearchSpace`."""

import dataclasses
import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.fields import Setting, check_settings, declare, settings_of
from digitlab.networks.config import OPTIMIZERS, TrainingConfig
from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.figures import Stack
from digitlab.networks.layers.kinds import Dense, Dropout, Flatten
from digitlab.networks.presets import PRESETS
from digitlab.translation import Text, message_of

MAX_TRIALS = 500
UNITS, HIDDEN_LAYERS, DROPOUT, AUGMENTATION = "units", "hidden_layers", "dropout", "augmentation"
_STRONGEST = Augmentation(shift=2, rotation=10, scale=0.1)  # the preset "convolutional"; 0 to 1 of it is tried
_SHARES = 3  # decimals of a dropped share or a strength that is tried
_DIGITS = 3  # significant ones of a learning rate that is tried

Values = Mapping[str, Any]


class Scale(enum.StrEnum):
    """How the values of a setting lie between the lowest and the highest."""

    EVEN = "even"  # any number between
    LOG = "log"  # any number between, evenly on a logarithmic scale
    COUNT = "count"  # whole numbers
    DOUBLED = "doubled"  # the lowest, twice as much, four times as much ...
    CHOICE = "choice"  # words


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A setting that a search may vary.

    Attributes:
        name: Its name in a search's values.
        setting: Its label, help and bounds.
        scale: How its values lie.
        usual: The lowest and the highest value that the form suggests, or the choices.
        is_usual: Whether the form suggests to vary it.

    Example:
        >>> PARAMETERS["batch_size"].steps((32, 128))
        [32, 64, 128]
    """

    name: str
    setting: Setting
    scale: Scale
    usual: tuple[Any, ...]
    is_usual: bool = False

    def check(self, values: object) -> None:
        """Raise `InvalidSetting` unless these are two or more different values that the setting allows, in order."""
        if not isinstance(values, tuple) or (self.scale is not Scale.CHOICE and len(values) != 2):
            raise InvalidSetting(Text("To vary {name}, give the lowest and the highest value.", name=self.words))
        for value in values:
            self.setting.check(value)
        if self.scale is Scale.CHOICE:
            if len(set(values)) < max(len(values), 2):
                raise InvalidSetting(Text("To vary {name}, give two or more different values.", name=self.words))
        elif values[0] >= values[1]:
            raise InvalidSetting(
                Text(
                    "To vary {name}, the highest value must be above the lowest, {low:g}. It is {high:g}.",
                    name=self.words,
                    low=values[0],
                    high=values[1],
                )
            )
        elif self.scale is Scale.DOUBLED and len(self.steps(values)) == 1:
            raise InvalidSetting(
                Text(
                    "To vary {name}, which is doubled, the highest value must be at least {least:,}. It is {high:,}.",
                    name=self.words,
                    least=2 * values[0],
                    high=values[1],
                )
            )

    def steps(self, values: tuple[Any, ...]) -> list[Any]:
        """Return the values that may be tried, in order; empty where any number between two may."""
        if self.scale is Scale.CHOICE:
            return list(values)
        if self.scale is Scale.COUNT:
            return list(range(values[0], values[1] + 1))
        if self.scale is Scale.DOUBLED:
            return [values[0] * 2**k for k in range(int(math.log2(max(values[1] / values[0], 1))) + 1)]
        return []

    def rounded(self, value: Any) -> Any:
        """Return a number as it is tried and shown."""
        if self.scale is Scale.LOG:
            return float(f"{value:.{_DIGITS}g}")
        return round(value, _SHARES) if self.scale is Scale.EVEN else value

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return self.name.replace("_", " ")


def _of_training(name: str, scale: Scale, usual: tuple[Any, ...], *, is_usual: bool = False) -> Parameter:
    setting = settings_of(TrainingConfig)[name]
    return Parameter(name=name, setting=setting, scale=scale, usual=usual, is_usual=is_usual)


@dataclass(frozen=True, slots=True)
class _Own:
    """Settings of the searched network that a training does not have under these names."""

    units: int = declare(
        dataclasses.replace(
            settings_of(Dense)["units"],
            label=Text("Units per layer"),
            help=Text("The width of each dense layer. The network becomes a stack of dense layers."),
        )
    )
    hidden_layers: int = declare(
        Setting(
            default=1,
            label=Text("Dense layers"),
            help=Text("How many, before the last one. The network becomes a stack of dense layers."),
            low=1,
            high=8,
        )
    )
    dropout: float = declare(
        dataclasses.replace(
            settings_of(Dropout)["rate"],
            label=Text("Dropout"),
            help=Text("Share of the numbers that is set to 0 in training, after each dense layer or at the end."),
        )
    )
    augmentation: float = declare(
        Setting(
            default=0.0,
            label=Text("Augmentation"),
            help=Text("0: the digits as they are; 1: shifted by up to 2 pixels, rotated by 10° and scaled by 10 %."),
            high=1,
            step=0.05,
        )
    )


_OWN = settings_of(_Own)
PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        _of_training("learning_rate", Scale.LOG, (0.0003, 0.03), is_usual=True),
        _of_training("batch_size", Scale.DOUBLED, (32, 256), is_usual=True),
        _of_training("optimizer", Scale.CHOICE, tuple(OPTIMIZERS)),
        Parameter(name=UNITS, setting=_OWN[UNITS], scale=Scale.DOUBLED, usual=(32, 256), is_usual=True),
        Parameter(name=HIDDEN_LAYERS, setting=_OWN[HIDDEN_LAYERS], scale=Scale.COUNT, usual=(1, 3)),
        Parameter(name=DROPOUT, setting=_OWN[DROPOUT], scale=Scale.EVEN, usual=(0.0, 0.5)),
        Parameter(name=AUGMENTATION, setting=_OWN[AUGMENTATION], scale=Scale.EVEN, usual=(0.0, 1.0)),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """A setting that one search varies: the lowest and the highest value, or the choices.

    Example:
        >>> Varied(name="dropout", values=(0.5, 0.2))
        Traceback (most recent call last):
        digitlab.errors.InvalidSetting: To vary dropout, the highest value must be above the lowest, 0.5. It is 0.2.
    """

    name: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if self.name not in PARAMETERS:
            raise InvalidSetting(
                Text(
                    "A search cannot vary {name}. Choose among {known}.",
                    name=repr(self.name[:40]),
                    known=", ".join(PARAMETERS),
                )
            )
        self.parameter.check(self.values)

    @property
    def parameter(self) -> Parameter:
        """What it is."""
        return PARAMETERS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """How long a trial is, and how many there are.

    Attributes:
        epochs: Epochs of each trial.
        training_digits: Digits of each trial, validation included.
        max_trials: How many trials there are.
        max_minutes: After so many no trial is begun; None: no limit.
    """

    epochs: int = declare(
        Setting(
            default=1,
            label=Text("Epochs per trial"),
            help=Text("Short trials are compared; the best settings are then trained in full."),
            low=1,
            high=500,
            form_high=20,
        )
    )
    training_digits: int = declare(
        Setting(
            default=10_000,
            label=Text("Digits per trial"),
            help=Text("How many of MNIST's 60,000 each trial uses, validation included."),
            low=100,
            high=60_000,
            step=1000,
            is_typed=True,
        )
    )
    max_trials: int = declare(
        Setting(default=20, label=Text("Trials"), help=Text("How many trials at most."), low=2, high=MAX_TRIALS)
    )
    max_minutes: float | None = declare(
        Setting(
            default=None,
            label=Text("Minutes"),
            help=Text("After so many minutes no trial is begun. 0: no limit."),
            low=0.1,
            high=1440,
            step=1,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace(SearchLimits):
    """All that decides a search: its limits, where it starts from, and what it varies.

    Attributes:
        base: The settings that do not vary, and those with which the best is trained in full.
        varied: What varies, each setting once.

    Raises:
        InvalidSetting: Nothing varies, a value is not allowed, or a network cannot be built.

    Example:
        >>> space = SearchSpace(base=TrainingConfig(), varied=(Varied(name="units", values=(32, 128)),))
        >>> config = space.trial_config({"units": 64})
        >>> config.epochs, config.training_digits, config.stack[1].units
        (1, 10000, 64)
        >>> SearchSpace(base=TrainingConfig(), varied=())
        Traceback (most recent call last):
        digitlab.errors.InvalidSetting: Nothing varies in this search. Choose one or more settings that may vary.
    """

    base: TrainingConfig
    varied: tuple[Varied, ...]

    def __post_init__(self) -> None:
        check_settings(self)
        if not self.varied:
            raise InvalidSetting(Text("Nothing varies in this search. Choose one or more settings that may vary."))
        names = [varied.name for varied in self.varied]
        if len(set(names)) < len(names):
            raise InvalidSetting(Text("A setting varies twice in this search. Choose each setting once."))
        if self.base.tuning is not None:
            raise InvalidSetting(Text("A search cannot start from a fine-tuned network. Choose another one."))
        if not self.base.validation_digits:
            raise InvalidSetting(
                Text("A search compares trials by their validation digits: choose a validation split above 0.")
            )
        self._check_ends()

    def _check_ends(self) -> None:
        """Raise `InvalidSetting` if no network can be built from the lowest or the highest values."""
        for place in (0, -1):
            values = {varied.name: varied.values[place] for varied in self.varied}
            try:
                self.trial_config(values)
            except InvalidSetting as error:
                raise InvalidSetting(
                    Text("This search would try what cannot be trained. {reason}", reason=message_of(error))
                ) from error

    def trial_config(self, values: Values) -> TrainingConfig:
        """Return the settings of the trial with these values, by the names in `varied`: short, and nothing besides."""
        return dataclasses.replace(
            self.full_config(values),
            epochs=self.epochs,
            training_digits=self.training_digits,
            written_digits=0,
            averaging=False,
            calibration=False,
            early_stopping=None,
        )

    def full_config(self, values: Values) -> TrainingConfig:
        """Return the settings with which these values are trained in full."""
        own = {name: value for name, value in values.items() if name in settings_of(TrainingConfig)}
        return dataclasses.replace(
            self.base, **own, augmentation=self._augmentation(values), layers=_layers(self.base, values)
        )

    def _augmentation(self, values: Values) -> Augmentation:
        if AUGMENTATION not in values:
            return self.base.augmentation
        amounts = {name: getattr(_STRONGEST, name) * values[AUGMENTATION] for name in ("shift", "rotation", "scale")}
        return dataclasses.replace(self.base.augmentation, **amounts)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        own = {name: getattr(self, name) for name in settings_of(SearchLimits)}
        return {"base": self.base.as_dict(), "varied": {v.name: list(v.values) for v in self.varied}} | own

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "SearchSpace":
        """Return what `as_dict` wrote. `InvalidSetting` if it is no longer valid."""
        varied = tuple(Varied(name=name, values=tuple(found)) for name, found in values["varied"].items())
        own = {name: values[name] for name in settings_of(SearchLimits)}
        return cls(base=TrainingConfig.from_dict(values["base"]), varied=varied, **own)


def _layers(base: TrainingConfig, values: Values) -> Stack | None:
    """Return the layers with a trial's width, number and dropout; None for those of the preset."""
    if not {UNITS, HIDDEN_LAYERS, DROPOUT} & set(values):
        return base.layers
    layers = _dense(base.stack, values) if UNITS in values or HIDDEN_LAYERS in values else base.stack
    if DROPOUT in values:
        layers = _with_dropout(layers, values[DROPOUT])
    return None if layers == PRESETS[base.preset].layers else layers


def _dense(stack: Stack, values: Values) -> Stack:
    """Return a stack of dense layers; what does not vary is as in another stack, if that has it."""
    dense = [layer for layer in stack if isinstance(layer, Dense)]
    layer = dataclasses.replace(dense[0] if dense else Dense(), **{n: v for n, v in values.items() if n == UNITS})
    rest = [layer for layer in stack if isinstance(layer, Dropout)][:1]
    return (Flatten(), *(layer, *rest) * values.get(HIDDEN_LAYERS, max(len(dense), 1)))


def _with_dropout(stack: Stack, rate: float) -> Stack:
    """Return a stack with this rate in all its dropouts; else with one after each dense layer, or at the end."""
    if any(isinstance(layer, Dropout) for layer in stack):
        return tuple(dataclasses.replace(x, rate=rate) if isinstance(x, Dropout) else x for x in stack)
    if not rate:
        return stack
    if all(isinstance(layer, Flatten | Dense) for layer in stack):
        with_rate = [(layer, Dropout(rate=rate)) if isinstance(layer, Dense) else (layer,) for layer in stack]
        return tuple(layer for group in with_rate for layer in group)
    end: tuple[Layer, ...] = (Dropout(rate=rate),)
    return (*stack, *end)
