"""Settings that are declared once, with the fields of a dataclass: bounds, label, option and place in the form."""

import dataclasses
import reprlib
import types
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args

from digitlab.errors import InvalidSetting
from digitlab.translation import Text

_KEY = "setting"  # of a field's metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSpec:
    """A setting of a training, as the checks, the form, the command line, links and files need it.

    Attributes:
        default: Its usual value.
        label: Its name in the form.
        help: One or two sentences on what it does; may be empty.
        low: Smallest value allowed.
        high: Largest value allowed.
        choices: The values allowed, where they are words.
        choice_labels: How the form writes them, by value; those left out are written as they are.
        unit: What it is counted in, in the plural; may be empty.
        step: By how much the form changes it; None: by the widget's own step.
        form_high: How far its slider goes, unless a link or a file brings more; None: up to `high`.
        form_format: How the form writes its value, in Streamlit's terms; None: as it is.
        is_typed: Whether it is typed into a box; otherwise a number is set by a slider.
        group: The part of the form that it is in; empty: "more", or the name of the dataclass's field in an inner one.
        position: Its place within the group; settings of the same position stand as they are declared.
        name: Filled in from the field: its name, in links, files and the record, and as an option.
        kind: Filled in from the field: int, float, bool or str.
        is_optional: Filled in from the field: whether it may be None, which the form shows as 0.
        owner: Filled in from the field: the field that holds the dataclass it belongs to; empty for the outer one.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> setting = settings_of(TrainingConfig)["batch_size"]
        >>> setting.words, setting.low, setting.high, setting.default
        ('batch size', 1, 4096, 32)
        >>> setting.check(0)
        Traceback (most recent call last):
        digitlab.errors.InvalidSetting: The setting batch size is 0. Choose a whole number from 1 to 4,096.
    """

    default: Any
    label: str
    help: str = ""
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    choice_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unit: str = ""
    step: float | None = None
    form_high: float | None = None
    form_format: str | None = None
    is_typed: bool = False
    group: str = ""
    position: int = 100
    name: str = ""
    kind: type = str
    is_optional: bool = False
    owner: str = ""

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return self.name.replace("_", " ")

    @property
    def option(self) -> str:
        """Its name on the command line, without dashes before it."""
        return self.name.replace("_", "-")

    def as_option(self, value: object) -> str:
        """Return the words on the command line that give it this value."""
        if isinstance(value, bool):
            return f"--{self.option}" if value else f"--no-{self.option}"
        return f"--{self.option} {0 if value is None else value}"

    def check(self, value: object) -> None:
        """Raise `InvalidSetting`, with the setting, the value and what is allowed, unless the value is allowed."""
        if value is None and self.is_optional:
            return
        if not self._allows(value):
            raise InvalidSetting(
                Text(
                    "The setting {name} is {value}. {allowed}",
                    name=self.words,
                    value=reprlib.repr(value),
                    allowed=self.allowed,
                )
            )

    @property
    def allowed(self) -> Text:
        """What may be chosen, as a sentence."""
        if self.choices:
            return Text("Choose one of {choices}.", choices=", ".join(self.choices))
        if self.kind is bool:
            return Text("Choose True or False.")
        ends = {"low": self.low, "high": self.high}
        if self.kind is int:
            return Text("Choose a whole number from {low:,} to {high:,}.", **ends)
        if self.unit:
            return Text("Choose a number from {low:g} to {high:g} ({unit}).", **ends, unit=self.unit)
        return Text("Choose a number from {low:g} to {high:g}.", **ends)

    def _allows(self, value: object) -> bool:
        if self.choices:
            return value in self.choices
        if self.kind is bool or isinstance(value, bool):
            return isinstance(value, self.kind) and self.kind is bool
        numbers = int if self.kind is int else int | float
        return isinstance(value, numbers) and self.low <= value <= self.high


def declare(setting: SettingSpec) -> Any:
    """Make a setting the field of a dataclass.

    Example:
        >>> @dataclass
        ... class Config:
        ...     epochs: int = declare(SettingSpec(default=10, label="Epochs", low=1, high=500))
        >>> Config()
        Config(epochs=10)
    """
    return dataclasses.field(default=setting.default, metadata={_KEY: setting})


def settings_of(config: type) -> dict[str, SettingSpec]:
    """Return the settings that a dataclass declares, by name: its own first, then those of the dataclasses in it."""
    return _settings_of(cast(Hashable, config))


def check_settings(config: Any) -> None:
    """Check every setting that belongs to a dataclass itself; raises `InvalidSetting` at the first that is wrong."""
    for setting in _declared(cast(Hashable, type(config))):
        setting.check(getattr(config, setting.name))


def values_of(config: Any) -> dict[str, Any]:
    """Return the value of every setting, by name, those of inner dataclasses among them."""
    settings = settings_of(type(config)).values()
    return {s.name: getattr(getattr(config, s.owner) if s.owner else config, s.name) for s in settings}


@cache
def _settings_of(config: Any) -> dict[str, SettingSpec]:
    own = (dataclasses.replace(setting, group=setting.group or "more") for setting in _declared(config))
    return {setting.name: setting for setting in (*own, *_inner(config))}


@cache
def _declared(config: Any) -> tuple[SettingSpec, ...]:
    return tuple(_named(field) for field in dataclasses.fields(config) if _KEY in field.metadata)


def _inner(config: Any) -> Iterator[SettingSpec]:
    for field in dataclasses.fields(config):
        if isinstance(field.type, type) and dataclasses.is_dataclass(field.type):
            for setting in _declared(cast(Hashable, field.type)):
                yield dataclasses.replace(setting, owner=field.name, group=setting.group or field.name)


def _named(field: "dataclasses.Field[Any]") -> SettingSpec:
    setting: SettingSpec = field.metadata[_KEY]
    is_optional = isinstance(field.type, types.UnionType)
    kind: Any = get_args(field.type)[0] if is_optional else field.type
    return dataclasses.replace(setting, name=field.name, kind=kind, is_optional=is_optional)
