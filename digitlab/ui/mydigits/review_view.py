"""The review of a person's own digits: filter, select, relabel, delete."""

import time
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from digitlab.data.picture_files import open_picture
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person
from digitlab.translation import Text, _, plural, translated
from digitlab.ui import correction_form, galleries, glossary, messages, reading_view, resources
from digitlab.ui.mydigits import collection

_PER_PAGE = 60  # drawings
_ALL = "all"
_TITLES = {  # by the source of a drawing
    "correction": Text("**{label}**, corrected"),
    "request": Text("**{label}**, drawn on request"),
    "import": Text("**{label}**, imported"),
}


def show(drawings: Sequence[Drawing], person: Person) -> None:
    """Show drawings, the newest first."""
    if not drawings:
        _invite()
        return
    counts = [sum(drawing.label == digit for drawing in drawings) for digit in range(10)]
    labels = {_ALL: _("All · {count:,}", count=len(drawings))}
    labels |= {str(digit): f"{digit} · {n:,}" for digit, n in enumerate(counts)}
    kind = st.pills(
        _("Digit"),
        list(labels),
        default=_ALL,
        required=True,
        format_func=labels.__getitem__,
        key="drawings-digit",
        on_change=_select,
        args=([],),
    )
    listed = [drawing for drawing in drawings if kind in (None, _ALL) or drawing.label == int(kind)]
    numbers = {drawing.number for drawing in drawings}
    selected = st.session_state.drawings_selected = _selected() & numbers
    _actions(listed, sorted(selected), {drawing.number: drawing.network for drawing in drawings}, person)
    grid, detail = st.columns([3, 2], gap="large")
    with grid:
        _gallery(listed, selected)
    with detail:
        if len(selected) == 1:
            _detail(min(selected), person)


def _invite() -> None:
    st.info(_("You have no digits of your own yet."), icon=":material/draw:")
    st.markdown(_("Draw some on request under **Draw more**, or correct a misread drawing: it is saved here."))
    st.page_link("draw.py", label=_("Draw your own digit"), icon=":material/draw:")
    show_examples()


def show_examples() -> None:
    """Show how a person's own digits will look here, with one of MNIST's for each digit, marked as such."""
    st.subheader(_("Examples"))
    text = _("These digits are from MNIST's test set. Yours will stand here in the same way, with their labels.")
    glossary.explained(text, "caption")
    images, labels = resources.mnist().part("test")
    samples = [
        galleries.Sample(int(index), images[index], _("Example: {digit}", digit=digit))
        for digit, index in enumerate(np.unique(labels, return_index=True)[1])
    ]
    galleries.gallery(samples, key="example-drawings")


def _actions(listed: Sequence[Drawing], selected: list[int], read_by: dict[int, str], person: Person) -> None:
    """Show what can be done with the selected drawings; always there, so that nothing jumps on a selection."""
    with st.container(horizontal=True, vertical_alignment="center"):
        numbers = [drawing.number for drawing in listed]
        st.button(
            _("Select all"), icon=":material/select_all:", on_click=_select, args=(numbers,), disabled=not numbers
        )
        st.button(_("Select none"), icon=":material/deselect:", on_click=_select, args=([],), disabled=not selected)
        label = st.menu_button(
            _("Relabel"), range(10), icon=":material/edit:", disabled=not selected, key="drawings-relabel"
        )
        if st.button(_("Delete"), icon=":material/delete:", disabled=not selected):
            _delete(selected, person)
        _why(selected, read_by)
        st.markdown(_selection(len(selected)), width="content")
    if label is not None:
        with messages.show_errors():
            for number in selected:
                resources.lab().drawings.relabel(number, label, person)
            correction_form.forget(selected)
            _select([])
            collection.set_notice(
                plural(
                    "{count} digit was relabelled as {label}.",
                    "{count:,} digits were relabelled as {label}.",
                    len(selected),
                    label=label,
                )
            )
            st.rerun()


def _selection(count: int) -> str:
    if count == 0:
        return _("Click digits to select them.")
    return plural("{count} digit selected", "{count:,} digits selected", count)


def _why(selected: list[int], read_by: dict[int, str]) -> None:
    """Link a single selected drawing to its explanation, by the network that read it if that still exists."""
    if len(selected) != 1:
        reading_view.why("own", 0, "", is_offered=False)
        return
    network = read_by[selected[0]]
    exists = any(card.name == network for card in resources.lab().models())
    reading_view.why("own", selected[0], network if exists else "")


def _gallery(listed: Sequence[Drawing], selected: set[int]) -> None:
    page = galleries.page(len(listed), _PER_PAGE, key="drawings-page")
    if not listed:
        st.caption(_("You have no drawings of this digit."))
    samples = [galleries.Sample(drawing.number, drawing.image, _caption(drawing)) for drawing in listed[page]]
    galleries.gallery(samples, key="drawings", chosen=selected, on_click=_toggle)


def _caption(drawing: Drawing) -> str:
    if drawing.read in (None, drawing.label):
        return f"{drawing.label}"
    return _("{label}, read as {digit}", label=drawing.label, digit=drawing.read)


def _selected() -> set[int]:
    numbers: set[int] = st.session_state.get("drawings_selected", set())
    return numbers


def _toggle(number: int) -> None:
    st.session_state.drawings_selected = _selected() ^ {number}


def _select(numbers: Sequence[int]) -> None:
    st.session_state.drawings_selected = set(numbers)


def _detail(number: int, person: Person) -> None:
    """Show one drawing as it was drawn, and where it comes from."""
    with messages.show_errors():
        drawing = resources.lab().drawings.get(number, person)
        st.markdown(translated(_TITLES[drawing.source]).format(label=drawing.label))
        if drawing.picture is not None:
            address = galleries.as_url(open_picture(drawing.picture))
            alt = escape(_("As it was drawn"))
            st.html(f"<div class='digitlab-boxes'><img alt='{alt}' src='{address}'></div>")
        galleries.digit_picture(drawing.image, _("As networks see it"))
        st.caption(_history(drawing))


def _history(drawing: Drawing) -> str:
    day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(drawing.created))
    network = messages.escape_markdown(drawing.network)
    if not drawing.network:
        return _("Saved on {day}.", day=day)
    if drawing.read is None:
        return _("Saved on {day}. The network {network} found no digit in it.", day=day, network=network)
    return _("Saved on {day}. The network {network} read it as {digit}.", day=day, network=network, digit=drawing.read)


def _delete(selected: list[int], person: Person) -> None:
    st.dialog(_("Delete permanently?"))(_confirm)(selected, person)


def _confirm(selected: list[int], person: Person) -> None:
    """Ask for confirmation, then delete the drawings."""
    st.markdown(
        plural(
            "**{count} digit** will be deleted here and in the database. This cannot be undone. Networks that were "
            "trained on it do not change.",
            "**{count:,} digits** will be deleted here and in the database. This cannot be undone. Networks that were "
            "trained on them do not change.",
            len(selected),
        )
    )
    button = plural("Delete {count} digit", "Delete {count:,} digits", len(selected))
    with st.container(horizontal=True):
        if st.button(button, type="primary", icon=":material/delete:"):
            with messages.show_errors():
                deleted = resources.lab().drawings.delete(selected, person)
                correction_form.forget(selected)
                collection.set_notice(plural("{count} digit was deleted.", "{count:,} digits were deleted.", deleted))
                st.rerun()
        if st.button(_("Cancel")):
            st.rerun()
