"""Label noise: labels that several networks disagree with, and digits that they find ambiguous."""

from collections.abc import Sequence

import streamlit as st

from digitlab.data.label_errors import KNOWN_LABEL_ERRORS
from digitlab.networks.digit_sets import DigitSet
from digitlab.networks.label_noise import Ensemble, SuspectLabel
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import digit_pictures, evaluated_set, glossary, identity, network_choice, resources
from digitlab.ui.evaluated_set import Evaluation

_VOTERS = 3  # networks that are chosen at first
_MAX_VOTERS = 9


def show(card: ModelCard, digit_set: DigitSet) -> None:
    """Let a person choose the networks of an ensemble, and show the labels that it suspects."""
    st.markdown(
        _(
            "If several networks agree that a digit is not what its label says, the label may be wrong. If they are "
            "unsure themselves, perhaps nobody can tell."
        ),
        help=glossary.help("label_noise", "label"),
    )
    voters = _choose_voters(card)
    if not voters:
        st.info(_("Choose at least one network."))
        return
    results = [evaluated_set.evaluate(voter, digit_set) for voter in voters]
    person = identity.person()
    if any(resources.lab().improver.count_learned(voter.name, digit_set, person) for voter in voters):
        st.caption(
            _(
                "Some of these networks were trained on these digits and may have memorised their labels, right or "
                "wrong."
            )
        )
    ensemble = Ensemble([result.scores for result in results])
    errors, ambiguous = ensemble.likely_errors, ensemble.ambiguous
    st.subheader(_("Likely label errors: {count:,}", count=len(errors)))
    st.markdown(_("Most networks give the same other answer."))
    _suspects(results[0], errors, "errors")
    st.subheader(_("Ambiguous digits: {count:,}", count=len(ambiguous)))
    st.markdown(_("The networks are unsure or disagree."))
    _suspects(results[0], ambiguous, "ambiguous")
    if digit_set.part == "test":
        st.caption(
            _(
                "★: a known label error. Five people were asked about each of these, and most of them did not see "
                "what the label says (Northcutt, Athalye and Mueller, 2021)."
            )
        )
    digit_pictures.dialog(*results)


def _choose_voters(card: ModelCard) -> list[ModelCard]:
    cards = {network.name: network for network in resources.lab().models()}
    best = sorted(cards, key=lambda name: -cards[name].test_accuracy)
    labels = network_choice.labels_of(cards.values())
    state = st.session_state
    state.setdefault("voters", list(dict.fromkeys([card.name, *best]))[:_VOTERS])
    state.voters = [name for name in state.voters if name in cards]
    names = st.multiselect(
        _("Networks that vote"),
        list(cards),
        format_func=labels.__getitem__,
        key="voters",
        persist_state="session",
        max_selections=_MAX_VOTERS,
    )
    return [cards[name] for name in names]


def _suspects(result: Evaluation, suspects: Sequence[SuspectLabel], key: str) -> None:
    by_index = {suspect.index: suspect for suspect in suspects}
    known = sum(_is_known(result, index) for index in by_index)
    st.caption(_("Below each picture: *label* → *answer of most networks*, and its mean probability."))
    if known:
        st.caption(_("Known label errors among them: {count}.", count=known))

    def caption(index: int) -> str:
        suspect = by_index[index]
        if _is_known(result, index):
            return f"{suspect.label} → {suspect.read}, {suspect.probability:.0%} ★"
        return f"{suspect.label} → {suspect.read}, {suspect.probability:.0%}"

    digit_pictures.gallery(result, list(by_index), key=key, caption=caption)


def _is_known(result: Evaluation, index: int) -> bool:
    return result.digit_set.part == "test" and result.digit_set.index(index) in KNOWN_LABEL_ERRORS
