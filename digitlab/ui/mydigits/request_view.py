"""Drawing on request: the digit with the fewest drawings comes next, so that the set becomes balanced."""

import json
from html import escape

import streamlit as st

from digitlab.data.png_files import to_png
from digitlab.preprocessing import normalization
from digitlab.runs.records.drawing import Drawing, scarcest
from digitlab.runs.records.people import Person
from digitlab.translation import _
from digitlab.ui import canvas, galleries, messages, resources, tally

_KEY = "request"  # of the canvas: the drawing of the Draw page stays as it is
_ANY = "in turn"


@st.fragment
def show(person: Person) -> None:
    """Ask for a digit, save what is drawn, and ask for the next."""
    drawings, state = resources.lab().drawings, st.session_state
    counts = drawings.counts(person)
    with st.container(horizontal=True, gap="large"):
        left, right = st.container(width=canvas.WIDTH), st.container(width=canvas.WIDTH)
    with right:
        choice = st.pills(
            _("Ask me for"), [_ANY, *map(str, range(10))], default=_ANY, required=True, key="asked",
            format_func=lambda name: _("In turn") if name == _ANY else name,
            help=_("In turn: always the digit of which you have the fewest drawings."),
        )  # fmt: skip
        wanted = scarcest(counts) if choice in (None, _ANY) else int(choice)
        tally.show(counts, wanted)
    with left, messages.show_errors():
        request = escape(_("Please draw: {digit}", digit=wanted))
        st.html(f"<div class='digitlab-request' aria-live='polite'>{request}</div>")
        picture = canvas.show(_KEY)
        if st.button(_("Save, next"), type="primary", icon=":material/check:", shortcut="Enter", width="stretch"):
            image = None if picture is None else normalization.normalize(picture)
            if picture is None or image is None:
                st.warning(
                    _("Nothing is drawn yet. Draw the digit {digit} on the canvas.", digit=wanted),
                    icon=":material/draw:",
                )
            else:
                strokes = json.dumps(canvas.strokes(_KEY), separators=(",", ":"))
                new = Drawing(label=wanted, image=image, picture=to_png(picture), strokes=strokes, source="request")
                state.last_drawn = drawings.save([new], person)[0]
                canvas.clear(_KEY)
                st.rerun(scope="fragment")
        canvas.tools(_KEY)
    with right:
        _last(person)


def _last(person: Person) -> None:
    """Show what was saved last, with a button to undo it."""
    last: Drawing | None = st.session_state.get("last_drawn")
    if last is None:
        st.caption(_("Write as you always do. Three of each digit, thirty in all, take a minute or two."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        address = galleries.as_url(last.image)
        alt = escape(_("The last drawing, as networks see it"))
        st.html(f"<img class='digitlab-small' alt='{alt}' src='{address}'>", width=40)
        st.markdown(_("Saved as {digit}.", digit=last.label), width="content")
        st.button(_("Undo saving"), icon=":material/undo:", type="tertiary", on_click=_delete_last, args=(last, person))


def _delete_last(last: Drawing, person: Person) -> None:
    with messages.show_errors():
        resources.lab().drawings.delete([last.number], person)
        st.session_state.last_drawn = None
