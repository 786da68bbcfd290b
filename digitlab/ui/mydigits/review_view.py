"""People's own digits, to be looked through: filter, choose, call something else, delete."""

import time
from collections.abc import Sequence

import streamlit as st

from digitlab.data.picture_files import open_picture
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person
from digitlab.ui import corrections, galleries, messages, reading_view, resources, wording
from digitlab.ui.mydigits import collection

_SHOWN = 60  # drawings on a page
_ALL = "all"
_SOURCES = {"correction": "put right in Draw", "request": "drawn on request", "import": "brought in"}


def show(drawings: Sequence[Drawing], person: Person) -> None:
    """Show drawings, the newest first."""
    if not drawings:
        _invite()
        return
    counts = [sum(drawing.label == digit for drawing in drawings) for digit in range(10)]
    kind = st.pills(
        "Digit",
        [_ALL, *map(str, range(10))],
        default=_ALL,
        required=True,
        format_func=lambda name: f"{name} · {len(drawings) if name == _ALL else counts[int(name)]:,}",
        key="drawings-digit",
        on_change=_choose,
        args=([],),
    )
    listed = [drawing for drawing in drawings if kind in (None, _ALL) or drawing.label == int(kind)]
    there = {drawing.number for drawing in drawings}
    chosen = st.session_state.drawings_chosen = st.session_state.get("drawings_chosen", set()) & there
    _actions(listed, sorted(chosen), {drawing.number: drawing.network for drawing in drawings}, person)
    grid, detail = st.columns([3, 2], gap="large")
    with grid:
        _gallery(listed, chosen)
    with detail:
        _closely(sorted(chosen), person)


def _invite() -> None:
    st.info("You have no digits of your own yet.", icon=":material/draw:")
    st.markdown(
        "Draw some on request under **Draw more**, or put a reading right in Draw: "
        "*No, this is a ...* keeps the drawing here."
    )
    st.page_link("draw.py", label="Draw", icon=":material/draw:")


def _actions(listed: Sequence[Drawing], chosen: list[int], read_by: dict[int, str], person: Person) -> None:
    """What can be done with the chosen drawings; always there, so that nothing jumps when one is chosen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        numbers = [drawing.number for drawing in listed]
        st.button("Choose all", icon=":material/select_all:", on_click=_choose, args=(numbers,), disabled=not numbers)
        st.button("Choose none", icon=":material/deselect:", on_click=_choose, args=([],), disabled=not chosen)
        label = st.menu_button(
            "Call it ...",
            range(10),
            format_func=wording.a_digit,
            icon=":material/edit:",
            disabled=not chosen,
            key="drawings-relabel",
        )
        if st.button("Delete", icon=":material/delete:", disabled=not chosen):
            _delete(chosen, person)
        _why(chosen, read_by)
        st.markdown(f"{_many(chosen)} chosen" if chosen else "Click digits to choose them.", width="content")
    if label is not None:
        with messages.show_errors():
            for number in chosen:
                resources.lab().drawings.relabel(number, label, person)
            corrections.forget(chosen)
            _choose([])
            collection.note(f"{_many(chosen)} now called {label}.")
            st.rerun()


def _why(chosen: list[int], read_by: dict[int, str]) -> None:
    """Link to why a drawing is read so, where one alone is chosen; by the network that read it, if it is there."""
    if len(chosen) != 1:
        reading_view.why("own", 0, "", is_offered=False)
        return
    network = read_by[chosen[0]]
    is_there = any(card.name == network for card in resources.lab().models())
    reading_view.why("own", chosen[0], network if is_there else "")


def _gallery(listed: Sequence[Drawing], chosen: set[int]) -> None:
    page = galleries.page(len(listed), _SHOWN, key="drawings-page")
    if not listed:
        st.caption("None of this kind.")
    samples = [galleries.Sample(drawing.number, drawing.image, _caption(drawing)) for drawing in listed[page]]
    galleries.gallery(samples, key="drawings", chosen=chosen, on_click=_toggle)


def _caption(drawing: Drawing) -> str:
    return f"{drawing.label}" if drawing.read in (None, drawing.label) else f"{drawing.label}, read as {drawing.read}"


def _toggle(number: int) -> None:
    st.session_state.drawings_chosen = st.session_state.get("drawings_chosen", set()) ^ {number}


def _choose(numbers: Sequence[int]) -> None:
    st.session_state.drawings_chosen = set(numbers)


def _closely(chosen: list[int], person: Person) -> None:
    """Show one drawing as it was drawn, and what is known of it."""
    if len(chosen) != 1:
        return
    with messages.show_errors():
        drawing = resources.lab().drawings.get(chosen[0], person)
        st.markdown(f"**{wording.a_digit(drawing.label).capitalize()}**, {_SOURCES[drawing.source]}")
        if drawing.picture is not None:
            address = galleries.as_url(open_picture(drawing.picture))
            st.html(f"<div class='digitlab-boxes'><img alt='As it was drawn' src='{address}'></div>")
        galleries.digit_picture(drawing.image, "As networks see it")
        st.caption(_facts(drawing))


def _facts(drawing: Drawing) -> str:
    when = time.strftime("%d %B %Y, %H:%M UTC", time.gmtime(drawing.created))
    if not drawing.network:
        return f"Kept on {when}."
    read = "no digit" if drawing.read is None else wording.a_digit(drawing.read)
    return f"Kept on {when}. The network {messages.escape_markdown(drawing.network)} read {read} in it."


@st.dialog("Delete for good?")
def _delete(chosen: list[int], person: Person) -> None:
    """Ask before they are gone."""
    st.markdown(
        f"**{_many(chosen)}** will be gone from here and from the database, and cannot come back. Networks that have "
        "learned from them stay as they are."
    )
    with st.container(horizontal=True):
        if st.button(f"Delete {_many(chosen)}", type="primary", icon=":material/delete:"):
            with messages.show_errors():
                gone = resources.lab().drawings.delete(chosen, person)
                corrections.forget(chosen)
                collection.note(f"{gone:,} deleted.")
                st.rerun()
        if st.button("Keep"):
            st.rerun()


def _many(chosen: Sequence[int]) -> str:
    return "1 digit" if len(chosen) == 1 else f"{len(chosen):,} digits"
