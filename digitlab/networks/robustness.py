"""How a network's accuracy falls as digits are distorted: counts, and what follows from them. No Keras here."""

from collections.abc import Mapping
from dataclasses import dataclass

from digitlab.data.distortions import DISTORTIONS
from digitlab.networks.statistics import wilson


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy at one strength: share read correctly, and where it lies with 95 % confidence; 0 to 1."""

    strength: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """What was measured of a network.

    Attributes:
        total: How many digits were read at each strength.
        right: By kind of distortion, how many were read correctly at each of its strengths.
    """

    total: int
    right: Mapping[str, tuple[int, ...]]

    @property
    def progress(self) -> float:
        """Share of all kinds that is measured, 0 to 1."""
        return len(self.right) / len(DISTORTIONS)

    def curve(self, kind: str) -> list[Point]:
        """Return the accuracy at each strength; nothing where it is not measured."""
        counts = self.right.get(kind, ())
        strengths = DISTORTIONS[kind].strengths[: len(counts)]
        return [
            Point(strength, right / self.total, *wilson(right, self.total))
            for strength, right in zip(strengths, counts, strict=True)
        ]

    def mean(self, kind: str) -> float | None:
        """Return the accuracy over all strengths that change something, 0 to 1; None where it is not measured."""
        changed = [point.accuracy for point in self.curve(kind) if point.strength != DISTORTIONS[kind].neutral]
        return sum(changed) / len(changed) if changed else None
