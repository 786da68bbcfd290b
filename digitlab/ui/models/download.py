"""Downloads: a network as a file, and the Keras code of its training."""

import streamlit as st

from digitlab.networks.code import KerasCode
from digitlab.networks.file_formats import FORMATS, TOLERANCE, ExportedFile
from digitlab.runs.records.card_markdown import keras_code, no_code
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, translated
from digitlab.ui import glossary, messages, resources


@st.cache_data(show_spinner=False, max_entries=20)
def _export(name: str, created: float, kind: str) -> ExportedFile:
    return resources.lab().export_model(name, kind)


def files(card: ModelCard) -> None:
    """Let a person choose a file format, and offer the file once it is verified."""
    kind = st.segmented_control(
        _("File format"),
        list(FORMATS),
        help=glossary.help("keras", "litert", "onnx"),
        format_func=lambda name: f"{FORMATS[name].title} ({FORMATS[name].suffix})",
        key="file-format",
        wrap=True,
    )
    if kind is None:
        st.caption(_("The file is written, read back by its own runtime, and compared with the network."))
        return
    chosen = FORMATS[kind]
    st.markdown(translated(chosen.summary))
    with messages.show_errors():
        with st.spinner(_("Writing and verifying the file ...")):
            exported = _export(card.name, card.created, kind)
        st.success(
            _(
                "The file was read back: its probabilities on {digits} digits differ by at most {difference:.1g} "
                "(allowed: {tolerance:g}).",
                digits=exported.digits,
                difference=exported.difference,
                tolerance=TOLERANCE,
            ),
            icon=":material/check:",
        )
        name = f"{card.name}{chosen.suffix}"
        st.download_button(
            _("Download {suffix} ({megabytes:.2f} MB)", suffix=chosen.suffix, megabytes=len(exported.content) / 1e6),
            data=exported.content,
            file_name=name,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            type="primary",
        )
        st.markdown(_("Read a digit with it in Python:"))
        st.code(chosen.code.format(file=name), language="python")


def code(card: ModelCard) -> None:
    """Show the Keras code of a network's training, with downloads as a script and a notebook."""
    keras = keras_code(card)
    if keras is None:
        st.info(
            _(
                "There is no code for this network. {reason}",
                reason=messages.escape_markdown(translated(no_code(card))),
            ),
            icon=":material/info:",
        )
        return
    # The place is reserved by the style sheet: Streamlit fetches what colours code when it is first shown.
    with st.container(key="keras-code"):
        _show_code(card, keras)


def _show_code(card: ModelCard, keras: KerasCode) -> None:
    name = card.name if keras.is_complete else f"{card.name}-mnist-only"
    for number, paragraph in enumerate(keras.introduction[1:]):
        if paragraph == keras.deviation:
            st.warning(messages.escape_markdown(paragraph), icon=":material/warning:")
        elif keras.is_complete or number:
            glossary.explained(paragraph)
        else:
            st.warning(_("**This is not the same training.**"), icon=":material/warning:")
            glossary.explained(paragraph)
    script = keras.script(f"{name}.py")
    with st.container(horizontal=True):
        st.download_button(
            _("Download script"),
            data=script,
            file_name=f"{name}.py",
            mime="text/x-python",
            icon=":material/code:",
            on_click="ignore",
        )
        st.download_button(
            _("Download notebook"),
            data=keras.notebook(),
            file_name=f"{name}.ipynb",
            mime="application/x-ipynb+json",
            icon=":material/book:",
            on_click="ignore",
        )
    st.code(script, language="python")
