"""The strokes of a canvas in a session: those it started from, and those it has sent, without what was undone.

The functions take the session's state, and the key of the canvas in it. Strokes are objects of Fabric.js.
"""

from collections.abc import MutableMapping
from typing import Any

State = MutableMapping[Any, Any]
Strokes = list[dict[str, Any]]


def start(state: State, key: str, strokes: Strokes) -> None:
    """Have a canvas that the page has not shown yet start from some strokes."""
    state[f"{key}_start"] = {"objects": strokes, "change": 0}


def started_from(state: State, key: str) -> dict[str, Any]:
    """Return the drawing that the canvas started from, or was last redrawn with, as the canvas takes it."""
    drawing: dict[str, Any] = state[f"{key}_start"]
    return drawing


def received(state: State, key: str) -> Strokes:
    """Return all strokes received, including those that no run of the page has seen yet: a click can be that fast.

    Before the canvas has sent anything, the session holds what it started from first, not what an undo left of that.
    Neither does what it sent before an undo hold that: a second one comes before the canvas has sent what it redrew.
    """
    sent = _sent(state, key)
    strokes: Strokes = started_from(state, key)["objects"]
    return strokes if sent is None or is_redrawn(state, key) else sent


def redraw(state: State, key: str, strokes: Strokes) -> None:
    """Redraw the canvas; the count makes it a change even if the strokes are the same as last time."""
    state[f"{key}_start"] = {"objects": strokes, "change": started_from(state, key)["change"] + 1}
    state[f"{key}_replaced"] = _sent(state, key)


def is_redrawn(state: State, key: str) -> bool:
    """Whether the canvas has sent nothing since it was redrawn; what it sends then is another drawing."""
    replaced = state.get(f"{key}_replaced")
    if replaced is not None and replaced != _sent(state, key):
        replaced = state[f"{key}_replaced"] = None
    return replaced is not None


def _sent(state: State, key: str) -> Strokes | None:
    """Return the strokes that the canvas has sent; None before it has sent any."""
    sent = state[key].get("drawing") or {}  # the package's own format; another version may differ
    strokes: Strokes | None = sent["raw"]["objects"] if sent.get("data") else None
    return strokes
