"""Two networks on the same digits: which one is correct where, and whether the difference is significant."""

import streamlit as st

from digitlab.networks.paired_comparison import Comparison
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, plural
from digitlab.ui import digit_pictures, evaluated_set, glossary, identity, messages, metric, resources
from digitlab.ui.evaluate import network_pair
from digitlab.ui.evaluated_set import Evaluation


def show(result: Evaluation) -> None:
    """Let a person choose a second network, and show both side by side."""
    card = network_pair.choose_other(result.card)
    if card is None:
        st.info(_("There is no other network yet. Train a second one."), icon=":material/model_training:")
        return
    unseen = evaluated_set.unseen_by(card, result.digit_set)
    left_out = len(result.digit_set) - len(unseen) if len(unseen) else 0
    if left_out:
        result = evaluated_set.evaluate(result.card, unseen)
    other = evaluated_set.evaluate(card, result.digit_set)
    comparison = Comparison(result.scores, other.scores)
    first, second = messages.escape_markdown(result.card.title), messages.escape_markdown(card.title)
    _metrics(result, other, comparison)
    _verdict(comparison, first, second)
    learned = resources.lab().improver.count_learned(card.name, result.digit_set, identity.person())
    _say_trained_on(second, left_out, learned)
    _galleries(result, other, comparison)
    digit_pictures.dialog(result, other)


def _say_trained_on(second: str, left_out: int, learned: int) -> None:
    """Say how many of a person's digits the second network was trained on: those left out, and those that stayed."""
    if left_out:
        st.caption(
            _(
                "Left out, as {second} was trained on them: {left_out:,} more of your digits.",
                second=second,
                left_out=left_out,
            )
        )
    if learned:
        st.caption(
            _(
                "{second} was trained on {learned:,} of these digits, so the comparison favours it.",
                second=second,
                learned=learned,
            )
        )


def _galleries(result: Evaluation, other: Evaluation, comparison: Comparison) -> None:
    """Show the digits that only one of the two reads correctly, and those that none does."""
    first, second = (messages.escape_markdown(side.card.title) for side in (result, other))
    st.markdown(
        _(
            "Below each picture: *label* → *answer of {first}* | *answer of {second}*. Click a picture to open it.",
            first=first,
            second=second,
        ),
        help=glossary.help("mcnemar", "confidence_interval"),
    )
    for title, indices, key in (
        (
            _("Only {title} is correct: {count:,}", title=first, count=len(comparison.only_first)),
            comparison.only_first,
            "only-first",
        ),
        (
            _("Only {title} is correct: {count:,}", title=second, count=len(comparison.only_second)),
            comparison.only_second,
            "only-second",
        ),
        (_("Both are wrong: {count:,}", count=len(comparison.neither)), comparison.neither, "neither"),
    ):
        st.subheader(title)
        digit_pictures.gallery(result, indices, key=key, caption=lambda index: _caption(result, other, index))


def _caption(result: Evaluation, other: Evaluation, index: int) -> str:
    first, second = int(result.scores.answers[index]), int(other.scores.answers[index])
    return f"{result.scores.labels[index]} → {first} | {second}"


def _metrics(result: Evaluation, other: Evaluation, comparison: Comparison) -> None:
    with st.container(key="compared-metrics"):
        columns = st.columns(4)
    for column, network in zip(columns, (result, other), strict=False):
        low, high = network.scores.interval
        metric.show(
            column,
            _short_title(network.card),
            f"{network.scores.accuracy:.2%}",
            _("95%: {low:.2%} to {high:.2%}", low=low, high=high),
        )
    columns[2].metric(_("Both right"), f"{comparison.both:,}", border=True, height="stretch")
    columns[3].metric(_("Both wrong"), f"{len(comparison.neither):,}", border=True, height="stretch")


def _short_title(card: ModelCard) -> str:
    return messages.escape_markdown(card.title if len(card.title) <= 24 else card.title[:23] + "…")


def _verdict(comparison: Comparison, first: str, second: str) -> None:
    """Say how many digits one network alone reads correctly, and what McNemar's test makes of it."""
    only_first, only_second = len(comparison.only_first), len(comparison.only_second)
    sentences = [
        _advantage(first, only_first),
        _advantage(second, only_second),
        _significance(comparison.p_value),
    ]
    if comparison.p_value < 0.05:
        better = first if only_first > only_second else second
        sentences.append(_("This is hardly chance: **{title}** is better on such digits.", title=better))
        st.success(" ".join(sentences), icon=":material/check:")
    else:
        sentences.append(_("This may well be chance: neither is shown to be better."))
        st.info(" ".join(sentences), icon=":material/casino:")


def _advantage(title: str, digits: int) -> str:
    return plural(
        "Only {title} reads {count} digit correctly.",
        "Only {title} reads {count:,} digits correctly.",
        digits,
        title=title,
    )


def _significance(p_value: float) -> str:
    if p_value < 1e-6:
        return _(
            "If both were equally good, the probability of a difference this large would be less than "
            "**one in a million** (McNemar's exact test)."
        )
    return _(
        "If both were equally good, the probability of a difference this large would be **{probability:.2g}** "
        "(McNemar's exact test).",
        probability=p_value,
    )
