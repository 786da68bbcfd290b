"""All networks, ready-made, trained and imported: overview, download, Keras code, model card; rename and delete."""

import streamlit as st

from digitlab.runs.records.model_card import MAX_TITLE_LENGTH
from digitlab.translation import _
from digitlab.ui import glossary, identity, linked_choice, messages, network_choice, resources
from digitlab.ui.models import card_view, details_view, download, import_form, network_list

lab = resources.lab()
person = identity.person()

st.title(_("Models"))
card = network_choice.choose_network()
import_form.confirm(card)


@st.dialog(_("Rename"))
def rename() -> None:
    """Ask for a new title."""
    title = st.text_input(_("Name"), card.title, max_chars=MAX_TITLE_LENGTH)
    if st.button(_("Rename"), type="primary"):
        with messages.show_errors():
            lab.rename_model(card.name, title, person)
            st.rerun()


@st.dialog(_("Delete this network?"))
def delete() -> None:
    """Ask for confirmation, then delete the network."""
    title = messages.escape_markdown(card.title)
    if card.origin is None:
        st.markdown(
            _(
                "**{title}** and its scores will be deleted permanently. Its training run stays in the list of runs.",
                title=title,
            )
        )
    else:
        st.markdown(_("**{title}** and its scores will be deleted permanently.", title=title))
    with st.container(horizontal=True):
        if st.button(_("Delete"), type="primary", icon=":material/delete:"):
            with messages.show_errors():
                lab.delete_model(card.name, person)
                st.query_params.pop("model", None)
                st.rerun()
        if st.button(_("Cancel")):
            st.rerun()


with st.container(key="models-metrics"):
    metrics = st.columns(4)
metrics[0].metric(
    _("Test accuracy"), f"{card.test_accuracy:.2%}", border=True, help=glossary.help("accuracy", "test_set")
)
metrics[1].metric(
    _("Test loss"), f"{card.test_loss:.4f}", border=True, help=glossary.help("loss", "cross_entropy", "test_set")
)
metrics[2].metric(_("Weights"), f"{card.parameters:,}", border=True, help=glossary.help("weight", "parameter"))
metrics[3].metric(_("File"), f"{lab.model_size(card.name) / 1e6:.2f} MB", border=True)

with st.container(key="models-links", horizontal=True):
    st.page_link("draw.py", label=_("Try it"), icon=":material/draw:")
    st.page_link("evaluate.py", label=_("Evaluate it"), icon=":material/analytics:")
    st.page_link("compare.py", label=_("Compare it"), icon=":material/compare:", query_params={"with": card.name})
with st.container(key="models-owner", horizontal=True, vertical_alignment="center"):
    if card.is_ready_made:
        st.badge(
            _("ready-made"), icon=":material/lock:", help=_("Comes with DigitLab and cannot be renamed or deleted.")
        )
    elif person.may_change(card.owner):
        if st.button(_("Rename"), icon=":material/edit:"):
            rename()
        if st.button(_("Delete"), icon=":material/delete:"):
            delete()
    else:
        st.badge(
            _("by {name}", name=messages.escape_markdown(card.owner_name)) if card.owner_name else _("by another user"),
            icon=":material/lock:",
            help=_("Only its owner or a teacher can rename or delete it."),
        )

tabs = linked_choice.tabs(
    {"Overview": _("Overview"), "Take away": _("Download"), "Code": _("Keras code"), "Model card": _("Model card")},
    page="models",
)
views = {
    "Overview": details_view.show,
    "Take away": download.files,
    "Code": download.code,
    "Model card": card_view.show,
}
for name, show in views.items():
    if tabs[name].open:
        with tabs[name]:
            show(card)

import_form.show(person)

st.subheader(_("All networks"))
network_list.show(person)
