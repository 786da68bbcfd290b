"""Fine-tuning on a person's drawings: which are set aside as a test, and whether it helped."""

import enum
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.paired_comparison import Comparison
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, sentences

# From a network and images, uint8 (n, 28, 28), to its probabilities, float32 (n, 10).
Read = Callable[[ModelCard, NDArray[np.uint8]], NDArray[np.float32]]
MIN_DRAWINGS = 10  # drawings: fewer are too few to learn from and to test on
_MIN_UNSEEN = 3  # drawings that a network was not trained on
_HELD_BACK = 1 / 3  # share of the drawings
_FORGOTTEN = 0.0015  # drop of MNIST's test accuracy: a larger one counts as forgetting
_SIGNIFICANT = 0.05  # probability by McNemar's test; a significant loss counts as forgetting, however small
FEW = 20  # drawings: of fewer, no percentage and no interval tells anything


class Verdict(enum.StrEnum):
    """The effect of fine-tuning on drawings that were set aside, and on MNIST."""

    HELPED = "helped"
    NOTHING_TO_IMPROVE = "nothing to improve"
    DID_NOT_HELP = "did not help"
    FORGOT = "forgot"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Improvement:
    """A network before and after fine-tuning.

    Attributes:
        before, after: The cards of both.
        drawings: The drawings that were set aside and still exist; empty for anybody but their owner.
        own: The answers of both on them; None without any.
        mnist: The answers of both on MNIST's test set.

    Example:
        >>> from digitlab.settings import ROOT
        >>> card = ModelCard.from_json((ROOT / "models" / "tutorial.json").read_text())
        >>> seven = np.array([7], np.uint8)
        >>> wrong, right = (Scores(seven, np.eye(10, dtype=np.float32)[[read]]) for read in (1, 7))
        >>> own, mnist = Comparison(wrong, right), Comparison(right, right)
        >>> Improvement(before=card, after=card, drawings=[], own=own, mnist=mnist).verdict.name
        'HELPED'
    """

    before: ModelCard
    after: ModelCard
    drawings: list[Drawing]
    own: Comparison | None
    mnist: Comparison

    @property
    def verdict(self) -> Verdict:
        """Whether fine-tuning helped."""
        if forgot(self.mnist):
            return Verdict.FORGOT
        if self.own is None:
            return Verdict.UNKNOWN
        before, after = (len(scores.mistakes) for scores in (self.own.first, self.own.second))
        if before == after == 0:
            return Verdict.NOTHING_TO_IMPROVE
        return Verdict.HELPED if after < before else Verdict.DID_NOT_HELP

    @property
    def sentence(self) -> Text:
        """The verdict with its figures, as a few sentences."""
        first, second = self.mnist.first.accuracy, self.mnist.second.accuracy
        mnist = Text("On MNIST's test set its accuracy is {now:.2%} (before: {then:.2%}).", now=second, then=first)
        if self.own is None:
            return sentences(_VERDICTS[self.verdict], mnist)
        total, before, after = len(self.drawings), self.own.first, self.own.second
        now, then = total - len(after.mistakes), total - len(before.mistakes)
        if total < FEW:
            own = Text(
                "Unseen drawings read correctly: {now} of {total} (before: {then}), too few to tell.",
                now=now,
                total=total,
                then=then,
            )
        else:
            own = Text(
                "Unseen drawings read correctly: {now} of {total} (before: {then}).", now=now, total=total, then=then
            )
        if self.verdict is Verdict.FORGOT:
            return sentences(_VERDICTS[self.verdict], self._loss, mnist, own)
        return sentences(_VERDICTS[self.verdict], own, mnist)

    @property
    def _loss(self) -> Text:
        return Text(
            "Digits of MNIST's test set that only the old network reads: {lost}; that only the new one reads: {won} "
            "(McNemar's test: p = {probability:.2g}).",
            lost=len(self.mnist.only_first),
            won=len(self.mnist.only_second),
            probability=self.mnist.p_value,
        )


_VERDICTS = {
    Verdict.HELPED: Text("It helped."),
    Verdict.NOTHING_TO_IMPROVE: Text("There was nothing to improve: it read all of these drawings correctly before."),
    Verdict.DID_NOT_HELP: Text("It did not help."),
    Verdict.FORGOT: Text("The new network reads MNIST worse than the old one. Keep the old one."),
    Verdict.UNKNOWN: Text("Whether it helped is unknown: none of the drawings that were set aside are available."),
}


def forgot(mnist: Comparison) -> bool:
    """Whether the second network reads MNIST's test set worse than the first, by much or by more than chance."""
    lost, won = len(mnist.only_first), len(mnist.only_second)
    is_significant = lost > won and mnist.p_value < _SIGNIFICANT
    return is_significant or mnist.first.accuracy - mnist.second.accuracy > _FORGOTTEN


def split(base: str, drawings: Sequence[Drawing], seed: int, seen: Collection[int] = ()) -> FineTuning:
    """Set a third of the drawings aside as a test, at random from the digits of which there are most.

    A digit that was drawn only once is then trained on, if others were drawn more often.

    Args:
        base: Name of the network to fine-tune.
        drawings: One person's drawings.
        seed: Decides the choice.
        seen: Numbers of the drawings that the network was already trained on: they are no test, and are not set aside.

    Raises:
        InvalidSetting: There are too few drawings, or too few unseen ones.
    """
    if len(drawings) < MIN_DRAWINGS:
        raise InvalidSetting(
            Text(
                "You need at least {needed} drawings (you have {count}). 50 or more is better.",
                needed=MIN_DRAWINGS,
                count=len(drawings),
            )
        )
    rng = np.random.default_rng(seed)
    left: list[list[int]] = [[] for _ in range(10)]
    for at in rng.permutation(len(drawings)):
        left[drawings[at].label].append(drawings[at].number)
    unseen = [[number for number in numbers if number not in seen] for numbers in left]
    if sum(map(len, unseen)) < _MIN_UNSEEN:
        raise InvalidSetting(
            Text(
                "This network was trained on nearly all of your drawings, so too few are left to test it. "
                "Draw {count} more first, or improve the network that it was made from.",
                count=_MIN_UNSEEN,
            )
        )
    count = min(round(_HELD_BACK * len(drawings)), sum(map(len, unseen)))
    held_back = {max(unseen, key=len).pop() for _ in range(count)}
    learned = [number for numbers in left for number in numbers if number not in held_back]
    prints = sorted({drawing.fingerprint for drawing in drawings if drawing.number not in held_back})
    return FineTuning(
        base=base, learned=tuple(sorted(learned)), held_back=tuple(sorted(held_back)), prints=tuple(prints)
    )


def compare(drawings: Sequence[Drawing], before: ModelCard, after: ModelCard, read: Read) -> Comparison | None:
    """Return the answers of two networks on drawings; None without any."""
    if not drawings:
        return None
    images, labels = digits_of(drawings)
    return Comparison(Scores(labels, read(before, images)), Scores(labels, read(after, images)))
