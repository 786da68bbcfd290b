"""People's own digits, shown: how many there are of each, and the way out and in; the other views:
`ui_drawings_review` and `ui_drawings_request`.
"""

from collections.abc import Sequence

import streamlit as st

from digitlab.preprocessing.bundles import MAX_FILE_SIZE, SUFFIXES
from digitlab.runs.records.people import Person
from digitlab.ui import messages, resources

_MEGABYTE = 1_000_000


def note(text: str) -> None:
    """Leave a sentence that the page shows when it runs again."""
    st.session_state.drawings_note = text


def tell_note() -> None:
    """Show the sentence that was left, once, and where it moves nothing."""
    if text := st.session_state.pop("drawings_note", ""):
        st.toast(messages.escape_markdown(text), icon=":material/check:")


def tally(counts: Sequence[int], wanted: int | None = None) -> None:
    """Show how many there are of each digit, 0 to 9, as ten columns; the one that is wanted next stands out."""
    most = max(*counts, 1)
    columns = "".join(
        f"<span{' class=wanted' if digit == wanted else ''}><b>{count}</b>"
        f"<u style='height:{3 * count / most:.2f}rem'></u>{digit}</span>"
        for digit, count in enumerate(counts)
    )
    st.html(f"<div class='digitlab-tally' role='img' aria-label='{_told(counts)}'>{columns}</div>")


def _told(counts: Sequence[int]) -> str:
    return "How many of each: " + ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts))


def files(counts: Sequence[int], person: Person) -> None:
    """Offer all drawings as files, and take files of drawings."""
    out, into = st.columns(2, gap="large")
    with out:
        st.subheader("Take along")
        _offer(sum(counts), person)
    with into:
        st.subheader("Bring in")
        _take(person)


def _offer(total: int, person: Person) -> None:
    own = resources.lab().drawings
    st.markdown(
        f"All **{total:,}** of your digits in one file, as networks see them: 28 x 28 pixels."
        if total
        else "You have no digits yet that you could take along."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Pictures (.zip)", data=lambda: own.as_zip(person), file_name="my-digits.zip", mime="application/zip",
            icon=":material/folder_zip:", on_click="ignore", disabled=not total,
        )  # fmt: skip
        st.download_button(
            "Arrays (.npz)", data=lambda: own.as_npz(person), file_name="my-digits.npz",
            mime="application/octet-stream", icon=":material/data_array:", on_click="ignore", disabled=not total,
        )  # fmt: skip
    st.caption("Unpack the pictures into a folder, and Keras reads them; the arrays are there at once:")
    st.code(_READING, language="python", wrap_lines=True)


_READING = """\
digits = keras.utils.image_dataset_from_directory(
    "my-digits", color_mode="grayscale",
    image_size=(28, 28))

file = np.load("my-digits.npz", allow_pickle=False)
images, labels = file["images"], file["labels"]"""


def _take(person: Person) -> None:
    st.markdown(
        "A `.zip` with a folder of pictures for each digit, called **0** to **9**, or an `.npz` with the arrays "
        "`images`, uint8 (n, 28, 28), and `labels`. Pictures of another size are cut and centred as in Draw."
    )
    turn = st.session_state.get("drawings_turn", 0)  # an empty field again when its file is taken
    file = st.file_uploader(
        "A file of digits", list(SUFFIXES), key=f"drawings-file-{turn}", label_visibility="collapsed",
        max_upload_size=MAX_FILE_SIZE // _MEGABYTE,
    )  # fmt: skip
    if file is not None and st.button("Bring them in", type="primary", icon=":material/upload:"):
        with messages.show_errors(), st.spinner("Looking at each of them ..."):
            new, known = resources.lab().drawings.import_bundle(file.getvalue(), file.name, person)
            note(f"{_many(new)} came in." + (f" {_many(known)} were there already." if known else ""))
            st.session_state.drawings_turn = turn + 1
            st.rerun()


def _many(count: int) -> str:
    return "1 digit" if count == 1 else f"{count:,} digits" if count else "No new digit"
