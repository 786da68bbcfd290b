"""All networks, ready-made and trained here: what they are, how good, and the way to keep or drop them."""

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import identity, learning_curves, messages, network_choice, resources, run_list
from digitlab.ui.models import card_view, download, import_form

lab = resources.lab()
person = identity.person()

st.title("Models")
card = network_choice.choose_network()
import_form.welcome(card)


@st.dialog("Rename")
def rename() -> None:
    """Ask for a new title."""
    title = st.text_input("Name", card.title, max_chars=60)
    if st.button("Rename", type="primary"):
        with messages.show_errors():
            lab.rename_model(card.name, title, person)
            st.rerun()


@st.dialog("Delete this network?")
def delete() -> None:
    """Ask before it is gone for good."""
    st.markdown(
        f"**{messages.escape_markdown(card.title)}** and its scores will be gone for good. Its training run stays in the list of runs."
    )
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:"):
            with messages.show_errors():
                lab.delete_model(card.name, person)
                st.query_params.pop("model", None)
                st.rerun()
        if st.button("Keep"):
            st.rerun()


facts = st.columns(4)
facts[0].metric("Test accuracy", f"{card.test_accuracy:.2%}", border=True)
facts[1].metric("Test loss", f"{card.test_loss:.4f}", border=True, help="Mean cross-entropy per digit, in nats.")
facts[2].metric("Weights", f"{card.parameters:,}", border=True, help="Numbers that the network keeps.")
facts[3].metric("File", f"{lab.model_size(card.name) / 1e6:.2f} MB", border=True)

with st.container(horizontal=True):
    st.page_link("draw.py", label="Draw with it", icon=":material/draw:")
    st.page_link("evaluate.py", label="Evaluate it", icon=":material/analytics:")
    st.page_link("compare.py", label="Compare it", icon=":material/compare:", query_params={"with": card.name})
with st.container(horizontal=True, vertical_alignment="center"):
    if card.is_ready_made:
        st.badge("ready-made", icon=":material/lock:", help="Ships with DigitLab: neither renamed nor deleted.")
    elif not person.may_change(card.owner):
        st.badge(
            f"by {messages.escape_markdown(card.owner_name)}" if card.owner_name else "somebody else's",
            icon=":material/lock:",
            help="Who trained it, or a teacher, may rename or delete it.",
        )
    else:
        if st.button("Rename", icon=":material/edit:"):
            rename()
        if st.button("Delete", icon=":material/delete:"):
            delete()


def overview() -> None:
    """How it was made, and what its answers are worth."""
    if card.origin is None:
        how_it_learned()
    else:
        import_form.about(card.origin)
    limits = card.calibration
    st.markdown(
        f"An answer is sure from a probability of **{limits.min_confidence:.1%}** on, and a drawing a digit up to an "
        f"entropy of **{limits.max_entropy:.2f}** nats."
        + (f" Calibrated at temperature **{limits.temperature:.2f}**." if card.config.calibration else "")
    )
    with st.expander("All settings and versions"):
        settings = card.config.as_dict() if card.origin is None else {}
        st.json(settings | {"data": card.data, "versions": dict(card.versions)})


def how_it_learned() -> None:
    """Its curves, and the command that makes the same again."""
    st.subheader("How it learned")
    learning_curves.show(card.epochs, len(card.epochs), key=f"card-{card.name}")
    st.markdown(
        f"{len(card.epochs)} epochs in {card.seconds:,.0f} s"
        + (", stopped early by hand" if card.was_stopped else "")
        + time.strftime(", on %d %B %Y, %H:%M UTC.", time.gmtime(card.created))
        + (" The same again:" if card.command else "")
    )
    if card.config.tuning is not None:
        base, count = messages.escape_markdown(card.config.tuning.base), len(card.config.tuning.learned)
        st.caption(f"Improved from {base} on {count} drawings of its owner.")
    if card.command:
        st.code(card.command, language=None, wrap_lines=True)


views = st.tabs(["Overview", "Take away", "Code", "Model card"], key="view", on_change="rerun", bind="query-params")
shown: list[Callable[[], None]] = [
    overview,
    partial(download.files, card),
    partial(download.code, card),
    partial(card_view.show, card),
]
for view, show in zip(views, shown, strict=True):
    if view.open:
        with view:
            show()


def origin(other: ModelCard) -> str:
    """Say where a network comes from."""
    how = "trained" if other.origin is None else "brought in"
    how = how if other.config.tuning is None else "improved"
    return "ready-made" if other.is_ready_made else f"{how} by {run_list.whose(other.owner, other.owner_name, person)}"


import_form.offer(person)

st.subheader("All networks")
st.dataframe(
    [
        {
            "Name": other.title,
            "Kind": other.config.preset if other.origin is None else "from elsewhere",
            "Origin": origin(other),
            "Test accuracy": other.test_accuracy,
            "Test loss": other.test_loss,
            "Epochs": len(other.epochs),
            "Weights": other.parameters,
        }
        for other in lab.models()
    ],
    column_config={
        "Test accuracy": st.column_config.NumberColumn(format="percent"),
        "Test loss": st.column_config.NumberColumn(format="%.4f"),
    },
    hide_index=True,
)
