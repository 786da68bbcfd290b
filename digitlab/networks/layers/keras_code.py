"""A stack of layers as lines of Keras code.

Example:
    >>> from digitlab.networks.layers.kinds import Conv2D
    >>> _expression(Conv2D(filters=8, l2=0.001, activation="none"), "")
    'layers.Conv2D(8, 3, padding="same", kernel_regularizer=keras.regularizers.L2(0.001))'
"""

from collections.abc import Sequence

from digitlab.networks.layers.base import Layer, WeightedLayer
from digitlab.networks.layers.kinds import Skip
from digitlab.networks.layers.layer_figures import Stack

_MAX_LINE = 100  # characters, before a call's arguments get lines of their own
_INDENT = "    "


def sequential(name: str, lines: Sequence[str], stack: Stack = (), after: Sequence[str] = ()) -> str:
    """Return the code of a network whose layers follow each other.

    Args:
        name: Of its variable.
        lines: The expressions of what comes before the stack, the input first.
        stack: The layers, without a skip connection.
        after: The expressions of what comes after it.
    """
    indent = 2 * _INDENT
    made = [*lines, *(_expression(layer, indent) for layer in stack), *after]
    return f"{name} = keras.Sequential(\n{_INDENT}[\n" + "".join(f"{indent}{line},\n" for line in made) + "    ]\n)\n"


def functional(name: str, lines: Sequence[str], stack: Stack, after: Sequence[str]) -> str:
    """Return the code of a network with skip connections; arguments as for `sequential`."""
    inputs, *before = lines
    code = [f"x = inputs = {inputs}", *(f"x = {line}(x)" for line in before)]
    starts = [position - layer.over for position, layer in enumerate(stack) if isinstance(layer, Skip)]
    for position, layer in enumerate(stack):
        code += [f"around_{position + 1} = x"] * (position in starts)
        if isinstance(layer, Skip):
            code.append(f"x = layers.Add()([around_{position - layer.over + 1}, x])")
        else:
            code.append(f"x = {_expression(layer, '')}(x)")
    code += [f"x = {line}(x)" for line in after]
    return "\n".join([*code, f"{name} = keras.Model(inputs, x)\n"])


def has_skip(stack: Stack) -> bool:
    """Whether a stack has a skip connection, so that its layers do not just follow each other."""
    return any(isinstance(layer, Skip) for layer in stack)


def _expression(layer: Layer, indent: str) -> str:
    call = layer.call()
    parts = [_literal(value) for value in call.positional]
    parts += [f"{name}={_literal(value)}" for name, value in call.named.items()]
    if isinstance(layer, WeightedLayer):
        parts += _of_weights(layer)
    line = f"layers.{call.name}({', '.join(parts)})"
    if len(indent + line) <= _MAX_LINE:
        return line
    inner = "".join(f"{indent}{_INDENT}{part},\n" for part in parts)
    return f"layers.{call.name}(\n{inner}{indent})"


def _of_weights(layer: WeightedLayer) -> list[str]:
    parts = []
    for kernel in layer.kernels:
        if layer.initializer != "glorot_uniform":
            parts.append(f"{kernel}_initializer={_literal(layer.initializer)}")
        if layer.l2:
            parts.append(f"{kernel}_regularizer=keras.regularizers.L2({layer.l2:g})")
    return parts


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
