import json
import math

import numpy as np
import pytest

from digitlab.networks.certainty import (
    Certainty,
    at_temperature,
    entropy,
    expected_calibration_error,
    fitted_limits,
    fitted_temperature,
)


def answers(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from them; then the probabilities are made `sharpness` times too sharp."""
    rng = np.random.default_rng(1)
    honest = rng.dirichlet(np.full(10, 0.03), n).astype(np.float32)
    labels = np.array([rng.choice(10, p=p / p.sum()) for p in honest.astype(float)], np.uint8)
    return at_temperature(honest, 1 / sharpness), labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_the_temperature_takes_back_what_made_the_network_too_sure(sharpness):
    probabilities, labels = answers(5000, sharpness)
    assert fitted_temperature(probabilities, labels) == pytest.approx(sharpness, rel=0.08)


def test_the_calibration_error_falls_and_no_answer_changes():
    probabilities, labels = answers(5000, 2.5)
    calibrated = at_temperature(probabilities, fitted_temperature(probabilities, labels))
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
    sure_from, digit_up_to = fitted_limits(probabilities, labels, wrong_when_sure=0.02, false_alarms=0.01)
    sure = probabilities.max(axis=1) >= sure_from
    assert (probabilities.argmax(axis=1) != labels)[sure].mean() <= 0.02
    assert 0.2 < sure.mean() < 0.95
    assert (entropy(probabilities) > digit_up_to).mean() == pytest.approx(0.01, abs=0.001)


def test_a_card_tells_its_certainty(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"certainty": {"temperature": 1.2, "sure_from": 0.8, "digit_up_to": 1.1}}))
    assert Certainty.on_card(path) == Certainty(temperature=1.2, sure_from=0.8, digit_up_to=1.1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"certainty": {"sure_from": "x"}}', '{"certainty": {"odd": 1}}'])
def test_without_a_usable_card_the_usual_limits_hold(tmp_path, text):
    path = tmp_path / "one.json"
    path.write_text(text)
    assert Certainty.on_card(path) == Certainty.on_card(tmp_path / "none.json") == Certainty()


@pytest.mark.parametrize("values", [{"temperature": 0}, {"sure_from": 1.5}, {"digit_up_to": math.nan}])
def test_impossible_values_are_refused(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Certainty(**values)
