"""Which steps a person has finished: kept in the session, and between visits in the browser's storage."""

from collections.abc import Mapping

import streamlit as st

from digitlab.ui import identity
from digitlab.ui.learn.paths import STEPS

_DONE = "learned_steps"  # in the session
_MEMORY = "learn-memory"
_CLEARED = "learn_is_cleared"


def done() -> frozenset[str]:
    """Return the names of the finished steps."""
    found: frozenset[str] = st.session_state.get(_DONE, frozenset())
    return found


def finish(step: str) -> None:
    """Count a step as finished."""
    st.session_state[_DONE] = done() | {step}


def start_again() -> None:
    """Forget all steps, those that the browser remembers, too."""
    st.session_state[_DONE] = frozenset()
    st.session_state[_CLEARED] = True


def first_open(path: Mapping[str, object]) -> str:
    """Return the first step of a path that is not finished; its first one if all are."""
    return next((name for name in path if name not in done()), next(iter(path)))


def remember() -> None:
    """Have the browser remember the finished steps, and learn from it what it remembers from earlier visits."""
    _memory(
        key=_MEMORY,
        data={
            "place": f"digitlab-learned-{identity.person().id}",
            "done": sorted(done()),
            "isCleared": st.session_state.pop(_CLEARED, False),
        },
        on_remembered_change=_recall,
        height="content",
    )


def _recall() -> None:
    # What a browser sends can be anything.
    remembered = st.session_state.get(_MEMORY, {}).get("remembered")
    if isinstance(remembered, list):
        st.session_state[_DONE] = done() | {name for name in STEPS if name in remembered}


# Where the browser keeps nothing, the steps are known until the tab is closed.
_memory = st.components.v2.component(
    "digitlab_learn_memory",
    js="""
const read = (place) => {
  try {
    const steps = JSON.parse(localStorage.getItem(place) ?? "[]")
    return Array.isArray(steps) ? steps : []
  } catch {
    return []
  }
}
const write = (place, steps) => {
  try {
    localStorage.setItem(place, JSON.stringify(steps))
  } catch {}
}

export default function ({ data, setTriggerValue }) {
  const before = data.isCleared ? [] : read(data.place)
  const steps = [...new Set([...before, ...data.done])]
  write(data.place, steps)
  if (steps.length > data.done.length) setTriggerValue("remembered", steps)
}
""",
)
