"""Pieces of page that refresh while the tab is visible; a hidden tab asks for nothing."""

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

P = ParamSpec("P")

_NEVER = 86_400.0  # seconds; Streamlit replaces an interval by another one, and by nothing else


def repeat(show: Callable[P, None], seconds: float | None, *args: P.args, **kwargs: P.kwargs) -> None:
    """Show a piece of page as a fragment, and show it again every so many seconds while somebody may see it.

    Args:
        show: The fragment. A page repeats no two of the same name.
        seconds: The interval; None: it is shown once.
        args, kwargs: What the fragment is called with.
    """
    if seconds is None:
        with st.container(), st.container():  # in as many as when it is repeated: else it stands there twice in between
            st.fragment(show)(*args, **kwargs)
    else:
        _repeat(show, seconds, *args, **kwargs)


@st.fragment
def _repeat(show: Callable[P, None], seconds: float, *args: P.args, **kwargs: P.kwargs) -> None:
    shown = st.container()
    visibility = _visibility(key=f"visibility-{show.__name__}", on_is_hidden_change=lambda: None, height="content")
    with shown:
        st.fragment(show, run_every=_NEVER if visibility.get("is_hidden") else seconds)(*args, **kwargs)


@st.fragment(run_every=_NEVER)
def run_again_after_a_break() -> None:
    """Let the browser run the page again when its line was broken; to be called on each page.

    Streamlit does so only where something repeats by itself, or ran alone last. Else a browser that has come to another
    page process, or to the same one started again, asks for fragments that are unknown there, and gets no answer.
    """


# A tab that is restored in the background is hidden from the start. Where this script does not run, the tab is visible.
_visibility = st.components.v2.component(
    "digitlab_visibility",
    js="""
const tabs = new WeakMap()
export default function ({ parentElement, setStateValue }) {
  let tab = tabs.get(parentElement)
  if (!tab) {
    tab = { isHidden: false, end: new AbortController() }
    tabs.set(parentElement, tab)
    document.addEventListener("visibilitychange", () => tab.report(), { signal: tab.end.signal })
  }
  tab.report = () => {
    if (document.hidden === tab.isHidden) return
    tab.isHidden = document.hidden
    setStateValue("is_hidden", tab.isHidden)
  }
  tab.report()
  return () => {
    tab.end.abort()
    tabs.delete(parentElement)
  }
}
""",
)
