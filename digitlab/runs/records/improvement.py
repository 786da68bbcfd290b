"""What a tuning is made of, and what became of it: which drawings are held back, and whether it helped."""

import enum
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting
from digitlab.networks.config import FineTuning
from digitlab.networks.label_noise import Comparison
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.model_card import ModelCard

# From a network and images, uint8 (n, 28, 28), to its probabilities, float32 (n, 10).
Read = Callable[[ModelCard, NDArray[np.uint8]], NDArray[np.float32]]
MIN_DRAWINGS = 10  # drawings: with fewer, what is held back tells nothing, and what is left teaches nothing
_MIN_UNSEEN = 3  # drawings that a network has not learned from
_HELD_BACK = 1 / 3  # of the drawings
_FORGOTTEN = 0.0015  # of MNIST's test digits: from here on it is said to have forgotten


class Verdict(enum.StrEnum):
    """What a tuning did, told by drawings that it never saw, and by MNIST."""

    HELPED = "helped"
    NOTHING_TO_IMPROVE = "nothing to improve"
    DID_NOT_HELP = "did not help"
    FORGOT = "forgot"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Improvement:
    """A network before and after it was tuned.

    Attributes:
        before, after: The cards of both.
        drawings: Those that were held back and are still there; none for whom they do not belong to.
        own: What both read in them; None without any.
        mnist: What both read in MNIST's test set.
    """

    before: ModelCard
    after: ModelCard
    drawings: list[Drawing]
    own: Comparison | None
    mnist: Comparison

    @property
    def forgotten(self) -> float:
        """By how much the share of MNIST's test set that is read correctly fell; below 0 where it rose."""
        return self.mnist.first.accuracy - self.mnist.second.accuracy

    @property
    def verdict(self) -> Verdict:
        """What is to be said first."""
        if self.forgotten > _FORGOTTEN:
            return Verdict.FORGOT
        if self.own is None:
            return Verdict.UNKNOWN
        before, after = (len(scores.mistakes) for scores in (self.own.first, self.own.second))
        if before == after == 0:
            return Verdict.NOTHING_TO_IMPROVE
        return Verdict.HELPED if after < before else Verdict.DID_NOT_HELP

    @property
    def sentence(self) -> str:
        """The judgement, with its figures."""
        first, second = self.mnist.first.accuracy, self.mnist.second.accuracy
        mnist = f"MNIST's test set is read at {second:.2%} (before: {first:.2%})"
        if self.own is None:
            return f"{_FIRST[self.verdict]} {mnist}."
        total, before, after = len(self.drawings), self.own.first, self.own.second
        now, then = total - len(after.mistakes), total - len(before.mistakes)
        own = f"Of {total} drawings that it never saw it reads {now} correctly (before: {then})"
        return f"{_FIRST[self.verdict]} {own}; {mnist}."


_FIRST = {
    Verdict.HELPED: "It helped.",
    Verdict.NOTHING_TO_IMPROVE: "There was nothing to improve: it could read these drawings already.",
    Verdict.DID_NOT_HELP: "It did not help.",
    Verdict.FORGOT: "It made the network forget: keep the old one.",
    Verdict.UNKNOWN: "Whether it helped can't be said, as no drawing that was held back is here.",
}


def split(base: str, drawings: Sequence[Drawing], seed: int, seen: Collection[int] = ()) -> FineTuning:
    """Choose at random which drawings are held back: a third, from the digits of which there are most.

    So a digit that was drawn once is learned, where others were drawn more often.

    Args:
        base: Name of the network that goes on learning.
        drawings: Of its person.
        seed: Decides the choice.
        seen: Numbers of the drawings that the network has learned already: those can tell nothing, and are not held
            back.

    Raises:
        InvalidSetting: There are too few, or too few that it has not seen.
    """
    if len(drawings) < MIN_DRAWINGS:
        raise InvalidSetting(
            f"You have {len(drawings)} drawings of your own; {MIN_DRAWINGS} are needed. Draw {MIN_DRAWINGS - len(drawings)} more."
        )
    rng = np.random.default_rng(seed)
    left: list[list[int]] = [[] for _ in range(10)]
    for at in rng.permutation(len(drawings)):
        left[drawings[at].label].append(drawings[at].number)
    unseen = [[number for number in numbers if number not in seen] for numbers in left]
    if sum(map(len, unseen)) < _MIN_UNSEEN:
        raise InvalidSetting(
            "This network has learned from nearly all of your drawings, so that none is left to judge it by. Draw "
            f"{_MIN_UNSEEN} more first, or improve the network that it comes from."
        )
    count = min(round(_HELD_BACK * len(drawings)), sum(map(len, unseen)))
    held_back = {max(unseen, key=len).pop() for _ in range(count)}
    learned = [number for numbers in left for number in numbers if number not in held_back]
    prints = sorted({drawing.fingerprint for drawing in drawings if drawing.number not in held_back})
    return FineTuning(
        base=base, learned=tuple(sorted(learned)), held_back=tuple(sorted(held_back)), prints=tuple(prints)
    )


def compare(drawings: Sequence[Drawing], before: ModelCard, after: ModelCard, read: Read) -> Comparison | None:
    """Return what two networks read in drawings; None where there are none."""
    if not drawings:
        return None
    images, labels = digits_of(drawings)
    return Comparison(Scores(labels, read(before, images)), Scores(labels, read(after, images)))
