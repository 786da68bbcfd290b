"""The model card, shown, with a download as Markdown."""

import streamlit as st

from digitlab.networks.digit_sets import TEST
from digitlab.networks.scores import Scores
from digitlab.runs.records import card_markdown
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, translated
from digitlab.ui import evaluated_set, glossary, identity, learning_curves, messages, resources


def show(card: ModelCard) -> None:
    """Show a network's model card; the network may have to read the test set first."""
    scores: Scores | None = None
    with messages.show_errors():
        scores = evaluated_set.evaluate(card, TEST).scores
    drawings: tuple[int, int] | None = None
    with messages.show_errors():
        drawings = resources.lab().improver.unseen_score(card.name, identity.person())
    st.download_button(
        _("Download as Markdown"),
        data=card_markdown.model_card(card, scores, drawings),
        file_name=f"{card.name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )
    sections = card_markdown.sections(card, scores, drawings)
    for title, body in sections.items():
        st.subheader(translated(title))
        if title == card_markdown.TRAINING:
            learning_curves.show(
                card.epochs,
                len(card.epochs),
                key=f"of-card-{card.name}",
                changes=card.config.learning_rate_changes,
                batches_per_epoch=card.config.batches_per_epoch,
            )
            with st.expander(_("Epoch by epoch")):
                st.markdown(body)
        else:
            st.markdown(body)
    with st.expander(_("Technical terms on this card"), icon=":material/menu_book:"):
        glossary.listed(sorted(glossary.terms_in(*sections, *sections.values()), key=glossary.name))
