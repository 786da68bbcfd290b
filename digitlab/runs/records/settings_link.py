"""A run's settings as text for other people: as a link or a small file. Both hold only what differs from the preset."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.networks.config import LAYERS, RATE_CHANGES, TrainingConfig
from digitlab.translation import Text

PARAMETER = "settings"  # of the Train page's address
MAX_SIZE = 50_000  # characters
_VERSION = 1
_LINK = re.compile(r"[A-Za-z0-9._~-]+")
_SEPARATOR, _IS = "~", "_is_"
_UNREADABLE = {  # what is packed, and what is said if it is damaged
    LAYERS: Text("The layers in this link cannot be read. Copy the whole link."),
    RATE_CHANGES: Text("The changes of the learning rate in this link cannot be read. Copy the whole link."),
}


def as_link(config: TrainingConfig) -> str:
    """Return the settings as a query parameter.

    Example:
        >>> as_link(TrainingConfig(epochs=3))
        '1~preset_is_tutorial~epochs_is_3~seed_is_1'
    """
    values = config.changes()
    return _SEPARATOR.join([str(_VERSION), *(f"{name}{_IS}{_as_text(value)}" for name, value in values.items())])


def as_file(config: TrainingConfig) -> str:
    """Return the settings as a small JSON file."""
    return json.dumps({"digitlab_settings": _VERSION, **config.changes()}, indent=2) + "\n"


def from_link(text: str) -> TrainingConfig:
    """Return the settings of a link that `as_link` made.

    Raises:
        InvalidSetting: The link is damaged, or a setting is unknown or not allowed.

    Example:
        >>> from_link("1~preset_is_fast~epochs_is_3").epochs
        3
    """
    if len(text) > MAX_SIZE or not _LINK.fullmatch(text):
        raise InvalidSetting(Text("The settings in this link cannot be read. Copy the whole link, or ask for a file."))
    version, *parts = text.split(_SEPARATOR)
    _check_version(version)
    values: dict[str, Any] = {}
    for part in parts:
        name, is_given, value = part.partition(_IS)
        if not is_given or name in values:
            raise InvalidSetting(
                Text("The settings in this link cannot be read at {part!r}. Copy the whole link.", part=part[:40])
            )
        values[name] = _unpacked(value, _UNREADABLE[name]) if name in _UNREADABLE else _from_text(value)
    return _config(values)


def from_file(content: str | bytes) -> TrainingConfig:
    """Return the settings of a file that `as_file` made, or that somebody wrote.

    Raises:
        InvalidSetting: It is not such a file, or a setting is unknown or not allowed.
    """
    try:
        if len(content) > MAX_SIZE:
            raise ValueError("too long")
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidSetting(Text("This is not a settings file. Choose one that was downloaded from a run.")) from error
    if not isinstance(values, dict) or "digitlab_settings" not in values:
        raise InvalidSetting(Text("This is not a settings file. Choose one that was downloaded from a run."))
    _check_version(str(values.pop("digitlab_settings")))
    return _config(values)


def _config(values: Mapping[str, Any]) -> TrainingConfig:
    return TrainingConfig.from_preset(values.get("preset", "tutorial")).with_values(values)


def _check_version(version: str) -> None:
    if version != str(_VERSION):
        raise InvalidSetting(
            Text(
                "These settings have the version {version!r}. This lab reads version {known}.",
                version=version[:10],
                known=_VERSION,
            )
        )


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return _packed(value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _packed(values: list[Any]) -> str:
    """Return layers or changes, as JSON has them, in letters that need no escape in an address."""
    content = json.dumps(values, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def _unpacked(text: str, sentence: Text) -> object:
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), MAX_SIZE)
        if reader.unconsumed_tail:
            raise ValueError("too long")
        return json.loads(content)
    except (ValueError, RecursionError, zlib.error) as error:
        raise InvalidSetting(sentence) from error


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
