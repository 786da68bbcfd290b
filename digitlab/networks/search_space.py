"""A search for settings: what it varies, where it starts from, and its limits: `SearchSpace`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.fields import SettingSpec, check_settings, declare, settings_of
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.kinds import Dense, Dropout, Flatten
from digitlab.networks.layers.layer_figures import Stack
from digitlab.networks.presets import PRESETS
from digitlab.networks.search_parameters import (
    AUGMENTATION,
    DROPOUT,
    HIDDEN_LAYERS,
    PARAMETERS,
    UNITS,
    Parameter,
    Varied,
)
from digitlab.translation import Text, message_of

MAX_TRIALS = 500
_STRONGEST = Augmentation(shift=2, rotation=10, scale=0.1)  # the preset "convolutional"; 0 to 1 of it is tried

Values = Mapping[str, Any]


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
        SettingSpec(
            default=1,
            label=Text("Epochs per trial"),
            help=Text("Short trials are compared; the best settings are then trained in full."),
            low=1,
            high=500,
            form_high=20,
        )
    )
    training_digits: int = declare(
        SettingSpec(
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
        SettingSpec(default=20, label=Text("Trials"), help=Text("How many trials at most."), low=2, high=MAX_TRIALS)
    )
    max_minutes: float | None = declare(
        SettingSpec(
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
        if self.base.learning_rate_changes:
            raise InvalidSetting(
                Text("A search cannot start from a training whose learning rate was changed. Leave the changes out.")
            )
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
        return replace(
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
        return replace(self.base, **own, augmentation=self._augmentation(values), layers=_layers(self.base, values))

    def _augmentation(self, values: Values) -> Augmentation:
        if AUGMENTATION not in values:
            return self.base.augmentation
        amounts = {name: getattr(_STRONGEST, name) * values[AUGMENTATION] for name in ("shift", "rotation", "scale")}
        return replace(self.base.augmentation, **amounts)

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


def parameters_of(base: TrainingConfig) -> list[Parameter]:
    """Return what a search from a network may vary; of one that somebody designed, nothing that replaces its layers.

    Example:
        >>> from digitlab.networks.layers.kinds import Conv2D
        >>> own = TrainingConfig(layers=(Conv2D(filters=8), Flatten()))
        >>> sorted(PARAMETERS.keys() - {parameter.name for parameter in parameters_of(own)})
        ['hidden_layers', 'units']
    """
    unfit = set()
    if base.layers is not None:
        if not any(isinstance(layer, Dense) for layer in base.layers):
            unfit.add(UNITS)
        if not all(isinstance(layer, Flatten | Dense | Dropout) for layer in base.layers):
            unfit.add(HIDDEN_LAYERS)
    return [parameter for name, parameter in PARAMETERS.items() if name not in unfit]


def _layers(base: TrainingConfig, values: Values) -> Stack | None:
    """Return the layers with a trial's width, number and dropout; None for those of the preset."""
    if not {UNITS, HIDDEN_LAYERS, DROPOUT} & set(values):
        return base.layers
    layers = base.stack
    if HIDDEN_LAYERS in values or (UNITS in values and not any(isinstance(layer, Dense) for layer in layers)):
        layers = _dense(layers, values)
    elif UNITS in values:
        layers = tuple(replace(layer, units=values[UNITS]) if isinstance(layer, Dense) else layer for layer in layers)
    if DROPOUT in values:
        layers = _with_dropout(layers, values[DROPOUT])
    return None if layers == PRESETS[base.preset].layers else layers


def _dense(stack: Stack, values: Values) -> Stack:
    """Return a stack of dense layers; what does not vary is as in another stack, if that has it."""
    dense = [layer for layer in stack if isinstance(layer, Dense)]
    layer = replace(dense[0] if dense else Dense(), **{n: v for n, v in values.items() if n == UNITS})
    rest = [layer for layer in stack if isinstance(layer, Dropout)][:1]
    return (Flatten(), *(layer, *rest) * values.get(HIDDEN_LAYERS, max(len(dense), 1)))


def _with_dropout(stack: Stack, rate: float) -> Stack:
    """Return a stack with this rate in all its dropouts; else with one after each dense layer, or at the end."""
    if any(isinstance(layer, Dropout) for layer in stack):
        return tuple(replace(x, rate=rate) if isinstance(x, Dropout) else x for x in stack)
    if not rate:
        return stack
    if all(isinstance(layer, Flatten | Dense) for layer in stack):
        with_rate = [(layer, Dropout(rate=rate)) if isinstance(layer, Dense) else (layer,) for layer in stack]
        return tuple(layer for group in with_rate for layer in group)
    end: tuple[Layer, ...] = (Dropout(rate=rate),)
    return (*stack, *end)
