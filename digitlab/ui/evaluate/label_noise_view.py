"""Labels of MNIST that several networks doubt together: likely errors, and digits that may be this or that."""

from collections.abc import Sequence

import streamlit as st

from digitlab.data.label_errors import KNOWN_LABEL_ERRORS
from digitlab.networks.digit_sets import DigitSet
from digitlab.networks.label_noise import Ensemble, SuspectLabel
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import identity, network_choice, resources
from digitlab.ui.evaluate import evaluation
from digitlab.ui.evaluate.evaluation import Evaluation

_VOTERS = 3  # at first
_MAX_VOTERS = 9


def show(card: ModelCard, of: DigitSet) -> None:
    """Let a person choose the networks that vote, and show what they doubt."""
    st.markdown(
        "Where several networks agree that a digit is not what its label says, the label may be wrong; where they do "
        "not know what it is, it may be that nobody can."
    )
    voters = _choose_voters(card)
    if not voters:
        st.info("Choose one network at least.")
        return
    evaluations = [evaluation.evaluate(voter, of) for voter in voters]
    if any(resources.lab().improver.count_learned(voter.name, of, identity.person()) for voter in voters):
        st.caption(
            "Some of these networks were fitted to these digits, and may know their labels by heart, right or wrong."
        )
    jury = Ensemble([each.scores for each in evaluations])
    one = evaluations[0]
    _doubts(one, "Likely label errors", jury.likely_errors, "Most networks read the same other digit.", "errors")
    _doubts(one, "Ambiguous digits", jury.ambiguous, "The networks do not know, or not alike.", "ambiguous")
    if of.part == "test":
        st.caption(
            "★: a doubtful label that is well known. Five people each were asked, and most of them did not see what "
            "the label says (Northcutt, Athalye and Mueller, 2021)."
        )
    evaluation.closely(*evaluations)


def _choose_voters(card: ModelCard) -> list[ModelCard]:
    cards = {one.name: one for one in resources.lab().models()}
    best = sorted(cards, key=lambda name: -cards[name].test_accuracy)
    labels = network_choice.labels_of(cards.values())
    state = st.session_state
    state.setdefault("voters", list(dict.fromkeys([card.name, *best]))[:_VOTERS])
    state.voters = [name for name in state.voters if name in cards]
    names = st.multiselect(
        "Networks that vote",
        list(cards),
        format_func=labels.__getitem__,
        key="voters",
        persist_state="session",
        max_selections=_MAX_VOTERS,
    )
    return [cards[name] for name in names]


def _doubts(one: Evaluation, title: str, doubts: Sequence[SuspectLabel], sentence: str, key: str) -> None:
    by_index = {doubt.index: doubt for doubt in doubts}
    known = sum(_is_known(one, index) for index in by_index)
    st.subheader(f"{title}: {len(doubts):,}")
    well_known = f" {known} of them are well known." if known else ""
    st.markdown(f"{sentence} *Label* → *what they read together*, and the mean of their probabilities.{well_known}")

    def caption(index: int) -> str:
        doubt = by_index[index]
        star = " ★" if _is_known(one, index) else ""
        return f"{doubt.label} → {doubt.read}, {doubt.share:.0%}{star}"

    evaluation.pictures(one, list(by_index), key=key, caption=caption)


def _is_known(one: Evaluation, index: int) -> bool:
    return one.of.part == "test" and one.of.index(index) in KNOWN_LABEL_ERRORS
