import json
import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve as sklearn_curve

from digitlab.networks.calibration import (
    Calibration,
    apply_temperature,
    calibration_curve,
    coverage_curve,
    entropy,
    expected_calibration_error,
    fit_temperature,
    fit_thresholds,
    threshold_outcome,
)


def answers(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from them; then the probabilities are made `sharpness` times too sharp."""
    rng = np.random.default_rng(1)
    honest = rng.dirichlet(np.full(10, 0.03), n).astype(np.float32)
    labels = np.array([rng.choice(10, p=p / p.sum()) for p in honest.astype(float)], np.uint8)
    return apply_temperature(honest, 1 / sharpness), labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_what_made_it_overconfident(sharpness):
    probabilities, labels = answers(5000, sharpness)
    assert fit_temperature(probabilities, labels) == pytest.approx(sharpness, rel=0.08)


def test_the_calibration_error_falls_and_no_answer_changes():
    probabilities, labels = answers(5000, 2.5)
    calibrated = apply_temperature(probabilities, fit_temperature(probabilities, labels))
    assert expected_calibration_error(probabilities, labels) > 0.05
    assert expected_calibration_error(calibrated, labels) < 0.02
    assert np.array_equal(calibrated.argmax(axis=1), probabilities.argmax(axis=1))


def test_the_calibration_error_of_a_known_case():
    probabilities = np.full((4, 10), 0.2 / 9, np.float32)
    probabilities[:, 3] = 0.8
    assert expected_calibration_error(probabilities, np.array([3, 3, 3, 0], np.uint8)) == pytest.approx(0.05)


def test_entropy_goes_from_nothing_to_no_idea():
    rows = np.array([np.eye(10)[0], np.full(10, 0.1), [0.5, 0.5] + [0] * 8])
    assert entropy(rows) == pytest.approx([0, math.log(10), math.log(2)], abs=1e-6)


def test_the_limits_keep_what_they_promise():
    probabilities, labels = answers(5000, 1.0)
    min_confidence, max_entropy = fit_thresholds(probabilities, labels, max_error_rate=0.02, false_rejection_rate=0.01)
    sure = probabilities.max(axis=1) >= min_confidence
    assert (probabilities.argmax(axis=1) != labels)[sure].mean() <= 0.02
    assert 0.2 < sure.mean() < 0.95
    assert (entropy(probabilities) > max_entropy).mean() == pytest.approx(0.01, abs=0.001)


def test_few_misread_digits_make_no_half_sure_answer_confident():
    probabilities = np.full((200, 10), 0.02, np.float32)
    probabilities[:, 3] = 0.82
    assert fit_thresholds(probabilities, np.full(200, 3, np.uint8))[0] == 0.85


def test_a_card_tells_its_certainty(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"certainty": {"temperature": 1.2, "sure_from": 0.8, "digit_up_to": 1.1}}))
    assert Calibration.from_card(path) == Calibration(temperature=1.2, min_confidence=0.8, max_entropy=1.1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"certainty": {"sure_from": "x"}}', '{"certainty": {"odd": 1}}'])
def test_without_a_usable_card_the_usual_limits_hold(tmp_path, text):
    path = tmp_path / "one.json"
    path.write_text(text)
    assert Calibration.from_card(path) == Calibration.from_card(tmp_path / "none.json") == Calibration()


@pytest.mark.parametrize("values", [{"temperature": 0}, {"min_confidence": 1.5}, {"max_entropy": math.nan}])
def test_impossible_values_are_rejected(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Calibration(**values)


def test_the_calibration_curve_explains_the_calibration_error():
    probabilities, labels = answers(5000, 2.5)
    curve = calibration_curve(probabilities, labels)
    assert sum(interval.answers for interval in curve) == 5000
    assert all(interval.low <= interval.confidence <= interval.high for interval in curve)
    error = sum(interval.answers * abs(interval.accuracy - interval.confidence) for interval in curve) / 5000
    assert error == pytest.approx(expected_calibration_error(probabilities, labels))


def test_the_calibration_curve_is_that_of_scikit_learn():
    probabilities, labels = answers(5000, 2.5)
    right, confidence = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
    accuracies, confidences = sklearn_curve(right, confidence, n_bins=15)
    curve = calibration_curve(probabilities, labels)
    assert np.allclose([interval.accuracy for interval in curve], accuracies)
    assert np.allclose([interval.confidence for interval in curve], confidences)


def test_a_threshold_keeps_what_is_as_sure():
    probabilities = np.full((4, 10), 0.02, np.float32)
    for row, (digit, share) in enumerate([(3, 0.9), (3, 0.8), (3, 0.7), (5, 0.75)]):
        probabilities[row, digit] = share
    kept = threshold_outcome(probabilities, np.array([3, 0, 3, 0], np.uint8), 0.75)
    assert (kept.right, kept.wrong, kept.rejected_right, kept.rejected_wrong) == (1, 2, 1, 0)
    assert kept.coverage == 0.75
    assert kept.accuracy == pytest.approx(1 / 3)


def test_who_keeps_nothing_makes_no_mistake():
    probabilities, labels = answers(50, 1.0)
    nothing = threshold_outcome(probabilities, labels, 1.1)
    assert (nothing.coverage, nothing.accuracy) == (0, 1)


def test_who_refuses_more_keeps_less_and_is_right_more_often():
    steps = coverage_curve(*answers(5000, 1.0))
    shares = [step.coverage for step in steps]
    assert (shares[0], shares[-1]) == pytest.approx((1, 0.5), abs=0.01)
    assert shares == sorted(shares, reverse=True)
    assert steps[-1].accuracy > steps[0].accuracy + 0.02
