"""What a network's probabilities are worth: made honest, and limits for "sure" and for "no digit". No Keras here."""

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
_MIN_PROBABILITY = 1e-7  # Keras clips probabilities here before the logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """When a network's answer may be believed.

    Attributes:
        temperature: What the network's last sums were divided by; 1 without a calibration. It is in the network's files
            already.
        min_confidence: Probability of the digit read from which an answer is sure, 0.1 to 1.
        max_entropy: Entropy of the ten probabilities, in nats, up to which a drawing is a digit; ln 10 = 2.30 is the
            highest there is, where all ten are equally likely.
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
        """Return plain values under the names by which files keep them."""
        return {stored: getattr(self, name) for stored, name in _STORED_NAMES.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Take what `as_dict` returns; ValueError, KeyError or TypeError where it is something else."""
        return cls(**{_STORED_NAMES[stored]: value for stored, value in values.items()})

    @classmethod
    def on_card(cls, path: Path) -> "Calibration":
        """Read a network's card, a JSON file; without a card, or with one that does not say, the usual limits."""
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8"))["certainty"])
        except (OSError, ValueError, TypeError, KeyError):
            return cls()


def entropy(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the entropy of each row, (n, 10), in nats: 0 for a certain digit, ln 10 = 2.30 for no idea."""
    p = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    return np.asarray(-(p * np.log(p)).sum(axis=1))


def at_temperature(probabilities: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Return the probabilities, (n, 10), that the network would give with its last sums divided by `temperature`."""
    powers = np.log(np.clip(probabilities.astype(np.float64), 1e-30, 1)) / temperature
    powers = np.exp(powers - powers.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def fitted_temperature(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Return the temperature at which the cross-entropy of these digits is least.

    C. Guo et al., "On calibration of modern neural networks" (2017): one number, and no answer changes by it.
    """
    rows = np.arange(len(labels))

    def loss(temperature: float) -> float:
        true = at_temperature(probabilities, temperature)[rows, labels]
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
        answers: How many there are.
        confidence: Their mean confidence, 0 to 1.
        accuracy: The share of them that is right, 0 to 1.
    """

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: float


def calibration_curve(probabilities: NDArray[np.float32], labels: NDArray[np.uint8], bins: int = 15) -> list[Bin]:
    """Return how often a network is right when it is so sure, in the bins of `expected_calibration_error`.

    Bins without answers are left out. In an honest network, accuracy and confidence are the same in each.
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
    """What a threshold makes of a set of answers: those at least as sure are kept, the others refused.

    Attributes:
        threshold: Confidence, 0 to 1.
        right: Answers that are kept and right.
        wrong: Kept, but wrong.
        refused_right: Refused, though right.
        refused_wrong: Refused, and wrong.
    """

    threshold: float
    right: int
    wrong: int
    refused_right: int
    refused_wrong: int

    @property
    def share(self) -> float:
        """Share of all answers that is kept, 0 to 1."""
        kept, refused = self.right + self.wrong, self.refused_right + self.refused_wrong
        return kept / (kept + refused)

    @property
    def accuracy(self) -> float:
        """Share of the kept answers that is right, 0 to 1; 1 where none is kept."""
        kept = self.right + self.wrong
        return self.right / kept if kept else 1.0


def threshold_outcome(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], threshold: float
) -> ThresholdOutcome:
    """Return what a threshold keeps and refuses of the answers, (n, 10)."""
    right = probabilities.argmax(axis=1) == labels
    is_kept = probabilities.max(axis=1) >= threshold
    counts = [
        int(((is_kept == kept) & (right == rightly)).sum()) for kept in (True, False) for rightly in (True, False)
    ]
    return ThresholdOutcome(threshold, *counts)


def trade_off(probabilities: NDArray[np.float32], labels: NDArray[np.uint8], steps: int = 25) -> list[ThresholdOutcome]:
    """Return what thresholds keep that refuse more and more, from nothing on up to half of the answers, (n, 10)."""
    thresholds = np.quantile(probabilities.max(axis=1), np.linspace(0, 0.5, steps))
    return [threshold_outcome(probabilities, labels, float(threshold)) for threshold in np.unique(thresholds)]


def fitted_limits(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.uint8],
    *,
    wrong_when_sure: float = 0.002,
    false_alarms: float = 0.0007,
) -> tuple[float, float]:
    """Choose the limits on digits, calibrated (n, 10) and their labels.

    Args:
        probabilities: float32 (n, 10).
        labels: uint8 (n,), 0 to 9.
        wrong_when_sure: Share of the sure answers that may be wrong; the lowest limit that keeps it is taken.
        false_alarms: Share of the digits that may be called none.

    Returns:
        (min_confidence, max_entropy).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    order = np.argsort(-confidence)
    wrong = np.cumsum(probabilities.argmax(axis=1)[order] != labels[order]) / np.arange(1, len(labels) + 1)
    kept = np.flatnonzero(wrong <= wrong_when_sure)
    min_confidence = confidence[order[kept[-1]]] if len(kept) else 1.0
    return float(np.clip(min_confidence, 0.5, 1)), float(np.quantile(entropy(probabilities), 1 - false_alarms))
