"""How a network's accuracy falls as digits are distorted."""

from collections.abc import Mapping
from dataclasses import dataclass

from digitlab.data.distortions import DISTORTIONS
from digitlab.networks.statistics import wilson_interval


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy at one strength, 0 to 1, with its 95 % confidence interval."""

    strength: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """The measured robustness of a network.

    Attributes:
        total: How many digits were read at each strength.
        right: How many were read correctly, by kind of distortion, at each of its strengths.

    Example:
        >>> robustness = Robustness(100, {"blurred": (99, 97, 90, 80, 70, 60, 50)})
        >>> robustness.curve("blurred")[1].accuracy, round(robustness.mean("blurred"), 3)
        (0.97, 0.745)
        >>> robustness.mean("rotated") is None
        True
    """

    total: int
    right: Mapping[str, tuple[int, ...]]

    @property
    def progress(self) -> float:
        """Share of the kinds of distortion that is measured, 0 to 1."""
        return len(self.right) / len(DISTORTIONS)

    def curve(self, kind: str) -> list[Point]:
        """Return the accuracy at each strength; an empty list where it is not measured."""
        counts = self.right.get(kind, ())
        strengths = DISTORTIONS[kind].strengths[: len(counts)]
        return [
            Point(strength, right / self.total, *wilson_interval(right, self.total))
            for strength, right in zip(strengths, counts, strict=True)
        ]

    def mean(self, kind: str) -> float | None:
        """Return the mean accuracy over all strengths but the neutral one, 0 to 1; None where it is not measured."""
        changed = [point.accuracy for point in self.curve(kind) if point.strength != DISTORTIONS[kind].neutral]
        return sum(changed) / len(changed) if changed else None
