"""How a network's accuracy falls as digits are distorted: curves, the pictures, and two networks side by side."""

import numpy as np
import streamlit as st

from digitlab.data.distortions import DISTORTIONS, distort
from digitlab.errors import DigitLabError
from digitlab.networks.digit_sets import DigitSet
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import galleries, messages, network_choice, resources
from digitlab.ui.charts import plots
from digitlab.ui.evaluate import evaluation


def show(card: ModelCard, of: DigitSet) -> None:
    """Show a network's curves, and a second one's if a person likes."""
    if of.is_own:
        st.info(
            "Robustness is measured on MNIST's digits. Choose test, validation or training.", icon=":material/info:"
        )
        return
    other = evaluation.choose_other(card, "Beside it", is_needed=False)
    cards = [card, other] if other else [card]
    kind = st.pills(
        "Distortion",
        list(DISTORTIONS),
        default="rotated",
        required=True,
        key="distortion",
        bind="query-params",
        wrap=True,
    )
    st.markdown(DISTORTIONS[kind].sentence)
    _measurements(cards, of, kind)
    _pictures(cards, of, kind)


def _measurements(cards: list[ModelCard], of: DigitSet, kind: str) -> None:
    lab = resources.lab()
    missing = [card for card in cards if lab.robustness(card.name, of).progress < 1]
    under_way = [card for card in missing if lab.is_measuring(card.name, of)]
    # A fragment that runs again each second while there is something to wait for, and not otherwise.
    st.fragment(_curves, run_every=1.0 if under_way else None)(cards, of, kind, is_under_way=bool(under_way))
    if missing and not under_way:
        for card in missing:
            if trouble := lab.trouble_measuring(card.name, of):
                st.error(messages.escape_markdown(trouble), icon=":material/error:")
        total = lab.robustness(card.name, of).total
        if st.button("Measure", icon=":material/play_arrow:", type="primary"):
            for card in missing:
                lab.measure_robustness(card.name, of)
            st.rerun()
        st.caption(
            f"{total:,} digits are distorted in {len(DISTORTIONS)} ways and read at each strength, in the background. "
            "It takes a minute or a few, once; the rest of the lab can be used meanwhile."
        )


def _curves(cards: list[ModelCard], of: DigitSet, kind: str, *, is_under_way: bool) -> None:
    lab = resources.lab()
    labels = network_choice.labels_of(cards)
    measured = {labels[card.name]: lab.robustness(card.name, of) for card in cards}
    if is_under_way:
        if not any(lab.is_measuring(card.name, of) for card in cards):
            st.rerun()
        share = sum(each.progress for each in measured.values()) / len(measured)
        st.progress(share, text=f"Distorting and reading: {share:.0%}")
    rows = plots.robustness_points({label: each.curve(kind) for label, each in measured.items()})
    if rows:
        st.vega_lite_chart(
            rows,
            plots.robustness(DISTORTIONS[kind], list(measured)),
            height=300,
            key=f"robustness-{kind}",
            alt="; ".join(f"{row['network']} at {row['strength']:g}: {row['accuracy']:.1%}" for row in rows),
        )
        st.caption("Bands: where the accuracy lies with 95 % confidence.")
    if any(each.right for each in measured.values()):
        st.dataframe(
            [
                {"Distortion": DISTORTIONS[each].title} | {label: one.mean(each) for label, one in measured.items()}
                for each in DISTORTIONS
            ],
            column_config={label: st.column_config.NumberColumn(format="percent") for label in measured},
            hide_index=True,
            width="content",
        )
        st.caption("The mean accuracy over all strengths that change something.")


def _pictures(cards: list[ModelCard], of: DigitSet, kind: str) -> None:
    st.subheader("The pictures, and what is read in them")
    images, labels = of.of(resources.mnist())
    number = st.number_input("Digit", 0, len(images) - 1, 0, key="distorted", width=150, help="Its number in the set.")
    distortion = DISTORTIONS[kind]
    changed = np.concatenate(
        [distort(images[number : number + 1], kind, strength, [of.index(number)]) for strength in distortion.strengths]
    )
    captions = [f"{strength:g}{distortion.unit}" for strength in distortion.strengths]
    st.markdown(f"A **{labels[number]}**. Below each picture: the strength, and what " + _recognisers(cards) + ".")
    for card in cards:
        try:
            readings = resources.lab().recogniser(card.name).probabilities(changed)
        except DigitLabError as error:
            st.error(messages.escape_markdown(str(error)), icon=":material/error:")
            continue
        captions = [
            f"{caption} · {row.argmax()}, {row.max():.0%}" for caption, row in zip(captions, readings, strict=True)
        ]
    samples = [
        galleries.Sample(place, image, caption)
        for place, (image, caption) in enumerate(zip(changed, captions, strict=True))
    ]
    galleries.gallery(samples, key="distorted-pictures")


def _recognisers(cards: list[ModelCard]) -> str:
    names = [f"**{messages.escape_markdown(card.title)}** reads" for card in cards]
    return ", then what ".join(names)
