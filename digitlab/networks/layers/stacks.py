"""Stacks of layers as JSON: in files, links, records and on the command line, always checked when read.

Example:
    >>> stack = from_json([{"type": "Flatten"}, {"type": "Dense", "units": 32}])
    >>> as_json(stack)
    [{'type': 'Flatten'}, {'type': 'Dense', 'units': 32}]
    >>> from_text('[{"type": "Flatten"}, {"type": "Dense", "units": 0}]')
    Traceback (most recent call last):
    digitlab.errors.InvalidSetting: Layer 2: The setting units is 0. Choose a whole number from 1 to 4,096.
"""

import json
import reprlib
from collections.abc import Iterable
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.fields import settings_of, values_of
from digitlab.networks.layers.base import FIRST, Layer
from digitlab.networks.layers.kinds import KINDS
from digitlab.networks.layers.layer_figures import MAX_LAYERS, Stack, describe, too_many
from digitlab.translation import Text, message_of

MAX_SIZE = 50_000  # characters of a file
_TYPE = "type"


def as_json(stack: Iterable[Layer]) -> list[dict[str, Any]]:
    """Return the layers as plain values: the type of each, and the settings that are not the default."""
    return [{_TYPE: layer.kind, **_changes(layer)} for layer in stack]


def as_text(stack: Iterable[Layer]) -> str:
    """Return the layers as short JSON."""
    return json.dumps(as_json(stack), separators=(",", ":"))


def as_file(stack: Iterable[Layer]) -> str:
    """Return the layers as a JSON file, a line a layer."""
    return "[\n" + ",\n".join(f"  {json.dumps(layer)}" for layer in as_json(stack)) + "\n]\n"


def in_a_line(stack: Iterable[Layer]) -> str:
    """Return the layers in a line, as Keras names them; in no language, as code.

    Example:
        >>> in_a_line(from_json([{"type": "Flatten"}, {"type": "Dense", "units": 32}, {"type": "Skip", "over": 1}]))
        'Flatten, Dense 32, Skip 1'
    """
    return ", ".join(_brief(layer) for layer in stack)


def from_text(content: str | bytes) -> Stack:
    """Return the layers of a JSON file or text, checked as a whole.

    Raises:
        InvalidSetting: It is no list of layers, or no network can be built from them; with the layer and what to do.
    """
    try:
        if len(content) > MAX_SIZE:
            raise ValueError("too long")
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidSetting(
            Text(
                "This is not a file of layers: a list in JSON, each layer with its type. Correct it, or choose another."
            )
        ) from error
    return check(from_json(values))


def from_json(values: object) -> Stack:
    """Return the layers of plain values; each by itself is checked.

    Raises:
        InvalidSetting: They are no list of layers, or a setting is unknown or not allowed.
    """
    if not isinstance(values, list | tuple):
        raise InvalidSetting(
            Text("The layers are {value}. Give a list of layers, each with its type.", value=reprlib.repr(values))
        )
    if len(values) > MAX_LAYERS:
        raise InvalidSetting(too_many(len(values)))
    return tuple(_layer(number, value) for number, value in enumerate(values, start=1))


def check(stack: Stack) -> Stack:
    """Return the layers if a network can be built from them; raises `InvalidSetting` with what is wrong first."""
    if problem := describe(stack).problem:
        raise InvalidSetting(problem.sentence)
    return stack


def _brief(layer: Layer) -> str:
    shown = next((setting for setting in settings_of(type(layer)).values() if setting.position == FIRST), None)
    return layer.kind if shown is None else f"{layer.kind} {getattr(layer, shown.name)}"


def _changes(layer: Layer) -> dict[str, Any]:
    settings = settings_of(type(layer))
    return {name: value for name, value in values_of(layer).items() if value != settings[name].default}


def _layer(number: int, value: object) -> Layer:
    if isinstance(value, Layer):
        return value
    if not isinstance(value, dict) or not isinstance(value.get(_TYPE), str):
        raise InvalidSetting(
            Text("Layer {number} is {value}. Give its type and settings.", number=number, value=reprlib.repr(value))
        )
    kind = KINDS.get(value[_TYPE])
    if kind is None:
        raise InvalidSetting(
            Text(
                "Layer {number}: there is no type {type}. Choose one of {known}.",
                number=number,
                type=repr(value[_TYPE][:40]),
                known=", ".join(KINDS),
            )
        )
    settings = {name: setting for name, setting in value.items() if name != _TYPE}
    known = settings_of(kind)
    if unknown := sorted(set(settings) - set(known)):
        raise InvalidSetting(
            Text(
                "Layer {number}: {layer} has no setting {name}. It has {known}.",
                number=number,
                layer=kind.__name__,
                name=repr(unknown[0][:40]),
                known=", ".join(known) or Text("none"),
            )
        )
    try:
        return kind(**settings)
    except InvalidSetting as error:
        raise InvalidSetting(Text("Layer {number}: {problem}", number=number, problem=message_of(error))) from error
