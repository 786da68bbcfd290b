"""A run's settings as text that travels: in a link, or as a small file; both hold only what differs from the preset."""

import json
import re
from collections.abc import Mapping
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.networks.config import PRESETS, TrainingConfig

PARAMETER = "settings"  # of the Train page's address
MAX_SIZE = 10_000  # characters
_VERSION = 1
_LINK = re.compile(r"[A-Za-z0-9._~-]+")
_APART, _IS = "~", "_is_"


def as_link(config: TrainingConfig) -> str:
    """Return the settings as a query parameter: `1~preset_is_tutorial~epochs_is_3`."""
    values = _changed(config)
    return _APART.join([str(_VERSION), *(f"{name}{_IS}{_as_text(value)}" for name, value in values.items())])


def as_file(config: TrainingConfig) -> str:
    """Return the settings as a small JSON file."""
    return json.dumps({"digitlab_settings": _VERSION, **_changed(config)}, indent=2) + "\n"


def from_link(text: str) -> TrainingConfig:
    """The other way round.

    Raises:
        InvalidSetting: What is wrong, in a sentence.
    """
    if len(text) > MAX_SIZE or not _LINK.fullmatch(text):
        raise InvalidSetting("The settings in this link cannot be read. Copy the whole link, or ask for the file.")
    version, *parts = text.split(_APART)
    _check_version(version)
    values: dict[str, Any] = {}
    for part in parts:
        name, is_given, value = part.partition(_IS)
        if not is_given or name in values:
            raise InvalidSetting(f"The settings in this link cannot be read at {part[:40]!r}. Copy the whole link.")
        values[name] = _from_text(value)
    return _config(values)


def from_file(content: str | bytes) -> TrainingConfig:
    """Take the content of a file that `as_file` made, or that somebody wrote.

    Raises:
        InvalidSetting: What is wrong, in a sentence.
    """
    try:
        if len(content) > MAX_SIZE:
            raise ValueError("too long")
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidSetting("This is not a file of settings: choose one that was downloaded from a run.") from error
    if not isinstance(values, dict) or "digitlab_settings" not in values:
        raise InvalidSetting("This is not a file of settings: choose one that was downloaded from a run.")
    _check_version(str(values.pop("digitlab_settings")))
    return _config(values)


def _changed(config: TrainingConfig) -> dict[str, Any]:
    """The preset, epochs and seed, and what is not as the preset has it; augmentation's values among the others."""
    flat, usual = _flat(config), _flat(PRESETS[config.preset].config)
    return {name: value for name, value in flat.items() if value != usual[name] or name in ("preset", "epochs", "seed")}


def _flat(config: TrainingConfig) -> dict[str, Any]:
    values = config.as_dict()
    del values["tuning"]  # nobody else has its drawings
    values |= values.pop("augmentation")
    return values


def _config(values: Mapping[str, Any]) -> TrainingConfig:
    preset = values.get("preset", "tutorial")
    if not isinstance(preset, str) or preset not in PRESETS:
        raise InvalidSetting(f"The preset is {str(preset)[:40]!r}. Choose one of {', '.join(PRESETS)}.")
    usual = PRESETS[preset].config.as_dict()
    del usual["tuning"]
    inner = usual["augmentation"]
    if unknown := sorted(set(values) - set(inner) - (set(usual) - {"augmentation"})):
        raise InvalidSetting(f"There is no setting {unknown[0][:40]!r}; this lab may be older than that run's.")
    augmentation = {name: values.get(name, value) for name, value in inner.items()}
    return TrainingConfig.from_dict(
        {name: values.get(name, value) for name, value in usual.items()} | {"augmentation": augmentation}
    )


def _check_version(version: str) -> None:
    if version != str(_VERSION):
        raise InvalidSetting(f"These settings are of version {version[:10]!r}; this lab reads version {_VERSION}.")


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _from_text(text: str) -> object:
    words = {"yes": True, "no": False, "none": None}
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
