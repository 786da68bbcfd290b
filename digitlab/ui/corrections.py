"""A reading, put right by the person who drew: what it really is goes to their own digits."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.reading import DigitReading
from digitlab.runs.services.corrections import correction
from digitlab.ui import galleries, identity, messages, resources, wording


def offer(
    picture: NDArray[np.uint8], parts: Sequence[DigitReading], network: str, strokes: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Let a person say what each digit of a picture is, and keep it as that.

    Args:
        picture: uint8 (height, width, 4), RGBA.
        parts: What was read in it.
        network: The name of who read it.
        strokes: The strokes of the field to draw in; empty for a file.
    """
    keys = [f"is-{place}-{zlib.crc32(part.reading.image.tobytes())}" for place, part in enumerate(parts)]
    kept: dict[str, tuple[int, int]] = st.session_state.setdefault("corrections", {})  # number and label
    is_alone = len(parts) == 1
    for key, part in zip(keys, parts, strict=True):
        label = st.session_state.get(key)
        if label is None or (key in kept and kept[key][1] == label):
            continue
        with messages.show_errors():
            if key in kept:  # a second thought
                resources.lab().drawings.relabel(kept[key][0], label, identity.person())
                kept[key] = kept[key][0], label
            else:
                new = correction(label, part, picture, network=network, strokes=strokes, is_alone=is_alone)
                kept[key] = resources.lab().drawings.save([new], identity.person())[0].number, label
    labels = [kept[key][1] if key in kept else None for key in keys]
    done = [label for label in labels if label is not None]
    # Its name stays: with another one it would be another popover, and closed.
    popover = st.popover(
        "No, this is a ..." if is_alone else "No, these are ...",
        icon=":material/edit:",
        key="correct",
        on_change="rerun",
    )
    if popover.open:
        with popover:
            for key, part, label in zip(keys, parts, labels, strict=True):
                _ask(key, part, label, is_alone=is_alone)
            told = "Say what it is: it is kept among your own digits, which nobody else sees."
            st.caption(f"{_kept(parts, done)}." if done else told)
    if done:
        st.page_link("mydigits.py", label=f"{_kept(parts, done)}, in My digits", icon=":material/check:")


def _kept(parts: Sequence[DigitReading], done: Sequence[int]) -> str:
    return f"Kept as {wording.a_digit(done[0])}" if len(parts) == 1 else f"{len(done)} of {len(parts)} kept"


def _ask(key: str, part: DigitReading, label: int | None, *, is_alone: bool) -> None:
    """Show ten digits to choose from, beside what was read where there are several."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not is_alone:
            address = galleries.as_url(part.reading.image)
            st.html(f"<img class='digitlab-small' alt='Read as {part.reading.digit}' src='{address}'>", width=40)
        st.pills(
            f"What the digit that was read as {part.reading.digit} is",
            range(10),
            default=label,
            key=key,
            label_visibility="collapsed",
        )


def forget(numbers: Collection[int]) -> None:
    """Take it that drawings of these numbers were changed or deleted elsewhere: they can be put right anew."""
    kept: dict[str, tuple[int, int]] = st.session_state.get("corrections", {})
    st.session_state.corrections = {key: one for key, one in kept.items() if one[0] not in numbers}
