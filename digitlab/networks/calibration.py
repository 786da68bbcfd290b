"""Calibration of a network's probabilities, and the thresholds for "confident" and "not a digit"."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(4), 241))
# Cards keep the names of version 0.1.0.
_STORED_NAMES = {"temperature": "temperature", "sure_from": "min_confidence", "digit_up_to": "max_entropy"}
# No answer below this confidence counts as confident. Validation digits alone would allow a lower threshold: too few of
# them are misread. On digits that 149 other people wrote, 0.2 % of the answers above it are wrong (docs/networks.md).
_MIN_CONFIDENCE = 0.85
_MIN_PROBABILITY = 1e-7  # Keras clips probabilities here before the logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """When a network's answer counts as confident, and when as a digit.

    Attributes:
        temperature: What the network's logits were divided by; 1 without a calibration. The network's files already
            include it.
        min_confidence: Answers count as confident from this probability of the digit read, 0.1 to 1.
        max_entropy: Drawings with a higher entropy of the ten probabilities, in nats, count as no digit. The highest
            possible entropy is ln 10 = 2.30, where all ten are equally likely.

    Example:
        >>> calibration = Calibration(min_confidence=0.95)
        >>> calibration.as_dict()
        {'temperature': 1.0, 'sure_from': 0.95, 'digit_up_to': 1.5}
        >>> Calibration.from_dict(calibration.as_dict()) == calibration
        True
    """

    temperature: float = 1.0
    min_confidence: float = 0.9
    max_entropy: float = 1.5

    def __post_init__(self) -> None:
        ranges = {"temperature": (0.01, 100), "min_confidence": (0.1, 1), "max_entropy": (0, math.log(10) + 1e-6)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ValueError(f"calibration: {name} is {value!r}, not {low} to {high:g}")

    def as_dict(self) -> dict[str, float]:
        """Return plain values under the names that files use."""
        return {stored: getattr(self, name) for stored, name in _STORED_NAMES.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Make one from what `as_dict` returns; ValueError, KeyError or TypeError for anything else."""
        return cls(**{_STORED_NAMES[stored]: value for stored, value in values.items()})

    @classmethod
    def from_card(cls, path: Path) -> "Calibration":
        """Read a network's card, a JSON file; without a card, or one that has no calibration, return the defaults."""
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8"))["certainty"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls()


def entropy(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the entropy of each row, (n, 10), in nats: from 0, certain, to ln 10 = 2.30, all equally likely."""
    p = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    return np.asarray(-(p * np.log(p)).sum(axis=1))


def apply_temperature(probabilities: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Return the probabilities, (n, 10), that the network would give with its logits divided by `temperature`."""
    powers = np.log(np.clip(probabilities.astype(np.float64), 1e-30, 1)) / temperature
    powers = np.exp(powers - powers.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def fit_temperature(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Return the temperature that minimizes the cross-entropy of these digits.

    C. Guo et al., "On calibration of modern neural networks" (2017): a single number, and no answer changes.
    """
    rows = np.arange(len(labels))

    def loss(temperature: float) -> float:
        true = apply_temperature(probabilities, temperature)[rows, labels]
        return float(-np.log(np.maximum(true, _MIN_PROBABILITY)).mean())

    return float(min(_TEMPERATURES, key=loss))


def expected_calibration_error(probabilities: NDArray[np.float32], labels: NDArray[np.uint8], bins: int = 15) -> float:
    """Return by how much confidence and accuracy differ, 0 to 1, in bins of equal width (M. P. Naeini et al., 2015)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(number, weights=right - confidence.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in one range.

    Attributes:
        low: Where the range begins, 0 to 1.
        high: Where it ends.
        answers: Number of answers.
        confidence: Their mean confidence, 0 to 1.
        accuracy: Share of them that is correct, 0 to 1.
    """

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: float


def calibration_curve(probabilities: NDArray[np.float32], labels: NDArray[np.uint8], bins: int = 15) -> list[Bin]:
    """Return a network's accuracy at each level of confidence, in the bins of `expected_calibration_error`.

    Bins without answers are left out. In a calibrated network, accuracy and confidence are equal in each bin.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        Bin(
            at / bins, (at + 1) / bins, int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean())
        )
        for at in range(bins)
        if (inside := number == at).any()
    ]


@dataclass(frozen=True, slots=True)
class ThresholdOutcome:
    """How a threshold divides a set of answers: it accepts those with at least this confidence and rejects the others.

    Attributes:
        threshold: Confidence, 0 to 1.
        right: Accepted and correct answers.
        wrong: Accepted, but wrong.
        rejected_right: Rejected, but correct.
        rejected_wrong: Rejected and wrong.

    Example:
        >>> outcome = ThresholdOutcome(0.9, right=89, wrong=1, rejected_right=4, rejected_wrong=6)
        >>> outcome.coverage, round(outcome.accuracy, 3)
        (0.9, 0.989)
    """

    threshold: float
    right: int
    wrong: int
    rejected_right: int
    rejected_wrong: int

    @property
    def coverage(self) -> float:
        """Share of all answers that is accepted, 0 to 1."""
        accepted, rejected = self.right + self.wrong, self.rejected_right + self.rejected_wrong
        return accepted / (accepted + rejected)

    @property
    def accuracy(self) -> float:
        """Share of the accepted answers that is correct, 0 to 1; 1 where none is accepted."""
        accepted = self.right + self.wrong
        return self.right / accepted if accepted else 1.0


def threshold_outcome(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], threshold: float
) -> ThresholdOutcome:
    """Return which of the answers, (n, 10), a threshold accepts and rejects."""
    right = probabilities.argmax(axis=1) == labels
    accepted = probabilities.max(axis=1) >= threshold
    counts = [
        int(((accepted == is_accepted) & (right == is_right)).sum())
        for is_accepted in (True, False)
        for is_right in (True, False)
    ]
    return ThresholdOutcome(threshold, *counts)


def coverage_curve(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], steps: int = 25
) -> list[ThresholdOutcome]:
    """Return the outcomes of rising thresholds, which reject from none up to half of the answers, (n, 10)."""
    thresholds = np.quantile(probabilities.max(axis=1), np.linspace(0, 0.5, steps))
    return [threshold_outcome(probabilities, labels, float(threshold)) for threshold in np.unique(thresholds)]


def fit_thresholds(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.uint8],
    *,
    max_error_rate: float = 0.002,
    false_rejection_rate: float = 0.0007,
) -> tuple[float, float]:
    """Choose the thresholds of a `Calibration` on validation digits.

    Args:
        probabilities: float32 (n, 10), calibrated.
        labels: uint8 (n,), 0 to 9.
        max_error_rate: Share of the confident answers that may be wrong. The lowest threshold that meets it is chosen,
            but none below 0.85.
        false_rejection_rate: Share of the digits that may be rejected as "not a digit".

    Returns:
        (min_confidence, max_entropy).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    order = np.argsort(-confidence)
    wrong = np.cumsum(probabilities.argmax(axis=1)[order] != labels[order]) / np.arange(1, len(labels) + 1)
    allowed = np.flatnonzero(wrong <= max_error_rate)
    min_confidence = confidence[order[allowed[-1]]] if len(allowed) else 1.0
    return float(np.clip(min_confidence, _MIN_CONFIDENCE, 1)), float(
        np.quantile(entropy(probabilities), 1 - false_rejection_rate)
    )
