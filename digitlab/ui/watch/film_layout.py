"""Where the parts of the film stand: all in one screen, on a phone the controls above whatever is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

# Of an element with a key, the class is `st-key-KEY`. The bar at the top of the app is 3.75rem high.
_STYLE = """
<style>
.stMainBlockContainer:has(.st-key-watch-head) > div { gap: .5rem; }
.st-key-watch-head { gap: .5rem 1.5rem; }
.st-key-watch-head h1 { padding: 0; font-size: 1.75rem; line-height: 2.5rem; }
.st-key-watch-picture { gap: .5rem 1rem; }
.st-key-watched_source [data-testid=stWidgetLabel] { min-height: 1.5rem; }
.st-key-watched_source [role=radio] { min-height: 2.5rem; }
[data-testid=stLayoutWrapper]:has(> .st-key-watch-controls) { position: sticky; top: 3.75rem; z-index: 20; }
.st-key-watch-controls { background: light-dark(#ffffff, #0f1722); padding: .25rem 0; flex-wrap: nowrap; }
[data-testid=stMain]:has(.st-key-watch-controls) { scroll-padding-top: 9rem; }
.st-key-watch-play { min-width: 6.5rem; }
.st-key-watch-film { display: grid; gap: 1rem 2rem; align-items: start; margin-bottom: 1rem;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr) minmax(0, 1fr); }
.st-key-watch-film > * { width: auto !important; min-width: 0; }
.st-key-watch-film > * > *, .st-key-watch-map, .st-key-watch-weights, .st-key-watch-curve { gap: .25rem; }
.st-key-watch-film .digitlab-bars li { height: 1.5rem; }
.digitlab-film-picture { display: flex; align-items: center; gap: .75rem; min-height: 4.5rem; }
.digitlab-film-picture img { image-rendering: pixelated; width: 72px; height: 72px; border-radius: .25rem; }
.digitlab-film-picture .digitlab-answer { min-height: 0; gap: .75rem; }
.digitlab-film-picture .digitlab-answer strong { font-size: 3.75rem; }
.st-key-watch-weights .digitlab-sheet img { max-width: 100%; max-height: 11.5rem; width: auto; image-rendering: auto; }
.st-key-watch-weights .digitlab-sheet figcaption { padding: 0; }
@media (max-width: 1040px) {
  .st-key-watch-film { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
}
@media (max-width: 640px) {
  .st-key-watch-head { gap: .25rem; }
  .st-key-watch-head h1 { font-size: 1.25rem; line-height: 2rem; }
  .st-key-watch-head > * { flex: 0 0 100% !important; }
  .st-key-watched_run [data-testid=stWidgetLabel] { position: absolute; clip-path: inset(50%); }
  .st-key-watched_source [role=radio] { min-height: 2.75rem; }
  .st-key-watch-picture { gap: .5rem; }
  .st-key-digit { flex: 0 0 8.5rem !important; }
  .st-key-digit [data-testid=stNumberInputContainer] { height: 2.75rem; }
  .st-key-watch-film { grid-template-columns: minmax(0, 1fr); }
  .st-key-watch-film .digitlab-bars li { height: 1.3rem; }
  .digitlab-film-picture, .digitlab-film-picture img { min-height: 0; height: 3.5rem; }
  .digitlab-film-picture img { width: 3.5rem; }
  .digitlab-film-picture .digitlab-answer strong { font-size: 3rem; }
}
</style>
"""


def style() -> None:
    """Add the style sheet of the film to the page."""
    st.html(_STYLE)


@contextmanager
def panel(name: str, title: str, explanation: str) -> Iterator[None]:
    """A part of the film with a title, whose explanation one can open."""
    with st.container(key=f"watch-{name}"):
        st.markdown(f"**{title}**", help=explanation)
        yield
