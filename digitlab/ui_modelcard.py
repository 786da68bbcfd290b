"""The model card, shown, and to be taken along as Markdown."""

import streamlit as st

from digitlab import ui, ui_evaluation, ui_person
from digitlab.networks.scores import Scores
from digitlab.networks.sets import TEST
from digitlab.runs import modelcard
from digitlab.runs.cards import ModelCard


def show(card: ModelCard) -> None:
    """Show all that there is to know about a network; a worker may have to read the test set first."""
    scores: Scores | None = None
    with ui.told():
        scores = ui_evaluation.evaluate(card, TEST).scores
    drawings: tuple[int, int] | None = None
    with ui.told():
        drawings = ui.lab().improvements.unseen_read(card.name, ui_person.person())
    st.download_button(
        "Download as Markdown",
        data=modelcard.model_card(card, scores, drawings),
        file_name=f"{card.name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )
    for title, body in modelcard.sections(card, scores, drawings).items():
        st.subheader(title)
        if title == modelcard.LEARNED:
            ui.curves(card.epochs, len(card.epochs), key=f"of-card-{card.name}")
            with st.expander("Epoch by epoch"):
                st.markdown(body)
        else:
            st.markdown(body)
