"""An evaluation at a glance: accuracy, confusion matrix, per-digit results and mistakes."""

import re

import streamlit as st

from digitlab.networks.scores import Scores
from digitlab.translation import Text, _, translated
from digitlab.ui import confusion_matrix, digit_pictures, glossary, metric, style
from digitlab.ui.evaluated_set import Evaluation

_PERCENT = st.column_config.NumberColumn(format="%.2f%%")  # "percent" would drop zeros at the end
# Of accuracy and loss, by the name of the set.
_LABELS = {
    "test": (Text("Test accuracy"), Text("Test loss")),
    "validation": (Text("Validation accuracy"), Text("Validation loss")),
    "training": (Text("Training accuracy"), Text("Training loss")),
    "my digits": (Text("Accuracy on my digits"), Text("Loss on my digits")),
    "unseen": (Text("Accuracy on unseen digits"), Text("Loss on unseen digits")),
    "learned": (Text("Accuracy on learned digits"), Text("Loss on learned digits")),
}


def show(result: Evaluation, name: str) -> None:
    """Show how good a network is on the set of digits called `name`."""
    _metrics(result.scores, *map(translated, _LABELS[name]))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Confusion matrix"), help=glossary.help("confusion_matrix"))
        _confusion(result)
    with right:
        st.subheader(
            _("Per-digit results"), help=glossary.help("recall", "precision", "f1", "accuracy", "confidence_interval")
        )
        with st.container(key="per-digit"):
            _per_digit(result.scores)
    _pictures(result)


def _metrics(scores: Scores, accuracy: str, loss: str) -> None:
    with st.container(key="evaluate-metrics"):
        first, second, third = st.columns(3)
    low, high = scores.interval
    metric.show(
        first,
        accuracy,
        f"{scores.accuracy:.2%}",
        _("95% interval: {low:.2%} to {high:.2%}", low=low, high=high),
        hint=glossary.help(
            "accuracy",
            "test_set",
            "validation",
            before=_(
                "Wilson's confidence interval: what {count:,} digits can tell about the true accuracy.",
                count=len(scores.labels),
            ),
        ),
    )
    second.metric(
        loss, f"{scores.loss:.4f}", border=True, height="stretch", help=glossary.help("loss", "cross_entropy")
    )
    mistakes = _("{count:,} of {total:,}", count=len(scores.mistakes), total=len(scores.labels))
    third.metric(_("Mistakes"), mistakes, border=True, height="stretch")


def _confusion(result: Evaluation) -> None:
    unit = st.segmented_control(
        _("Numbers"),
        ["counts", "shares"],
        format_func={"counts": _("Counts"), "shares": _("Percentages")}.__getitem__,
        default="counts",
        required=True,
        key="numbers",
        label_visibility="collapsed",
    )
    confusion_matrix.matrix(
        result.scores.confusion,
        key="matrix",
        in_shares=unit == "shares",
        is_dark=style.is_dark(),
        chosen=_cell(),
        on_click=_choose_cell,
    )
    if unit == "shares":
        st.caption(
            _(
                "Rows: label. Columns: answer. Each cell is a percentage of the digit's pictures. The diagonal is "
                "correct; colour marks the mistakes. Click a cell to see its pictures."
            )
        )
    else:
        st.caption(
            _(
                "Rows: label. Columns: answer. Each cell is a number of pictures. The diagonal is correct; colour "
                "marks the mistakes. Click a cell to see its pictures."
            )
        )


def _cell() -> tuple[int, int] | None:
    """Return the chosen cell, label and answer: by a click, or by `?cell=4-9` in the address."""
    state, asked = st.session_state, st.query_params.get("cell", "")
    if asked != state.get("asked_cell") and re.fullmatch("[0-9]-[0-9]", asked):
        state.cell = int(asked[0]), int(asked[2])
    cell: tuple[int, int] | None = state.get("cell")
    if cell is not None:  # a link leads to it
        st.query_params["cell"] = state.asked_cell = f"{cell[0]}-{cell[1]}"
    elif asked:
        del st.query_params["cell"]
    return cell


def _choose_cell(label: int, answer: int) -> None:
    st.session_state.cell = label, answer
    st.session_state.asked_cell = st.query_params.get("cell", "")


def _clear_cell() -> None:
    st.session_state.pop("cell", None)
    st.session_state.asked_cell = st.query_params.get("cell", "")


def _per_digit(scores: Scores) -> None:
    st.dataframe(
        [
            {
                _("Digit"): digit.digit,
                _("Recall"): 100 * digit.recall,
                "95%": f"{digit.interval[0]:.1%} - {digit.interval[1]:.1%}",
                _("Precision"): 100 * digit.precision,
                _("F1"): 100 * digit.f1,
                _("Accuracy"): 100 * digit.accuracy,
                _("Pictures"): digit.support,
            }
            for digit in scores.per_digit
        ],
        column_config=dict.fromkeys((_("Recall"), _("Precision"), _("F1"), _("Accuracy")), _PERCENT),
        hide_index=True,
        height="content",
    )
    st.caption(
        _(
            "Recall: share of a digit's pictures that are read correctly, with its 95% interval. Precision: share of "
            "the answers with this digit that are correct. F1: their harmonic mean. Accuracy: share of correct answers "
            "to “this digit or another?”."
        )
    )


def _pictures(result: Evaluation) -> None:
    cell = _cell()
    if cell is None:
        st.subheader(_("Mistakes"))
        st.markdown(_("Most confident first: *label* → *answer*, with its probability. Click a picture to open it."))
        digit_pictures.gallery(result, result.scores.mistakes, key="mistakes")
    else:
        label, answer = cell
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("{label} read as {answer}", label=label, answer=answer), width="content")
            st.button(_("Show all mistakes"), icon=":material/close:", on_click=_clear_cell)
        digit_pictures.gallery(result, result.scores.read_as(label, answer), key=f"cell-{label}-{answer}")
    digit_pictures.dialog(result)
