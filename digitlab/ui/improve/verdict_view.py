"""The verdict on fine-tuning: a network before and after it, with the digits whose answer changed."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.paired_comparison import Comparison
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import digits_of
from digitlab.runs.records.improvement import FEW, Improvement, Verdict
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run
from digitlab.translation import Text, _, translated
from digitlab.ui import digit_pictures, evaluated_set, messages, metric, resources
from digitlab.ui.evaluated_set import Evaluation

_BOXES = {
    Verdict.HELPED: (st.success, ":material/check:"),
    Verdict.NOTHING_TO_IMPROVE: (st.info, ":material/info:"),
    Verdict.DID_NOT_HELP: (st.warning, ":material/trending_flat:"),
    Verdict.FORGOT: (st.error, ":material/trending_down:"),
    Verdict.UNKNOWN: (st.info, ":material/help:"),
}
_PERCENTAGE_DECIMALS_FROM = 1000  # digits: of fewer, a hundredth of a percent means nothing


def show(run: Run, person: Person) -> None:
    """Show the result of a fine-tuning that left a network; a progress bar shows if MNIST has to be read first."""
    place = st.empty()

    def report(share: float) -> None:
        place.progress(share, text=_("Reading MNIST's test set (first time only)."))

    improvement = resources.lab().improver.result(run, person, report, evaluated_set.own_probabilities)
    place.empty()
    box, icon = _BOXES[improvement.verdict]
    box(messages.escape_markdown(translated(improvement.sentence)), icon=icon)
    if improvement.after.is_pending:
        _decide(run, person)
    else:
        _links(run)
    st.caption(_("Below each picture: *label*: *answer before* → *answer after*. Click a picture to open it."))
    if improvement.own is not None:
        st.subheader(_("Drawings set aside: {count}", count=len(improvement.drawings)), anchor=False)
        _metrics(improvement.own)
        own = evaluated_set.own_set(improvement.drawings)
        _changes(improvement, improvement.own, own, digits_of(improvement.drawings)[0], "own")
    st.subheader(_("MNIST's test set"), anchor=False)
    _metrics(improvement.mnist)
    _changes(improvement, improvement.mnist, TEST, resources.mnist().x_test, "mnist")


def _decide(run: Run, person: Person) -> None:
    """Let its owner keep or discard a network that reads MNIST worse; until then it is in no list."""
    st.markdown(_("The new network is not in your list of networks."))
    if not person.may_change(run.owner):
        return
    with st.container(horizontal=True):
        if st.button(_("Discard it"), type="primary", icon=":material/delete:", key="discard"):
            with messages.show_errors():
                resources.lab().delete_run(run.number, person)
                st.query_params.pop("run", None)
                st.rerun()
        if st.button(_("Keep it anyway"), key="keep"):
            with messages.show_errors():
                resources.lab().keep_model(str(run.model), person)
                st.rerun()


def _links(run: Run) -> None:
    address = {"model": str(run.model)}
    with st.container(horizontal=True):
        st.page_link("draw.py", label=_("Try it"), icon=":material/draw:", query_params=address)
        st.page_link("evaluate.py", label=_("Evaluate it"), icon=":material/analytics:", query_params=address)
        st.page_link(
            "models.py", label=_("Rename, download or delete it"), icon=":material/inventory_2:", query_params=address
        )


def _metrics(comparison: Comparison) -> None:
    before, after = st.columns(2)
    total = len(comparison.first.labels)
    digits = 2 if total >= _PERCENTAGE_DECIMALS_FROM else 0
    for column, label, scores in (
        (
            before,
            Text("Before: {right:,} of {total:,} correct", right=_right(comparison.first), total=total),
            comparison.first,
        ),
        (
            after,
            Text("After: {right:,} of {total:,} correct", right=_right(comparison.second), total=total),
            comparison.second,
        ),
    ):
        if total < FEW:
            figure = _("{count:,} of {total:,}", count=_right(scores), total=total)
            metric.show(column, translated(label), figure, _("Too few to tell"))
            continue
        low, high = (f"{end:.{digits}%}" for end in scores.interval)
        interval = _("95%: {low} to {high}", low=low, high=high)
        metric.show(column, translated(label), f"{scores.accuracy:.{digits}%}", interval)


def _right(scores: Scores) -> int:
    return len(scores.labels) - len(scores.mistakes)


def _changes(
    improvement: Improvement, comparison: Comparison, digit_set: DigitSet, images: NDArray[np.uint8], key: str
) -> None:
    """Show the digits that became correct or wrong; of a person's own, also those that stayed wrong."""
    before = Evaluation(improvement.before, digit_set, images, comparison.first)
    after = Evaluation(improvement.after, digit_set, images, comparison.second)
    groups = [
        (
            "fixed",
            _("**Wrong before, correct now: {count:,}**", count=len(comparison.only_second)),
            comparison.only_second,
        ),
        (
            "broken",
            _("**Correct before, wrong now: {count:,}**", count=len(comparison.only_first)),
            comparison.only_first,
        ),
    ]
    if digit_set.is_own:
        groups.append(
            ("unchanged", _("**Wrong before and now: {count:,}**", count=len(comparison.neither)), comparison.neither)
        )
    for name, title, indices in groups:
        st.markdown(title)
        if len(indices):
            digit_pictures.gallery(
                before, indices, key=f"{key}-{name}", caption=lambda index: _caption(comparison, index)
            )
    digit_pictures.dialog(before, after)


def _caption(comparison: Comparison, index: int) -> str:
    before, after = int(comparison.first.answers[index]), int(comparison.second.answers[index])
    return f"{comparison.first.labels[index]}: {before} → {after}"
