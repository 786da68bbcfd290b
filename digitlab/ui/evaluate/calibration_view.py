"""A network's confidence: its calibration, and the effect of a confidence threshold."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.calibration import (
    ThresholdOutcome,
    calibration_curve,
    coverage_curve,
    expected_calibration_error,
    threshold_outcome,
)
from digitlab.networks.digit_sets import DigitSet
from digitlab.translation import _, language
from digitlab.ui import digit_pictures, glossary, metric, style
from digitlab.ui.charts import plots
from digitlab.ui.evaluated_set import Evaluation


def show(result: Evaluation) -> None:
    """Show the calibration curve, and let a person choose a confidence threshold."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Calibration"), help=glossary.help("calibration", "accuracy"))
        st.markdown(_("Can you trust its confidence?"))
        _calibration(result)
    with right:
        st.subheader(_("Confidence threshold"))
        st.markdown(_("What if it may decline to answer?"))
        threshold = _threshold(result)
    _pictures(result, threshold)


def _calibration(result: Evaluation) -> None:
    scores = result.scores
    error = expected_calibration_error(scores.probabilities, scores.labels)
    first, second = st.container(key="calibration-metrics").columns(2)
    first.metric(
        _("Calibration error"),
        f"{error:.2%}",
        border=True,
        height="stretch",
        help=_(
            "Expected calibration error (ECE): the mean difference between confidence and accuracy over all answers."
        ),
    )
    metric.show(
        second,
        _("Mean confidence"),
        f"{scores.confidence.mean():.2%}",
        _("Accuracy: {accuracy:.2%}", accuracy=scores.accuracy),
    )
    card = result.card
    with st.container(key="calibration-curve"):
        _curve(card.name, card.created, result.digit_set, language(), is_dark=style.is_dark(), _result=result)
    st.caption(
        _(
            "Answers are grouped by confidence into 15 bins. On the diagonal, the network is correct as often as its "
            "confidence says; below it, the network is overconfident. Grey bars: number of answers in each bin, on a "
            "logarithmic scale."
        )
    )


@st.cache_data(show_spinner=False, max_entries=50)
def _curve(name: str, created: float, digit_set: DigitSet, code: str, *, is_dark: bool, _result: Evaluation) -> None:
    """Draw the curve once and show it again from memory: matplotlib takes a quarter of a second."""
    curve = calibration_curve(_result.scores.probabilities, _result.scores.labels)
    points = "; ".join(
        _("{confidence:.0%} confident, {accuracy:.0%} correct", confidence=point.confidence, accuracy=point.accuracy)
        for point in curve
    )
    st.pyplot(
        plots.calibration(curve, is_dark=is_dark), width="stretch", alt=_("Calibration curve: {points}", points=points)
    )


def _threshold(result: Evaluation) -> float:
    """Let a person choose a minimum confidence, show what it does to the answers, and return it, 0.1 to 1."""
    scores = result.scores
    threshold = _choose_threshold(result.card.calibration.min_confidence)
    outcome = threshold_outcome(scores.probabilities, scores.labels, threshold)
    _metrics_of(outcome)
    _trade_off(coverage_curve(scores.probabilities, scores.labels), outcome)
    return threshold


def _choose_threshold(default: float) -> float:
    percent = st.slider(
        _("Minimum confidence (%)"),
        10.0,
        100.0,
        round(default * 100, 1),
        0.1,
        key="threshold",
        bind="query-params",
        help=_(
            "Answers below it are rejected. Default: the confidence from which the app calls this network confident."
        ),
    )
    return percent / 100


def _metrics_of(outcome: ThresholdOutcome) -> None:
    first, second = st.container(key="threshold-metrics").columns(2)
    metric.show(
        first, _("Accepted"), f"{outcome.coverage:.2%}", _("Answers: {count:,}", count=outcome.right + outcome.wrong)
    )
    metric.show(
        second, _("Accuracy when accepted"), f"{outcome.accuracy:.2%}", _("Mistakes: {count:,}", count=outcome.wrong)
    )
    st.markdown(
        _(
            "Rejected answers: **{rejected_wrong:,}** wrong, **{rejected_right:,}** right.",
            rejected_wrong=outcome.rejected_wrong,
            rejected_right=outcome.rejected_right,
        )
    )


def _trade_off(outcomes: Sequence[ThresholdOutcome], chosen: ThresholdOutcome) -> None:
    """Plot accuracy against the share of accepted answers for all thresholds, with the chosen one marked."""
    st.vega_lite_chart(
        [
            {
                "share": point.coverage,
                "accuracy": point.accuracy,
                "threshold": point.threshold,
                "is_chosen": point is chosen,
            }
            for point in (*outcomes, chosen)
        ],
        plots.coverage_curve(),
        height=230,
        key="trade-off",
        alt=_(
            "Accuracy against the share of accepted answers, from {accuracy:.2%} if all are accepted",
            accuracy=outcomes[0].accuracy,
        ),
    )


def _pictures(result: Evaluation, threshold: float) -> None:
    st.subheader(_("Wrong but accepted"))
    digit_pictures.gallery(
        result,
        result.scores.accepted_mistakes(threshold),
        key="accepted",
        empty_text=_("No mistake reaches this confidence."),
    )
    st.subheader(_("Right but rejected"))
    digit_pictures.gallery(
        result, result.scores.rejected_answers(threshold), key="rejected", empty_text=_("No right answer is rejected.")
    )
    digit_pictures.dialog(result)
