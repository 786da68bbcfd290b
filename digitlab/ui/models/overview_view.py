"""A network at a glance: its training or its origin, its calibration, its settings."""

import time

import streamlit as st

from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.ui import glossary, learning_curves, messages


def show(card: ModelCard) -> None:
    """Show how a network was made, and from where on its answers count as confident."""
    if card.origin is None:
        _training(card)
    else:
        _origin(card.origin)
    st.subheader("Calibration", help=glossary.help("calibration", "temperature", "entropy"))
    limits = card.calibration
    if card.config.calibration:
        st.markdown(f"Its probabilities were calibrated at temperature **{limits.temperature:.2f}**.")
    st.markdown(
        f"Answers count as confident from **{limits.min_confidence:.1%}**. Drawings with an entropy above "
        f"**{limits.max_entropy:.2f}** nats are rejected as “not a digit”."
    )
    with st.expander("All settings and versions"):
        settings = card.config.as_dict() if card.origin is None else {}
        st.json(settings | {"data": card.data, "versions": dict(card.versions)})


def _training(card: ModelCard) -> None:
    st.subheader("Training")
    learning_curves.show(card.epochs, len(card.epochs), key=f"card-{card.name}")
    day = time.strftime("%d %B %Y, %H:%M UTC", time.gmtime(card.created))
    if len(card.epochs) == 1:
        st.markdown(f"1 epoch in {card.seconds:,.0f} s, finished on {day}.")
    else:
        st.markdown(f"{len(card.epochs)} epochs in {card.seconds:,.0f} s, finished on {day}.")
    if card.was_stopped:
        st.markdown("The training was stopped early by hand.")
    if card.config.tuning is not None:
        base, count = messages.escape_markdown(card.config.tuning.base), len(card.config.tuning.learned)
        st.caption(f"Fine-tuned from {base} on {count} drawings of its owner.")
    if card.command:
        st.markdown("To reproduce:")
        st.code(card.command, language=None, wrap_lines=True)


def _origin(origin: Origin) -> None:
    st.subheader("Origin")
    st.markdown(f"Imported from the file **{messages.escape_markdown(origin.file)}** (layers: {origin.layers}).")
    if origin.source:
        st.markdown(f"Source: **{messages.escape_markdown(origin.source)}**.")
    st.markdown(
        "How it was trained is unknown. MNIST's training digits may have been among its examples.\n\n"
        f"It expects pixels as **{messages.escape_markdown(origin.scale)}**, which was detected by trial."
    )
    if origin.alternatives:
        others = "; ".join(f"**{messages.escape_markdown(title)}**" for title in origin.alternatives)
        st.markdown(
            f"Other scales fit about as well: {others}. If you know that it was trained on one of them, import the "
            "file again and choose that scale."
        )
    if origin.adaptation:
        st.markdown(f"It was adapted to MNIST's digits: {messages.escape_markdown(origin.adaptation)}.")
    if origin.is_softmax_added:
        st.markdown("Its outputs are logits, so a softmax layer was added.")
    else:
        st.markdown("Its outputs are probabilities.")
    st.caption(f"SHA-256 of the file: {origin.sha256}")
