"""What a person takes home: a network as a file, and the Keras code that made it."""

import streamlit as st

from digitlab.networks.file_formats import FORMATS, TOLERANCE, ExportedFile
from digitlab.runs.records.card_markdown import keras_code, no_code
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import messages, resources


@st.cache_data(show_spinner="Writing the file, and reading it again ...", max_entries=20)
def _taken(name: str, created: float, kind: str) -> ExportedFile:
    return resources.lab().export_model(name, kind)


def files(card: ModelCard) -> None:
    """Let a person choose a kind of file; it is offered when it was read again."""
    kind = st.segmented_control(
        "Take it away as",
        list(FORMATS),
        format_func=lambda name: f"{FORMATS[name].title} ({FORMATS[name].suffix})",
        key="takeaway",
        wrap=True,
    )
    if kind is None:
        st.caption("Choose a kind of file. It is written, read again by its own runtime, and held against the network.")
        return
    chosen = FORMATS[kind]
    st.markdown(chosen.summary)
    with messages.show_errors():
        taken = _taken(card.name, card.created, kind)
        st.success(
            f"Read again, the file gives the same probabilities on {taken.digits} digits: the largest difference is "
            f"{taken.difference:.1g}, and {TOLERANCE:g} would be allowed.",
            icon=":material/check:",
        )
        name = f"{card.name}{chosen.suffix}"
        st.download_button(
            f"Download {chosen.suffix}, {len(taken.content) / 1e6:.2f} MB",
            data=taken.content,
            file_name=name,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            type="primary",
        )
        st.markdown("How a program reads a digit with it:")
        st.code(chosen.code.format(file=name), language="python")


def code(card: ModelCard) -> None:
    """Show the Keras code of a network's training, to be read or taken along."""
    one = keras_code(card)
    if one is None:
        st.info(f"There is no code of its training. {messages.escape_markdown(no_code(card))}", icon=":material/info:")
        return
    name = card.name if one.is_whole else f"{card.name}-mnist-only"
    for number, paragraph in enumerate(one.introduction[1:]):
        if paragraph == one.detour:
            st.warning(messages.escape_markdown(paragraph), icon=":material/warning:")
        elif one.is_whole or number:
            st.markdown(messages.escape_markdown(paragraph))
        else:
            st.warning(
                f"**This is not the same training.** {messages.escape_markdown(paragraph)}", icon=":material/warning:"
            )
    script = one.script(f"{name}.py")
    with st.container(horizontal=True):
        st.download_button(
            "Download the script",
            data=script,
            file_name=f"{name}.py",
            mime="text/x-python",
            icon=":material/code:",
            on_click="ignore",
        )
        st.download_button(
            "Download the notebook",
            data=one.notebook(),
            file_name=f"{name}.ipynb",
            mime="application/x-ipynb+json",
            icon=":material/book:",
            on_click="ignore",
        )
    st.code(script, language="python")
