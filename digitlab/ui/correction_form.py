"""The correction of a misread digit: the person says which digit it is, and it is saved among their own."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.reading import DigitReading
from digitlab.runs.services.corrections import correction
from digitlab.translation import _
from digitlab.ui import galleries, identity, messages, resources, shared_state
from digitlab.ui.shared_state import SavedDigit


def offer(
    picture: NDArray[np.uint8], parts: Sequence[DigitReading], network: str, strokes: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Let a person label each digit of a picture, and save what they label.

    Args:
        picture: uint8 (height, width, 4), RGBA.
        parts: The digits read in it.
        network: Name of the network that read them.
        strokes: The canvas' strokes; empty for a file.
    """
    keys = [f"is-{place}-{zlib.crc32(part.reading.image.tobytes())}" for place, part in enumerate(parts)]
    saved = shared_state.get().corrections
    is_alone = len(parts) == 1
    for key, part in zip(keys, parts, strict=True):
        label = st.session_state.get(key)
        if label is None or (key in saved and saved[key].label == label):
            continue
        with messages.show_errors():
            if key in saved:  # the person changed their mind
                resources.lab().drawings.relabel(saved[key].number, label, identity.person())
                saved[key] = SavedDigit(saved[key].number, label)
            else:
                new = correction(label, part, picture, network=network, strokes=strokes, is_alone=is_alone)
                saved[key] = SavedDigit(resources.lab().drawings.save([new], identity.person())[0].number, label)
    labels = [saved[key].label if key in saved else None for key in keys]
    done = [label for label in labels if label is not None]
    popover = st.popover(_("Wrong? Correct it"), icon=":material/edit:", key="correct", on_change="rerun")
    if popover.open:
        with popover:
            for key, part, label in zip(keys, parts, labels, strict=True):
                _ask(key, part, label, is_alone=is_alone)
            if not done:
                st.caption(_("Choose the correct digit. It is saved to My digits, which only you can see."))
    if done:
        text = _("{count} of {total} saved to My digits", count=len(done), total=len(parts))
        if is_alone:
            text = _("Saved to My digits as {digit}", digit=done[0])
        st.page_link("mydigits.py", label=text, icon=":material/check:")


def _ask(key: str, part: DigitReading, label: int | None, *, is_alone: bool) -> None:
    """Show ten digits to choose from, beside the digit's picture where there are several."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not is_alone:
            address = galleries.as_url(part.reading.image)
            alt = escape(_("Read as {digit}", digit=part.reading.digit))
            st.html(f"<img class='digitlab-small' alt='{alt}' src='{address}'>", width=40)
        st.pills(
            _("Correct label of the digit read as {digit}", digit=part.reading.digit),
            range(10),
            default=label,
            key=key,
            label_visibility="collapsed",
        )


def forget(numbers: Collection[int]) -> None:
    """Forget corrections whose drawings were relabelled or deleted elsewhere, so that they can be made again."""
    corrections = shared_state.get().corrections
    for key in [key for key, digit in corrections.items() if digit.number in numbers]:
        del corrections[key]
