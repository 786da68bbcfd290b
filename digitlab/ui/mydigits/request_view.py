"""Digits drawn on request: the one of which there are fewest comes next, so that a balanced set comes together."""

import json

import streamlit as st

from digitlab.data.picture_files import to_png
from digitlab.preprocessing import normalization
from digitlab.runs.records.drawing import Drawing, scarcest
from digitlab.runs.records.people import Person
from digitlab.ui import canvas, galleries, messages, resources, wording
from digitlab.ui.mydigits import collection

_KEY = "request"  # of its field: the drawing of the Draw page stays as it is
_ANY = "in turn"


@st.fragment
def show(person: Person) -> None:
    """Ask for a digit, keep what is drawn, and ask for the next."""
    own, state = resources.lab().drawings, st.session_state
    counts = own.counts(person)
    with st.container(horizontal=True, gap="large"):
        left, right = st.container(width=canvas.WIDTH), st.container(width=canvas.WIDTH)
    with right:
        asked = st.pills(
            "Ask me for", [_ANY, *map(str, range(10))], default=_ANY, required=True, key="asked",
            help="In turn: always the digit of which you have fewest.",
        )  # fmt: skip
        wanted = scarcest(counts) if asked in (None, _ANY) else int(asked)
        collection.tally(counts, wanted)
    with left, messages.show_errors():
        st.html(f"<div class='digitlab-request' aria-live='polite'>Please draw {wording.a_digit(wanted)}</div>")
        picture = canvas.show(_KEY)
        if st.button("Keep it, next", type="primary", icon=":material/check:", shortcut="Enter", width="stretch"):
            image = None if picture is None else normalization.normalize(picture)
            if picture is None or image is None:
                st.warning(
                    f"Nothing is drawn yet. Draw {wording.a_digit(wanted)} in the black field.", icon=":material/draw:"
                )
            else:
                strokes = json.dumps(canvas.strokes(_KEY), separators=(",", ":"))
                new = Drawing(label=wanted, image=image, picture=to_png(picture), strokes=strokes, source="request")
                state.last_drawn = own.save([new], person)[0]
                canvas.clear(_KEY)
                st.rerun(scope="fragment")
        canvas.tools(_KEY)
    with right:
        _last(person)


def _last(person: Person) -> None:
    """Show what was kept last, and how to take it back."""
    last: Drawing | None = st.session_state.get("last_drawn")
    if last is None:
        st.caption("Write as you always do. Three of each digit, thirty in all, take a minute or two.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        address = galleries.as_url(last.image)
        st.html(f"<img class='digitlab-small' alt='The last drawing, as networks see it' src='{address}'>", width=40)
        st.markdown(f"Kept as {wording.a_digit(last.label)}.", width="content")
        st.button("Take it back", icon=":material/undo:", type="tertiary", on_click=_take_back, args=(last, person))


def _take_back(last: Drawing, person: Person) -> None:
    with messages.show_errors():
        resources.lab().drawings.delete([last.number], person)
        st.session_state.last_drawn = None
