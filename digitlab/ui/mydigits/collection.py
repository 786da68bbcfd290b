"""A person's own digits: export and import, and a notice of what was done."""

from collections.abc import Sequence

import streamlit as st

from digitlab.preprocessing.bundles import MAX_FILE_SIZE, SUFFIXES
from digitlab.runs.records.people import Person
from digitlab.translation import _, plural
from digitlab.ui import messages, resources

_MEGABYTE = 1_000_000
_NOTICE = "drawings-notice"  # in the session's state


def set_notice(text: str) -> None:
    """Set a sentence that the page shows when it runs again."""
    st.session_state[_NOTICE] = text


def show_notice() -> None:
    """Show the notice once, as a toast, which moves nothing on the page."""
    if text := st.session_state.pop(_NOTICE, ""):
        st.toast(messages.escape_markdown(text), icon=":material/check:")


def files(counts: Sequence[int], person: Person) -> None:
    """Offer a person's digits for export, and let them import a file of digits."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Export"))
        _export(sum(counts), person)
    with right:
        st.subheader(_("Import"))
        _import(person)


def _export(total: int, person: Person) -> None:
    drawings = resources.lab().drawings
    if total:
        st.markdown(_("Digits to export: **{count:,}**, as networks see them (28 x 28 pixels).", count=total))
    else:
        st.markdown(_("You have no digits to export yet."))
    with st.container(horizontal=True):
        st.download_button(
            _("Pictures (.zip)"), data=lambda: drawings.as_zip(person), file_name="my-digits.zip",
            mime="application/zip", icon=":material/folder_zip:", on_click="ignore", disabled=not total,
        )  # fmt: skip
        st.download_button(
            _("Arrays (.npz)"), data=lambda: drawings.as_npz(person), file_name="my-digits.npz",
            mime="application/octet-stream", icon=":material/data_array:", on_click="ignore", disabled=not total,
        )  # fmt: skip
    st.caption(_("Unpack the pictures into a folder to load them with Keras. Load the arrays with NumPy:"))
    with st.container(key="loading-code"):
        st.code(_LOADING_CODE, language="python", wrap_lines=True)


_LOADING_CODE = """\
digits = keras.utils.image_dataset_from_directory(
    "my-digits", color_mode="grayscale",
    image_size=(28, 28))

file = np.load("my-digits.npz", allow_pickle=False)
images, labels = file["images"], file["labels"]"""


def _import(person: Person) -> None:
    st.markdown(
        _(
            "A `.zip` with a folder of pictures for each digit, named **0** to **9**, or an `.npz` with the arrays "
            "`images`, uint8 (n, 28, 28), and `labels`. Pictures of another size are cropped and centred like drawings."
        )
    )
    number = st.session_state.get("drawings-imports", 0)  # part of the key: the field is empty after an import
    file = st.file_uploader(
        _("A file of digits"), list(SUFFIXES), key=f"drawings-file-{number}", label_visibility="collapsed",
        max_upload_size=MAX_FILE_SIZE // _MEGABYTE,
    )  # fmt: skip
    if file is not None and st.button(_("Import"), type="primary", icon=":material/upload:"):
        with messages.show_errors(), st.spinner(_("Reading the file ...")):
            new, known = resources.lab().drawings.import_bundle(file.getvalue(), file.name, person)
            set_notice(_import_notice(new, known))
            st.session_state["drawings-imports"] = number + 1
            st.rerun()


def _import_notice(new: int, known: int) -> str:
    """Return how many digits of a file are new, and how many were saved before, as one or two sentences."""
    if new == 0:
        return _("The file contains no new digits.")
    if known == 0:
        return plural("{count} digit was imported.", "{count:,} digits were imported.", new)
    return plural(
        "{count} digit was imported. Already saved: {known:,}.",
        "{count:,} digits were imported. Already saved: {known:,}.",
        new,
        known=known,
    )
