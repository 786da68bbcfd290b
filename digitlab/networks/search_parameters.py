"""The settings that a search may vary, `PARAMETERS`, and those that one search does vary, `Varied`."""

import dataclasses
import enum
import math
from dataclasses import dataclass
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.fields import SettingSpec, declare, settings_of
from digitlab.networks.config import OPTIMIZERS, TrainingConfig
from digitlab.networks.layers.kinds import Dense, Dropout
from digitlab.translation import Text

UNITS, HIDDEN_LAYERS, DROPOUT, AUGMENTATION = "units", "hidden_layers", "dropout", "augmentation"
_SHARES = 3  # decimals of a dropped share or a strength that is tried
_DIGITS = 3  # significant ones of a learning rate that is tried


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
    setting: SettingSpec
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
            help=Text("The width of each dense layer. A network without one becomes a stack of dense layers."),
        )
    )
    hidden_layers: int = declare(
        SettingSpec(
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
        SettingSpec(
            default=0.0,
            label=Text("Augmentation"),
            help=Text("0: the digits as they are; 1: shifted by up to 2 pixels, rotated by 10° and scaled by 10%."),
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
