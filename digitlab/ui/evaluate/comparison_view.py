"""Two networks on the same digits: who is right where, and whether the difference is more than luck."""

import streamlit as st

from digitlab.networks.label_noise import Comparison
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import elements, identity, messages, resources
from digitlab.ui.evaluate import evaluation
from digitlab.ui.evaluate.evaluation import Evaluation


def show(one: Evaluation) -> None:
    """Let a person choose the second network, and show both side by side."""
    card = evaluation.choose_other(one.card, "Compared with")
    if card is None:
        st.info("There is no other network yet. Train a second one.", icon=":material/model_training:")
        return
    unseen = evaluation.unseen_by(card, one.of)
    left_out = len(one.of) - len(unseen) if len(unseen) else 0
    if left_out:
        one = evaluation.evaluate(one.card, unseen)
    other = evaluation.evaluate(card, one.of)
    comparison = Comparison(one.scores, other.scores)
    first, second = (messages.escape_markdown(each.card.title) for each in (one, other))
    _figures(one, other, comparison)
    _verdict(comparison, first, second)
    if left_out:
        st.caption(f"{second} has learned from {left_out:,} more of your digits, which are left out here.")
    if seen := resources.lab().improver.count_learned(card.name, one.of, identity.person()):
        st.caption(f"{second} was fitted to {seen:,} of these digits, so they are no fair test of it.")
    st.markdown(f"Below each picture: *true digit* → what {first} reads | what {second} reads. Click one to open it.")
    for title, indices, key in (
        (f"Only {first} is right", comparison.only_first, "only-first"),
        (f"Only {second} is right", comparison.only_second, "only-second"),
        ("Both are wrong", comparison.neither, "neither"),
    ):
        st.subheader(f"{title}: {len(indices):,}")
        evaluation.pictures(one, indices, key=key, caption=lambda index: _told(one, other, index))
    evaluation.closely(one, other)


def _told(one: Evaluation, other: Evaluation, index: int) -> str:
    first, second = (each.scores.probabilities[index].argmax() for each in (one, other))
    return f"{one.scores.labels[index]} → {first} | {second}"


def _figures(one: Evaluation, other: Evaluation, comparison: Comparison) -> None:
    columns = st.columns(4)
    for column, each in zip(columns, (one, other), strict=False):
        low, high = each.scores.interval
        elements.metric(column, _short(each.card), f"{each.scores.accuracy:.2%}", f"95 %: {low:.2%} to {high:.2%}")
    columns[2].metric("Both right", f"{comparison.both:,}", border=True, height="stretch")
    columns[3].metric("Both wrong", f"{len(comparison.neither):,}", border=True, height="stretch")


def _short(card: ModelCard) -> str:
    return messages.escape_markdown(card.title if len(card.title) <= 24 else card.title[:23] + "…")


def _verdict(comparison: Comparison, first: str, second: str) -> None:
    a, b, p = len(comparison.only_first), len(comparison.only_second), comparison.p_value
    counts = f"{a:,} digits are read rightly by {first} alone, {b:,} by {second} alone."
    chance = f"{p:.2g}" if p >= 1e-6 else "less than a millionth"
    luck = (
        f"Were both equally good, they would differ as much or more with probability **{chance}** "
        "(McNemar's exact test)."
    )
    if p < 0.05:
        better = first if a > b else second
        st.success(
            f"{counts} {luck} That is hardly luck: **{better}** is better on such digits.", icon=":material/check:"
        )
    else:
        st.info(f"{counts} {luck} That may well be luck: neither is shown to be better.", icon=":material/casino:")
