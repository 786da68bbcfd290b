"""A Streamlit page as a browser knows it: the elements that the server sent, and the state of its widgets."""

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
    """An element on the page.

    Attributes:
        kind: Its kind in Streamlit, such as "button".
        proto: The server's message about it.
        fragment: Its fragment; empty for the page itself.
        run: The script run that sent it.
    """

    kind: str
    proto: Any
    fragment: str
    run: str


@dataclass(slots=True)
class Page:
    """A page. What a script run does not send again is removed when the run ends.

    Attributes:
        errors: Every exception and error that it has shown.
        answers: How many digits it has received.
        digit: The digit that it shows; None where there is none.
    """

    errors: list[str] = field(default_factory=list)
    answers: int = 0
    _run: str = ""
    _shown: dict[tuple[int, ...], Shown] = field(default_factory=dict)
    _states: dict[str, WidgetState] = field(default_factory=dict)

    @property
    def digit(self) -> str | None:
        """The digit that is shown as the answer; None where there is none."""
        found = (_DIGIT.search(element.proto.body) for element in self._shown.values() if element.kind == "html")
        return next((match[1] for match in found if match), None)

    @property
    def progress(self) -> list[str]:
        """The texts of the progress bars."""
        return [element.proto.text for element in self._shown.values() if element.kind == "progress"]

    def begin(self, run: str) -> None:
        """Start a script run."""
        self._run = run

    def clear(self) -> None:
        """Forget everything, because another page is requested."""
        self._shown.clear()
        self._states.clear()

    def put(self, message: ForwardMsg) -> None:
        """Show an element that the server sent."""
        place, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            self._shown.pop(place, None)  # a block
            return
        kind = _kind(delta.new_element)
        element = self._shown[place] = Shown(kind, getattr(delta.new_element, kind), delta.fragment_id, self._run)
        if kind == "exception":
            self.errors.append(f"{element.proto.type}: {element.proto.message}")
        elif kind == "alert" and element.proto.format == Alert.ERROR:
            self.errors.append(element.proto.body)
        elif kind == "html" and _DIGIT.search(element.proto.body):
            self.answers += 1
        self._initialize(element)

    def finish(self, run: str, fragments: Collection[str]) -> None:
        """End a run of the whole page or of some fragments: remove what it did not show again."""
        for place, element in list(self._shown.items()):
            if element.run != run and (not fragments or element.fragment in fragments):
                del self._shown[place]
        ids = {getattr(element.proto, "id", "") for element in self._shown.values()}
        self._states = {name: state for name, state in self._states.items() if name in ids}

    def find(self, kind: str, label: str) -> Shown:
        """Return the element with a kind and label; `LookupError` if the page shows none."""
        for element in self._shown.values():
            if element.kind == kind and element.proto.label == label:
                return element
        raise LookupError(f"The page shows no {kind} {label!r}.")

    def has(self, kind: str, label: str) -> bool:
        """Whether such an element is shown."""
        return any(element.kind == kind and element.proto.label == label for element in self._shown.values())

    def says(self, text: str) -> bool:
        """Whether a text stands on the page; those in fields and tables do not count."""
        return any(text in getattr(element.proto, "body", "") for element in self._shown.values())

    def canvas(self) -> Shown:
        """Return the canvas."""
        for element in self._shown.values():
            if element.kind == "bidi_component" and "drawable" in element.proto.component_name:
                return element
        raise LookupError("The page shows no canvas.")

    def drawing(self) -> str:
        """Return what the canvas sent last; empty where it sent nothing."""
        state = self._states.get(self.canvas().proto.id)
        return state.json_value if state else ""

    def field(self, label: str) -> Shown:
        """Return the input widget with a label."""
        for element in self._shown.values():
            if element.kind in _DEFAULTS and element.proto.label == label:
                return element
        raise LookupError(f"The page shows no field {label!r}.")

    def fill(self, widget: Shown, value: Value) -> None:
        """Set an input widget, or the canvas."""
        self._states[widget.proto.id] = WidgetState(id=widget.proto.id, **_state(widget, value))

    def states(self, pressed: Shown | None = None) -> WidgetStates:
        """Return the state of all widgets, with the button that is pressed."""
        states = WidgetStates(widgets=self._states.values())
        if pressed is not None:
            states.widgets.append(WidgetState(id=pressed.proto.id, trigger_value=True))
        return states

    def _initialize(self, element: Shown) -> None:
        """Set a widget to its default, or to the value that the script sets."""
        default = _DEFAULTS.get(element.kind)
        if default is None or not element.proto.id:
            return
        if getattr(element.proto, "set_value", False) or element.proto.id not in self._states:
            self._states[element.proto.id] = WidgetState(id=element.proto.id, **default(element.proto))


def _kind(element: Element) -> str:
    return str(element.WhichOneof("type"))


def _state(widget: Shown, value: Value) -> dict[str, Any]:
    """Return a value as the browser sends it for this kind of widget."""
    if widget.kind == "bidi_component":
        return {"json_value": str(value)}
    if widget.kind == "button_group":
        return {"string_array_value": {"data": [str(value)]}}
    if widget.kind == "slider":
        return {"double_array_value": {"data": [float(value)]}}
    if widget.kind == "number_input":
        return _number(widget.proto, float(value))
    return {"string_value": str(value)}


def _number(proto: NumberInput, value: float) -> dict[str, Any]:
    return {"int_value": int(value)} if proto.data_type == NumberInput.INT else {"double_value": value}


def _group(proto: Any) -> dict[str, Any]:
    options = [f"{option.content_icon} {option.content}".strip() for option in proto.options]
    chosen = list(proto.raw_values) if proto.set_value else [options[index] for index in proto.default]
    return {"string_array_value": {"data": chosen}}


def _slider(proto: Any) -> dict[str, Any]:
    return {"double_array_value": {"data": list(proto.value if proto.set_value else proto.default)}}


def _box(proto: Any) -> dict[str, Any]:
    return {"string_value": proto.raw_value if proto.set_value else proto.options[proto.default]}


def _text(proto: Any) -> dict[str, Any]:
    return {"string_value": proto.value if proto.set_value else proto.default}


_DEFAULTS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "button_group": _group,
    "slider": _slider,
    "selectbox": _box,
    "checkbox": lambda proto: {"bool_value": proto.value if proto.set_value else proto.default},
    "number_input": lambda proto: _number(proto, proto.value if proto.set_value else proto.default),
    "text_input": _text,
    "file_uploader": lambda _: {"file_uploader_state_value": {}},
}
