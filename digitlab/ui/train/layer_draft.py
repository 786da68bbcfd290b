"""A stack of layers while somebody builds it: each change returns another one, and can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.layer_figures import MAX_LAYERS, Stack
from digitlab.networks.presets import PRESETS

_MAX_UNDO = 50


@dataclass(frozen=True, slots=True)
class Earlier:
    """A stack before a change.

    Attributes:
        stack: The layers.
        preset: The preset whose settings the form suggested.
        settings: What the form's fields held, by the settings' names, if the change replaced that, too.
    """

    stack: Stack
    preset: str
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LayerDraft:
    """A stack of layers that somebody builds.

    Attributes:
        stack: The layers, without the last one.
        preset: The preset whose settings the form suggests.
        chosen: The position of the layer that changes go to.
        numbers: A number for each layer, which no other layer ever gets: the keys of its widgets contain it.
        revision: Grows with each change, and is above all numbers.
        earlier: The stacks before, for undoing.

    Example:
        >>> from digitlab.networks.layers.kinds import Dense, Flatten
        >>> draft = LayerDraft().started((Flatten(), Dense(units=32)), "tutorial").moved(1)
        >>> [layer.kind for layer in draft.stack], draft.chosen
        (['Dense', 'Flatten'], 1)
        >>> [layer.kind for layer in draft.undone().stack]
        ['Flatten', 'Dense']
    """

    stack: Stack = PRESETS["tutorial"].layers
    preset: str = "tutorial"
    chosen: int = 0
    numbers: tuple[int, ...] = tuple(range(len(PRESETS["tutorial"].layers)))
    revision: int = len(PRESETS["tutorial"].layers)
    earlier: tuple[Earlier, ...] = ()

    def started(self, stack: Stack, preset: str, settings: Mapping[str, Any] | None = None) -> "LayerDraft":
        """Return another stack in place of this one.

        Args:
            stack: The layers.
            preset: The preset whose settings suit them.
            settings: What the form's fields hold, if that is replaced, too.
        """
        return replace(self._changed(stack, self._anew(len(stack)), 0, settings), preset=preset)

    def added(self, layer: Layer) -> "LayerDraft":
        """Return the stack with a layer after the chosen one; itself if there are as many as are allowed."""
        if len(self.stack) >= MAX_LAYERS:
            return self
        place = min(self.chosen + 1, len(self.stack))
        stack = (*self.stack[:place], layer, *self.stack[place:])
        return self._changed(stack, (*self.numbers[:place], *self._anew(1), *self.numbers[place:]), place)

    def duplicated(self) -> "LayerDraft":
        """Return the stack with a copy of the chosen layer after it."""
        return self.added(self.stack[self.chosen]) if self.stack else self

    def removed(self) -> "LayerDraft":
        """Return the stack without the chosen layer."""
        if not self.stack:
            return self
        at, after = self.chosen, self.chosen + 1
        stack, numbers = self.stack[:at] + self.stack[after:], self.numbers[:at] + self.numbers[after:]
        return self._changed(stack, numbers, max(0, min(at, len(stack) - 1)))

    def moved(self, steps: int) -> "LayerDraft":
        """Return the stack with the chosen layer so many places further down; itself if there is no such place."""
        at, to = self.chosen, self.chosen + steps
        if not 0 <= to < len(self.stack):
            return self
        stack, numbers = list(self.stack), list(self.numbers)
        stack.insert(to, stack.pop(at))
        numbers.insert(to, numbers.pop(at))
        return self._changed(tuple(stack), tuple(numbers), to)

    def with_layer(self, layer: Layer) -> "LayerDraft":
        """Return the stack with other settings of the chosen layer."""
        if layer == self.stack[self.chosen]:
            return self
        stack = (*self.stack[: self.chosen], layer, *self.stack[self.chosen + 1 :])
        return self._changed(stack, self.numbers, self.chosen)

    def undone(self) -> "LayerDraft":
        """Return the stack before the last change; itself if there is none."""
        if not self.earlier:
            return self
        last = self.earlier[-1]
        chosen = max(0, min(self.chosen, len(last.stack) - 1))
        draft = self._changed(last.stack, self._anew(len(last.stack)), chosen)
        return replace(draft, preset=last.preset, earlier=self.earlier[:-1])

    def _changed(
        self, stack: Stack, numbers: tuple[int, ...], chosen: int, settings: Mapping[str, Any] | None = None
    ) -> "LayerDraft":
        return replace(
            self,
            stack=stack,
            numbers=numbers,
            chosen=chosen,
            revision=max((self.revision, *numbers)) + 1,
            earlier=(*self.earlier, Earlier(self.stack, self.preset, settings))[-_MAX_UNDO:],
        )

    def _anew(self, count: int) -> tuple[int, ...]:
        return tuple(range(self.revision, self.revision + count))
