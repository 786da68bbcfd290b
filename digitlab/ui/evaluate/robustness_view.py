"""Robustness: a network's accuracy on distorted digits, its curves, and a second network's beside them."""

import numpy as np
import streamlit as st

from digitlab.data.distortions import DISTORTIONS, distort
from digitlab.errors import DigitLabError
from digitlab.networks.digit_sets import DigitSet
from digitlab.networks.robustness import Robustness
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, error_text, translated
from digitlab.ui import galleries, glossary, linked_choice, messages, network_choice, repetition, resources
from digitlab.ui.charts import plots
from digitlab.ui.evaluate import network_pair


def show(card: ModelCard, digit_set: DigitSet) -> None:
    """Show a network's curves, and those of a second network if a person chooses one."""
    if digit_set.is_own:
        st.info(_("Robustness is measured on MNIST. Choose Test, Validation or Training."), icon=":material/info:")
        return
    other = network_pair.choose_other(card, is_needed=False)
    cards = [card, other] if other else [card]
    kind = linked_choice.pills(
        _("Distortion"),
        {kind: translated(distortion.title) for kind, distortion in DISTORTIONS.items()},
        param="distortion",
        key="distortion",
        default="rotated",
    )
    st.markdown(translated(DISTORTIONS[kind].description), help=glossary.help("robustness", "accuracy"))
    _measurements(cards, digit_set, kind)
    _pictures(cards, digit_set, kind)


def _measurements(cards: list[ModelCard], digit_set: DigitSet, kind: str) -> None:
    lab = resources.lab()
    missing = [card for card in cards if lab.robustness(card.name, digit_set).progress < 1]
    is_running = any(lab.is_measuring(card.name, digit_set) for card in missing)
    repetition.repeat(_curves, 1.0 if is_running else None, cards, digit_set, kind, is_running=is_running)
    if missing and not is_running:
        _offer_measurement(missing, digit_set)


def _offer_measurement(cards: list[ModelCard], digit_set: DigitSet) -> None:
    lab = resources.lab()
    for card in cards:
        if error_message := lab.measurement_error(card.name, digit_set):
            st.error(messages.escape_markdown(translated(error_message)), icon=":material/error:")
    if st.button(_("Measure"), icon=":material/play_arrow:", type="primary"):
        for card in cards:
            lab.measure_robustness(card.name, digit_set)
        st.rerun()
    total = lab.robustness(cards[0].name, digit_set).total
    st.caption(
        _(
            "{total:,} digits are distorted in {distortions} ways and read at each strength. Takes a few "
            "minutes, once. You can keep using the app.",
            total=total,
            distortions=len(DISTORTIONS),
        )
    )


def _curves(cards: list[ModelCard], digit_set: DigitSet, kind: str, *, is_running: bool) -> None:
    lab = resources.lab()
    labels = network_choice.labels_of(cards)
    measured = {labels[card.name]: lab.robustness(card.name, digit_set) for card in cards}
    if is_running:
        if not any(lab.is_measuring(card.name, digit_set) for card in cards):
            st.rerun()
        share = sum(robustness.progress for robustness in measured.values()) / len(measured)
        st.progress(share, text=_("Distorting and reading: {share:.0%}", share=share))
    rows = plots.robustness_points({label: robustness.curve(kind) for label, robustness in measured.items()})
    if rows:
        st.vega_lite_chart(
            rows,
            plots.robustness(DISTORTIONS[kind], list(measured)),
            height=300,
            key=f"robustness-{kind}",
            alt="; ".join(
                _(
                    "{network} at {strength:g}: {accuracy:.1%}",
                    network=row["network"],
                    strength=row["strength"],
                    accuracy=row["accuracy"],
                )
                for row in rows
            ),
        )
        st.caption(_("Bands: 95% confidence intervals."))
    if any(robustness.right for robustness in measured.values()):
        _mean_accuracies(measured)


def _mean_accuracies(measured: dict[str, Robustness]) -> None:
    st.dataframe(
        [
            {_("Distortion"): translated(distortion.title)}
            | {label: robustness.mean(kind) for label, robustness in measured.items()}
            for kind, distortion in DISTORTIONS.items()
        ],
        column_config={label: st.column_config.NumberColumn(format="percent") for label in measured},
        hide_index=True,
        width="content",
    )
    st.caption(_("Mean accuracy over all strengths that change the digits."))


def _pictures(cards: list[ModelCard], digit_set: DigitSet, kind: str) -> None:
    st.subheader(_("Distorted digits"))
    images, labels = digit_set.select(resources.mnist())
    number = st.number_input(
        _("Digit"), 0, len(images) - 1, 0, key="distorted", width=150, help=_("Its index in the set.")
    )
    distortion = DISTORTIONS[kind]
    changed = np.concatenate(
        [
            distort(images[number : number + 1], kind, strength, [digit_set.index(number)])
            for strength in distortion.strengths
        ]
    )
    st.markdown(_legend(cards, int(labels[number])))
    captions = [f"{strength:g}{distortion.unit}" for strength in distortion.strengths]
    for card in cards:
        try:
            probabilities = resources.lab().recogniser(card.name).probabilities(changed)
        except DigitLabError as error:
            st.error(messages.escape_markdown(error_text(error)), icon=":material/error:")
            continue
        captions = [
            f"{caption} · {row.argmax()}, {row.max():.0%}" for caption, row in zip(captions, probabilities, strict=True)
        ]
    samples = [
        galleries.Sample(place, image, caption)
        for place, (image, caption) in enumerate(zip(changed, captions, strict=True))
    ]
    galleries.gallery(samples, key="distorted-pictures")


def _legend(cards: list[ModelCard], label: int) -> str:
    first = messages.escape_markdown(cards[0].title)
    if len(cards) == 1:
        return _("Label: **{label}**. Below each picture: strength · answer of **{first}**.", label=label, first=first)
    second = messages.escape_markdown(cards[1].title)
    return _(
        "Label: **{label}**. Below each picture: strength · answer of **{first}** · answer of **{second}**.",
        label=label,
        first=first,
        second=second,
    )
