"""An evaluation at a glance: the figures, what is read as what, and the pictures of it."""

import re

import streamlit as st

from digitlab.networks.scores import Scores
from digitlab.ui import confusion_matrix, elements
from digitlab.ui.evaluate import evaluation
from digitlab.ui.evaluate.evaluation import Evaluation

_SHARE = st.column_config.NumberColumn(format="percent")


def show(one: Evaluation, name: str) -> None:
    """Show the figures of a network on a set, called `name`, its confusion matrix, and the mistakes."""
    _metrics(one.scores, name)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What is read as what")
        _confusion(one)
    with right:
        st.subheader("Digit by digit")
        _per_digit(one.scores)
    _pictures(one)


def _metrics(scores: Scores, name: str) -> None:
    first, second, third = st.columns(3)
    low, high = scores.interval
    elements.metric(
        first,
        f"{name.capitalize()} accuracy",
        f"{scores.accuracy:.2%}",
        f"95 % interval: {low:.2%} to {high:.2%}",
        hint=f"Had it been {len(scores.labels):,} other digits of this kind, the true accuracy would lie in this "
        "interval in 95 of 100 cases (Wilson).",
    )
    second.metric(
        f"{name.capitalize()} loss",
        f"{scores.loss:.4f}",
        border=True,
        height="stretch",
        help="Mean cross-entropy per digit, in nats.",
    )
    third.metric("Mistakes", f"{len(scores.mistakes):,} of {len(scores.labels):,}", border=True, height="stretch")


def _confusion(one: Evaluation) -> None:
    numbers = st.segmented_control(
        "Numbers", ["counts", "shares"], default="counts", required=True, key="numbers", label_visibility="collapsed"
    )
    confusion_matrix.matrix(
        one.scores.confusion,
        key="matrix",
        in_shares=numbers == "shares",
        is_dark=elements.is_dark(),
        chosen=_cell(),
        on_click=_choose,
    )
    unit = "percent of the digit's pictures" if numbers == "shares" else "pictures"
    st.caption(
        f"Rows: the true digit. Columns: what was read. Numbers: {unit}. The diagonal is right; colour marks the "
        "mistakes. Click a cell to see its pictures."
    )


def _cell() -> tuple[int, int] | None:
    """Return the cell that is chosen, true digit and answer: by a click, or by `?cell=4-9` in the address."""
    state, asked = st.session_state, st.query_params.get("cell", "")
    if asked != state.get("asked_cell") and re.fullmatch("[0-9]-[0-9]", asked):
        state.cell = int(asked[0]), int(asked[2])
    cell: tuple[int, int] | None = state.get("cell")
    if cell is not None:  # so that a link leads to it
        st.query_params["cell"] = state.asked_cell = f"{cell[0]}-{cell[1]}"
    elif asked:
        del st.query_params["cell"]
    return cell


def _choose(true: int, answer: int) -> None:
    st.session_state.cell = true, answer
    st.session_state.asked_cell = st.query_params.get("cell", "")


def _choose_none() -> None:
    st.session_state.pop("cell", None)
    st.session_state.asked_cell = st.query_params.get("cell", "")


def _per_digit(scores: Scores) -> None:
    st.dataframe(
        [
            {
                "Digit": each.digit,
                "Recall": each.recall,
                "95 %": f"{each.interval[0]:.1%} - {each.interval[1]:.1%}",
                "Precision": each.precision,
                "F1": each.f1,
                "Accuracy": each.accuracy,
                "Pictures": each.pictures,
            }
            for each in scores.per_digit
        ],
        column_config=dict.fromkeys(("Recall", "Precision", "F1", "Accuracy"), _SHARE),
        hide_index=True,
        height="content",
    )
    st.caption(
        "Recall: share of a digit's pictures that is read correctly, and where it lies with 95 % confidence. "
        "Precision: share of its answers that is right. F1: their harmonic mean. Accuracy: how often “this digit or "
        "another?” is answered rightly."
    )


def _pictures(one: Evaluation) -> None:
    cell = _cell()
    if cell is None:
        st.subheader("Mistakes")
        st.markdown(
            "The most confident first: *true digit* → *what was read*, with its probability. Click one to open it."
        )
        evaluation.pictures(one, one.scores.mistakes, key="mistakes")
    else:
        true, answer = cell
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{true} read as {answer}", width="content")
            st.button("Show all mistakes", icon=":material/close:", on_click=_choose_none)
        evaluation.pictures(one, one.scores.read_as(true, answer), key=f"cell-{true}-{answer}")
    evaluation.closely(one)
