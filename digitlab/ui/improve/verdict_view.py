"""What a tuning made of a network, shown: before and after, with the pictures that changed sides."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.label_noise import Comparison
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import digits_of
from digitlab.runs.records.improvement import Improvement, Verdict
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run
from digitlab.ui import messages, metric, resources
from digitlab.ui.evaluate import digit_pictures, evaluation
from digitlab.ui.evaluate.evaluation import Evaluation

_CHANGED = 2  # kinds of pictures that changed sides; the third did not
_TOLD = {
    Verdict.HELPED: (st.success, ":material/check:"),
    Verdict.NOTHING_TO_IMPROVE: (st.info, ":material/done_all:"),
    Verdict.DID_NOT_HELP: (st.warning, ":material/trending_flat:"),
    Verdict.FORGOT: (st.error, ":material/trending_down:"),
    Verdict.UNKNOWN: (st.info, ":material/help:"),
}


def show(run: Run, person: Person) -> None:
    """Show what became of a tuning that left a network; where MNIST has to be read first, a bar tells how far it is."""
    place = st.empty()

    def report(share: float) -> None:
        place.progress(share, text="Reading MNIST's test set; only the first time does that take a while ...")

    found = resources.lab().improver.result(run, person, report, evaluation.own_probabilities)
    place.empty()
    tell, icon = _TOLD[found.verdict]
    tell(messages.escape_markdown(found.sentence), icon=icon)
    _links(run)
    st.caption("Below each picture: what it is, what was read before → what is read now. Click one to open it.")
    if found.own is not None:
        st.subheader(f"{len(found.drawings)} drawings that it never saw", anchor=False)
        _figures(found.own)
        own = evaluation.own_set(found.drawings)
        _sides_of(found, found.own, own, digits_of(found.drawings)[0], "own")
    st.subheader("MNIST's test set", anchor=False)
    _figures(found.mnist)
    _sides_of(found, found.mnist, TEST, resources.mnist().x_test, "mnist")


def _links(run: Run) -> None:
    there = {"model": str(run.model)}
    with st.container(horizontal=True):
        st.page_link("draw.py", label="Draw with it", icon=":material/draw:", query_params=there)
        st.page_link("evaluate.py", label="Evaluate it", icon=":material/analytics:", query_params=there)
        st.page_link(
            "models.py", label="Rename, download or delete it", icon=":material/inventory_2:", query_params=there
        )


def _figures(both: Comparison) -> None:
    for column, name, scores in zip(st.columns(2), ("Before", "After"), (both.first, both.second), strict=True):
        low, high = scores.interval
        right, total = len(scores.labels) - len(scores.mistakes), len(scores.labels)
        metric.show(
            column,
            f"{name}: {right:,} of {total:,} read correctly",
            f"{scores.accuracy:.2%}" if total >= 1000 else f"{scores.accuracy:.0%}",
            f"95 %: {low:.2%} to {high:.2%}" if total >= 1000 else f"95 %: {low:.0%} to {high:.0%}",
        )


def _sides_of(found: Improvement, both: Comparison, digit_set: DigitSet, images: NDArray[np.uint8], key: str) -> None:
    """Show the digits of a set that changed sides; of a person's own, also those that are misread as before."""
    before, after = (
        Evaluation(card, digit_set, images, scores)
        for card, scores in ((found.before, both.first), (found.after, both.second))
    )
    for title, indices in _sides(both)[: None if digit_set.is_own else _CHANGED]:
        st.markdown(f"**{title}: {len(indices):,}**")
        if len(indices):
            digit_pictures.gallery(before, indices, key=f"{key} {title}", caption=lambda at: _told(both, at))
    digit_pictures.dialog(before, after)


def _sides(both: Comparison) -> list[tuple[str, NDArray[np.int64]]]:
    return [
        ("Misread before, right now", both.only_second),
        ("Right before, misread now", both.only_first),
        ("Misread before and now", both.neither),
    ]


def _told(both: Comparison, at: int) -> str:
    """Say what a digit is, and what was read before and after."""
    return f"{both.first.labels[at]}: {_read(both.first, at)} → {_read(both.second, at)}"


def _read(scores: Scores, at: int) -> int:
    return int(scores.probabilities[at].argmax())
