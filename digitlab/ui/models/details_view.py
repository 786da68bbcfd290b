"""A network in short: its training or its origin, its calibration, its settings."""

import time

import streamlit as st

from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.translation import _, plural, translated
from digitlab.ui import glossary, learning_curves, messages


def show(card: ModelCard) -> None:
    """Show how a network was made, and from where on its answers count as confident."""
    if card.origin is None:
        _training(card)
    else:
        _origin(card.origin)
    st.subheader(_("Calibration"), help=glossary.help("calibration", "temperature", "entropy"))
    limits = card.calibration
    if card.config.calibration:
        st.markdown(
            _("Its probabilities were calibrated at temperature **{temperature:.2f}**.", temperature=limits.temperature)
        )
    st.markdown(
        _(
            "Answers count as confident from **{min_confidence:.1%}**. Drawings with an entropy above "
            "**{max_entropy:.2f}** nats are rejected as “not a digit”.",
            min_confidence=limits.min_confidence,
            max_entropy=limits.max_entropy,
        )
    )
    with st.expander(_("All settings and versions")):
        settings = card.config.as_dict() if card.origin is None else {}
        st.json(settings | {"data": card.data, "versions": dict(card.versions)})


def _training(card: ModelCard) -> None:
    st.subheader(_("Training"))
    learning_curves.show(
        card.epochs,
        len(card.epochs),
        key=f"card-{card.name}",
        changes=card.config.learning_rate_changes,
        batches_per_epoch=card.config.batches_per_epoch,
    )
    day = time.strftime("%Y-%m-%d, %H:%M UTC", time.gmtime(card.created))
    st.markdown(
        plural(
            "{count} epoch in {seconds:,.0f} s, finished on {day}.",
            "{count} epochs in {seconds:,.0f} s, finished on {day}.",
            len(card.epochs),
            seconds=card.seconds,
            day=day,
        )
    )
    if card.was_stopped:
        st.markdown(_("The training was stopped early by hand."))
    if card.config.tuning is not None:
        base, count = messages.escape_markdown(card.config.tuning.base), len(card.config.tuning.learned)
        st.caption(_("Fine-tuned from {base} on {count} drawings of its owner.", base=base, count=count))
    if card.command:
        st.markdown(_("To reproduce:"))
        st.code(card.command, language=None, wrap_lines=True)


def _origin(origin: Origin) -> None:
    st.subheader(_("Origin"))
    st.markdown(
        _(
            "Imported from the file **{file}** (layers: {layers}).",
            file=messages.escape_markdown(origin.file),
            layers=origin.layers,
        )
    )
    if origin.source:
        st.markdown(_("Source: **{source}**.", source=messages.escape_markdown(origin.source)))
    st.markdown(
        _("How it was trained is unknown. MNIST's training digits may have been among its examples.")
        + "\n\n"
        + _(
            "It expects pixels as **{scale}**, which was detected by trial.",
            scale=messages.escape_markdown(translated(origin.scale)),
        )
    )
    if origin.alternatives:
        others = "; ".join(f"**{messages.escape_markdown(translated(title))}**" for title in origin.alternatives)
        st.markdown(
            _(
                "Other scales fit about as well: {others}. If you know that it was trained on one of them, import "
                "the file again and choose that scale.",
                others=others,
            )
        )
    if origin.adaptation:
        st.markdown(
            _(
                "It was adapted to MNIST's digits: {adaptation}.",
                adaptation=messages.escape_markdown("; ".join(map(translated, origin.adaptations))),
            )
        )
    if origin.is_softmax_added:
        st.markdown(_("Its outputs are logits, so a softmax layer was added."))
    else:
        st.markdown(_("Its outputs are probabilities."))
    st.caption(_("SHA-256 of the file: {sha256}", sha256=origin.sha256))
