"""What a network's probabilities are worth: whether they mean what they say, and what a threshold makes of them."""

import streamlit as st

from digitlab.networks.calibration import calibration_curve, expected_calibration_error, threshold_outcome, trade_off
from digitlab.networks.digit_sets import DigitSet
from digitlab.ui import elements
from digitlab.ui.charts import plots
from digitlab.ui.evaluate import evaluation
from digitlab.ui.evaluate.evaluation import Evaluation


def show(one: Evaluation) -> None:
    """Show the calibration curve, and let a person choose a threshold."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Does it mean what it says?")
        _calibration(one)
    with right:
        st.subheader("What a threshold keeps and refuses")
        threshold = _threshold(one)
    _pictures(one, threshold)


def _calibration(one: Evaluation) -> None:
    scores = one.scores
    error = expected_calibration_error(scores.probabilities, scores.labels)
    first, second = st.columns(2)
    first.metric(
        "Calibration error",
        f"{error:.2%}",
        border=True,
        height="stretch",
        help="Expected calibration error: by how much confidence and accuracy differ, on average over all answers.",
    )
    elements.metric(second, "Mean confidence", f"{scores.confidence.mean():.2%}", f"accuracy: {scores.accuracy:.2%}")
    _figure(one.card.name, one.card.created, one.of, is_dark=elements.is_dark(), _one=one)
    st.caption(
        "Answers are sorted by their confidence into 15 bins. On the diagonal a network is right as often as it says; "
        "below it, it is surer than it should be. Grey bars: how many answers a bin holds, on a scale of powers of ten."
    )


@st.cache_data(show_spinner=False, max_entries=50)
def _figure(name: str, created: float, of: DigitSet, *, is_dark: bool, _one: Evaluation) -> None:
    """Show the curve; drawn once, as matplotlib takes a quarter of a second, and shown again."""
    curve = calibration_curve(_one.scores.probabilities, _one.scores.labels)
    points = "; ".join(f"{each.confidence:.0%} sure, {each.accuracy:.0%} right" for each in curve)
    st.pyplot(plots.calibration(curve, is_dark=is_dark), width="stretch", alt=f"Calibration curve: {points}")


def _threshold(one: Evaluation) -> float:
    scores = one.scores
    percent = st.slider(
        "Answer only from this confidence on, in percent",
        10.0,
        100.0,
        round(one.card.calibration.min_confidence * 100, 1),
        0.1,
        key="threshold",
        bind="query-params",
        help="At first: from where on the app calls this network's answers sure.",
    )
    kept = threshold_outcome(scores.probabilities, scores.labels, percent / 100)
    first, second = st.columns(2)
    first.metric(
        "Kept", f"{kept.share:.2%}", f"{kept.right + kept.wrong:,} answers", delta_color="off", delta_arrow="off"
    )
    second.metric(
        "Right, of those", f"{kept.accuracy:.2%}", f"{kept.wrong:,} mistakes kept", delta_color="off", delta_arrow="off"
    )
    st.markdown(
        f"Refused: **{kept.refused_wrong:,}** mistakes, and **{kept.refused_right:,}** answers that were right."
    )
    rows = trade_off(scores.probabilities, scores.labels)
    st.vega_lite_chart(
        [
            {"share": each.share, "accuracy": each.accuracy, "threshold": each.threshold, "is_chosen": each is kept}
            for each in (*rows, kept)
        ],
        plots.trade_off(),
        height=230,
        key="trade-off",
        alt=f"Accuracy of what is kept, against the share kept: from {rows[0].accuracy:.2%} at all answers up",
    )
    return percent / 100


def _pictures(one: Evaluation, threshold: float) -> None:
    st.subheader("Kept, though wrong")
    evaluation.pictures(one, one.scores.kept_mistakes(threshold), key="kept", nothing="No mistake is that sure.")
    st.subheader("Refused, though right")
    refused = one.scores.refused_answers(threshold)
    evaluation.pictures(one, refused, key="refused", nothing="No right answer is refused.")
    evaluation.closely(one)
