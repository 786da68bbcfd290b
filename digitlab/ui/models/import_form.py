"""The import of a network from a `.keras` file."""

from pathlib import Path

import streamlit as st

from digitlab.runs.records.model_card import MAX_TITLE_LENGTH, ModelCard
from digitlab.runs.records.people import Person
from digitlab.translation import _, translated
from digitlab.ui import identity, messages, resources, shared_state
from digitlab.uploads.pixel_scales import SCALES, ImportChoices

_MAX_MEGABYTES = 64
_SCALE_TITLES = {str(scale.title): scale.title for scale in SCALES}


def show(person: Person) -> None:
    """Let a person import a `.keras` file that was made elsewhere."""
    with st.expander(_("Import a network"), icon=":material/upload_file:"):
        st.markdown(
            _(
                "A `.keras` or `.h5` file saved by Keras 2 or 3, from a picture to ten digits. Layers are checked "
                "against an allow-list, and the file is opened in a sandbox. The range of pixel values that it expects "
                "is detected by trial."
            )
        )
        if not person.may_train:
            identity.offer_to_log_in("import")
            return
        number = st.session_state.setdefault("imports", 0)  # part of the keys: the fields are empty after an import
        file = st.file_uploader(
            _("A .keras or .h5 file"), ["keras", "h5", "hdf5"], key=f"import-{number}", max_upload_size=_MAX_MEGABYTES
        )
        default = Path(file.name).stem[:MAX_TITLE_LENGTH] if file else ""
        title, source = _names(number, default)
        choices = _choices(number)
        if st.button(_("Check and import"), icon=":material/verified_user:", disabled=file is None) and file:
            with messages.show_errors(), st.spinner(_("Checking and trying it. Takes about 15 seconds.")):
                card = resources.lab().import_model(
                    file.getvalue(), file.name, title.strip() or default, person, source, choices
                )
                shared_state.get().network = card.name
                st.session_state.update(imports=number + 1, just_imported=card.name)
                st.query_params.pop("model", None)  # may name another network
                st.rerun()


def _names(number: int, default: str) -> tuple[str, str]:
    """Ask for the network's title, `default` if it stays empty, and for where it comes from."""
    left, right = st.columns(2)
    title = left.text_input(_("Name"), max_chars=MAX_TITLE_LENGTH, placeholder=default, key=f"import-title-{number}")
    source = right.text_input(
        _("Source (optional)"),
        max_chars=MAX_TITLE_LENGTH,
        placeholder=_("A person, a web page or a book"),
        key=f"import-source-{number}",
        help=_("Others see it beside the network."),
    )
    return title, source


def _choices(number: int) -> ImportChoices:
    """Ask for what trying the network may not decide: the scale of its pixels, and the order of its outputs."""
    left, right = st.columns(2, vertical_alignment="bottom")  # a row of its own: on a phone they stay in this order
    scale = left.selectbox(
        _("Pixel values"),
        ["", *_SCALE_TITLES],
        format_func=lambda title: translated(_SCALE_TITLES[title]) if title else _("Detect by trial"),
        key=f"import-scale-{number}",
        help=_("The scale that the network was trained on. Choose one if several fit about as well."),
    )
    is_corrected = right.checkbox(
        _("Correct order and orientation"),
        key=f"import-correct-{number}",
        help=_("Adapts a network whose outputs are in another order than 0 to 9, or that takes turned pictures."),
    )
    return ImportChoices(scale, is_corrected=is_corrected)


def confirm(card: ModelCard) -> None:
    """Say once that a network was imported."""
    if st.session_state.get("just_imported") == card.name and card.origin is not None:
        del st.session_state.just_imported
        st.success(_("{title} was imported.", title=messages.escape_markdown(card.title)), icon=":material/check:")
