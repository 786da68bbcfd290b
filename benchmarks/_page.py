"""What a browser knows of a Streamlit page: the elements that the server sent, and the state of its fields."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

_DIGIT = re.compile(r"data-testid=['\"]digit['\"]>([^<]+)<")
Value = str | float


@dataclass(frozen=True, slots=True)
class Shown:
    """An element of the page.

    Attributes:
        kind: Of Streamlit's elements, such as "button".
        proto: What the server said of it.
        fragment: The fragment that it belongs to; empty for the page itself.
        run: The script's run that sent it.
    """

    kind: str
    proto: Any
    fragment: str
    run: str


@dataclass(slots=True)
class Page:
    """A page as it stands; what a run of its script did not send again is gone when the run is done.

    Attributes:
        errors: Every exception and every error that it has shown.
        answers: How many digits it has been told.
        digit: The one that it shows; None where there is none.
    """

    errors: list[str] = field(default_factory=list)
    answers: int = 0
    _run: str = ""
    _shown: dict[tuple[int, ...], Shown] = field(default_factory=dict)
    _states: dict[str, WidgetState] = field(default_factory=dict)

    @property
    def digit(self) -> str | None:
        """The digit that is shown as the answer."""
        found = (_DIGIT.search(one.proto.body) for one in self._shown.values() if one.kind == "html")
        return next((match[1] for match in found if match), None)

    @property
    def progress(self) -> list[str]:
        """What stands in the bars that show how far something is."""
        return [one.proto.text for one in self._shown.values() if one.kind == "progress"]

    def begin(self, run: str) -> None:
        """A run of the script begins."""
        self._run = run

    def clear(self) -> None:
        """Another page is asked for."""
        self._shown.clear()
        self._states.clear()

    def put(self, message: ForwardMsg) -> None:
        """Show what the server sent."""
        place, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            self._shown.pop(place, None)  # a block
            return
        kind = _kind(delta.new_element)
        one = self._shown[place] = Shown(kind, getattr(delta.new_element, kind), delta.fragment_id, self._run)
        if kind == "exception":
            self.errors.append(f"{one.proto.type}: {one.proto.message}")
        elif kind == "alert" and one.proto.format == Alert.ERROR:
            self.errors.append(one.proto.body)
        elif kind == "html" and _DIGIT.search(one.proto.body):
            self.answers += 1
        self._start_with(one)

    def finish(self, run: str, fragments: Collection[str]) -> None:
        """A run is done, of the whole page or of some fragments: forget what it did not show again."""
        for place, one in list(self._shown.items()):
            if one.run != run and (not fragments or one.fragment in fragments):
                del self._shown[place]
        there = {getattr(one.proto, "id", "") for one in self._shown.values()}
        self._states = {name: state for name, state in self._states.items() if name in there}

    def find(self, kind: str, label: str) -> Shown:
        """Return the element of a kind and label; `LookupError` if it is not shown."""
        for one in self._shown.values():
            if one.kind == kind and one.proto.label == label:
                return one
        raise LookupError(f"The page shows no {kind} {label!r}.")

    def has(self, kind: str, label: str) -> bool:
        """Whether such an element is shown."""
        return any(one.kind == kind and one.proto.label == label for one in self._shown.values())

    def canvas(self) -> Shown:
        """Return the field to draw in."""
        for one in self._shown.values():
            if one.kind == "bidi_component" and "drawable" in one.proto.component_name:
                return one
        raise LookupError("The page shows no canvas.")

    def field(self, label: str) -> Shown:
        """Return the field of a label."""
        for one in self._shown.values():
            if one.kind in _STARTS and one.proto.label == label:
                return one
        raise LookupError(f"The page shows no field {label!r}.")

    def fill(self, one: Shown, value: Value) -> None:
        """Set a field, or the canvas."""
        self._states[one.proto.id] = WidgetState(id=one.proto.id, **_state(one, value))

    def states(self, pressed: Shown | None = None) -> WidgetStates:
        """Return the state of all fields, with the button that is pressed."""
        states = WidgetStates(widgets=self._states.values())
        if pressed is not None:
            states.widgets.append(WidgetState(id=pressed.proto.id, trigger_value=True))
        return states

    def _start_with(self, one: Shown) -> None:
        """A field begins with its default; the script may set it later."""
        start = _STARTS.get(one.kind)
        if start is None or not one.proto.id:
            return
        if getattr(one.proto, "set_value", False) or one.proto.id not in self._states:
            self._states[one.proto.id] = WidgetState(id=one.proto.id, **start(one.proto))


def _kind(element: Element) -> str:
    return str(element.WhichOneof("type"))


def _state(one: Shown, value: Value) -> dict[str, Any]:
    """Say a value as the browser says it for a field of this kind."""
    if one.kind == "bidi_component":
        return {"json_value": str(value)}
    if one.kind == "button_group":
        return {"string_array_value": {"data": [str(value)]}}
    if one.kind == "slider":
        return {"double_array_value": {"data": [float(value)]}}
    if one.kind == "number_input":
        return _number(one.proto, float(value))
    return {"string_value": str(value)}


def _number(proto: NumberInput, value: float) -> dict[str, Any]:
    return {"int_value": int(value)} if proto.data_type == NumberInput.INT else {"double_value": value}


def _group(proto: Any) -> dict[str, Any]:
    chosen = list(proto.raw_values) if proto.set_value else [proto.options[index].content for index in proto.default]
    return {"string_array_value": {"data": chosen}}


def _slider(proto: Any) -> dict[str, Any]:
    return {"double_array_value": {"data": list(proto.value if proto.set_value else proto.default)}}


def _box(proto: Any) -> dict[str, Any]:
    return {"string_value": proto.raw_value if proto.set_value else proto.options[proto.default]}


def _text(proto: Any) -> dict[str, Any]:
    return {"string_value": proto.value if proto.set_value else proto.default}


_STARTS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "button_group": _group,
    "slider": _slider,
    "selectbox": _box,
    "checkbox": lambda proto: {"bool_value": proto.value if proto.set_value else proto.default},
    "number_input": lambda proto: _number(proto, proto.value if proto.set_value else proto.default),
    "text_input": _text,
    "file_uploader": lambda _: {"file_uploader_state_value": {}},
}
