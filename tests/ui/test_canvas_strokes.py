"""What the canvas holds, by what the browser has sent; the browser itself is in tests/browser/test_draw.py."""

import pytest

from digitlab.ui import canvas_strokes

KEY = "paper"


@pytest.fixture
def state():
    """A session whose canvas has sent three strokes."""
    state = {}
    canvas_strokes.start(state, KEY, [])
    send(state, "a", "b", "c")
    return state


def send(state, *strokes):
    state[KEY] = {"drawing": {"data": "a picture", "raw": {"objects": list(strokes)}}}


def undo(state):
    canvas_strokes.redraw(state, KEY, canvas_strokes.received(state, KEY)[:-1])


def test_undos_faster_than_the_canvas_redraws_all_count(state):
    undo(state)
    undo(state)
    assert canvas_strokes.received(state, KEY) == canvas_strokes.started_from(state, KEY)["objects"] == ["a"]
    send(state, "a")
    assert canvas_strokes.received(state, KEY) == ["a"]


def test_what_is_drawn_after_an_undo_counts(state):
    undo(state)
    send(state, "a", "b", "d")
    assert canvas_strokes.received(state, KEY) == ["a", "b", "d"]
    undo(state)
    assert canvas_strokes.received(state, KEY) == ["a", "b"]


def test_the_same_stroke_again_is_a_stroke(state):
    undo(state)
    send(state, "a", "b")
    assert canvas_strokes.received(state, KEY) == ["a", "b"]
    send(state, "a", "b", "c")
    undo(state)
    assert canvas_strokes.received(state, KEY) == ["a", "b"]


def test_before_anything_was_sent_the_start_counts(state):
    state[KEY] = {}
    canvas_strokes.start(state, KEY, ["x", "y"])
    undo(state)
    assert canvas_strokes.received(state, KEY) == ["x"]
    send(state, "x", "z")
    assert canvas_strokes.received(state, KEY) == ["x", "z"]
