"""The types and ranges of the values on a model card: somebody may have edited it."""

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any

from digitlab.runs.records.numbers import MAX_NUMBER

_REAL = int | float
_SHARE = 1 + 1e-6  # of digits: sums in float32 round
_MAX_SECONDS = 1e10  # 300 years
_LAST_SECOND = 253_402_300_799  # seconds since 1970, at the end of the year 9999: calendars go no further
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number from `low` to `high`."""

    kind: type | UnionType
    low: float = 0
    high: float = float(MAX_NUMBER)
    is_optional: bool = False

    def check(self, name: str, value: object) -> None:
        if value is None and self.is_optional:
            return
        if isinstance(value, bool) or not isinstance(value, self.kind):
            raise TypeError(f"{name} is {reprlib.repr(value)}")
        assert isinstance(value, int | float)
        if not self.low <= value <= self.high:  # true for NaN, too
            raise ValueError(f"{name} is {reprlib.repr(value)}, not {self.low:g} to {self.high:g}")


_LOSS, _LATER_LOSS = _Number(_REAL, high=1e300), _Number(_REAL, high=1e300, is_optional=True)
_ACCURACY, _LATER_ACCURACY = _Number(_REAL, high=_SHARE), _Number(_REAL, high=_SHARE, is_optional=True)
_SECONDS = _Number(_REAL, high=_MAX_SECONDS)
_CARD = {
    "test_loss": _LOSS,
    "test_accuracy": _ACCURACY,
    "seconds": _SECONDS,
    "created": _Number(_REAL, high=_LAST_SECOND),
}
_LATER = {"preprocessing": _Number(int, low=1), "replanned_after": _Number(int, is_optional=True)}
_EPOCH = {"epoch": _Number(int, low=1), "loss": _LOSS, "accuracy": _ACCURACY, "seconds": _SECONDS}
_LATER_EPOCH = {"validation_loss": _LATER_LOSS, "validation_accuracy": _LATER_ACCURACY}
_TEXTS = ("name", "title", "command", "data")
_LATER_TEXTS = ("owner", "owner_name")


def check_card(values: Mapping[str, Any]) -> None:
    """Check all values of a card, the settings and the calibration excepted, which check themselves.

    Raises:
        TypeError, ValueError, KeyError: A value has the wrong type, is out of range, or is missing.

    Example:
        >>> check_card({"name": 5})
        Traceback (most recent call last):
        TypeError: name is 5
    """
    for name in _TEXTS:
        check_text(name, values[name])
    for name in _LATER_TEXTS:
        check_text(name, values.get(name, ""))
    _check_numbers(values, _CARD, _LATER)
    check_build(values)
    for name, kind in {"config": dict, "epochs": list, "was_stopped": bool, "is_ready_made": bool}.items():
        _check_type(name, values[name], kind)
    _check_type("is_pending", values.get("is_pending", False), bool)
    for epoch in values["epochs"]:
        _check_type("epochs", epoch, dict)
        _check_numbers(epoch, _EPOCH, _LATER_EPOCH)


def check_build(values: Mapping[str, Any]) -> None:
    """Check what is known of a network's file: its number of weights, and the versions that made it."""
    _Number(int).check("parameters", values["parameters"])
    _check_type("versions", values["versions"], dict)
    for package, version in values["versions"].items():
        check_text("versions", package)
        check_text(package, version)


def check_origin(values: Mapping[str, Any]) -> None:
    """Check the values of an imported network's origin; raises as `check_card` does."""
    _Number(int).check("layers", values["layers"])
    _check_type("is_softmax_added", values["is_softmax_added"], bool)
    for name in ("file", "source", "scale", "sha256"):
        check_text(name, values[name])
    if not _SHA256.fullmatch(values["sha256"]):
        raise ValueError(f"sha256 is {values['sha256']!r}")
    check_text("adaptation", values.get("adaptation", ""))
    alternatives = values.get("alternatives", ())
    if not isinstance(alternatives, list | tuple):
        raise TypeError(f"alternatives are {alternatives!r}")
    for title in alternatives:
        check_text("alternatives", title)


def check_text(name: str, value: object) -> None:
    """Check that a value is text that can be written: half a character, as JSON may hold, cannot."""
    _check_type(name, value, str)
    str(value).encode()


def _check_numbers(values: Mapping[str, Any], always: Mapping[str, _Number], later: Mapping[str, _Number]) -> None:
    """Check those numbers that every version writes, and those that older ones left out."""
    for name, number in always.items():
        number.check(name, values[name])
    for name in later.keys() & values.keys():
        later[name].check(name, values[name])


def _check_type(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {reprlib.repr(value)}")
