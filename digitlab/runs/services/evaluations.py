"""What networks answer on whole sets: computed by workers, once, and kept."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digitlab.data.distortions import DISTORTIONS
from digitlab.data.mnist import Mnist
from digitlab.errors import DigitLabError
from digitlab.networks.digit_sets import DigitSet
from digitlab.networks.robustness import Robustness
from digitlab.networks.scores import Scores
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.models import scoring
from digitlab.runs.models.array_cache import ArrayCache
from digitlab.runs.records.model_card import ModelCard
from digitlab.settings import Settings
from digitlab.storage.folder import Folder

_BLOCK = 10_000  # digits that a worker reads between two signs of progress
_DISTORTED = 1000  # digits at each strength: accuracies to within 3 %, and 52,000 digits to read


class Evaluations:
    """The answers of a lab's networks. A network that is trained anew under its name is another one here.

    Threads may share it.
    """

    def __init__(self, settings: Settings, workers: WorkerClient, digits: Callable[[], Mnist]) -> None:
        self._workers, self._digits = workers, digits
        self._kept = _kept_in(settings)
        self._shipped = _shipped_with(settings)
        self._asking, self._turn, self._lock = threading.Lock(), threading.Lock(), threading.Lock()
        self._under_way: set[str] = set()
        self._trouble: dict[str, str] = {}

    def scores(self, card: ModelCard, digit_set: DigitSet, report: Callable[[float], None] = lambda _: None) -> Scores:
        """Return a network's answers on a set of digits.

        Args:
            card: The network.
            digit_set: The digits.
            report: Is handed the share that is done, 0 to 1, now and then; not where they are kept.
        """
        kept = self._kept_scores(card, digit_set)
        if kept is not None:
            return kept
        report(0)
        with self._asking:  # who asks for the same meanwhile finds it kept
            kept = self._kept_scores(card, digit_set)
            return kept if kept is not None else self._asked(card, digit_set, report)

    def save(self, card: ModelCard, digit_set: DigitSet, read: Callable[[], Scores]) -> None:
        """Have a network's answers kept; where they are not yet, `read` finds them out."""
        if self._kept_scores(card, digit_set) is None:
            self._kept.put(_name(card, digit_set), read().probabilities)

    def _kept_scores(self, card: ModelCard, digit_set: DigitSet) -> Scores | None:
        kept = self._kept.get(_name(card, digit_set))
        if kept is None and card.is_ready_made:
            kept = self._shipped.get(_name(card, digit_set))
        if kept is None or kept.dtype != np.float32 or kept.shape != (len(digit_set), 10):
            return None
        return Scores(digit_set.select(self._digits())[1], np.asarray(kept, np.float32))

    def _asked(self, card: ModelCard, digit_set: DigitSet, report: Callable[[float], None]) -> Scores:
        answers: list[NDArray[np.float32]] = []
        for block in digit_set.batches(_BLOCK):
            report(len(answers) * _BLOCK / len(digit_set))
            answers.append(self._workers.ask(scoring.score, card.name, block).probabilities)
        probabilities = np.concatenate(answers)
        self._kept.put(_name(card, digit_set), probabilities)
        return Scores(digit_set.select(self._digits())[1], probabilities)

    def robustness(self, card: ModelCard, digit_set: DigitSet) -> Robustness:
        """Return what is known of how a network reads the digits of a set when they are distorted."""
        sample = digit_set.sample(_DISTORTED)
        right = {kind: self._counts(card, sample, kind) for kind in DISTORTIONS}
        return Robustness(len(sample), {kind: counts for kind, counts in right.items() if counts})

    def measure(self, card: ModelCard, digit_set: DigitSet) -> None:
        """Begin to measure that, in the background; one network at a time, as they were asked for."""
        name = _name(card, digit_set)
        with self._lock:
            if name in self._under_way:
                return
            self._under_way.add(name)
            self._trouble.pop(name, None)
        threading.Thread(
            target=self._measure, args=(card, digit_set, name), name=f"measuring {name}", daemon=True
        ).start()

    def is_measuring(self, card: ModelCard, digit_set: DigitSet) -> bool:
        """Whether it is under way or waits."""
        return _name(card, digit_set) in self._under_way

    def trouble(self, card: ModelCard, digit_set: DigitSet) -> str:
        """Return one sentence on why it could not be measured to the end; empty if it could, or never began."""
        return self._trouble.get(_name(card, digit_set), "")

    def _measure(self, card: ModelCard, digit_set: DigitSet, name: str) -> None:
        sample = digit_set.sample(_DISTORTED)
        try:
            with self._turn:
                for kind in DISTORTIONS:
                    if not self._counts(card, sample, kind):
                        counts = self._workers.ask(scoring.count_correct, card.name, sample, kind)
                        self._kept.put(_name(card, sample, kind), _with_strengths(kind, counts))
        except DigitLabError as error:
            self._trouble[name] = str(error)
        finally:
            with self._lock:
                self._under_way.discard(name)

    def _counts(self, card: ModelCard, sample: DigitSet, kind: str) -> tuple[int, ...]:
        """What is kept; nothing where other strengths were measured once."""
        kept = self._kept.get(_name(card, sample, kind))
        strengths = DISTORTIONS[kind].strengths
        if kept is None or kept.shape != (2, len(strengths)) or tuple(kept[0]) != strengths:
            return ()
        return tuple(int(count) for count in np.asarray(kept[1], np.float64))


def save_answers(settings: Settings, card: ModelCard, digit_set: DigitSet, scores: Scores) -> None:
    """Keep what a worker knows already, where it has the lab's folder: then nobody waits for it.

    What a ready-made network answers ships with it.
    """
    kept = _shipped_with(settings) if card.is_ready_made else _kept_in(settings)
    kept.put(_name(card, digit_set), scores.probabilities)


def _kept_in(settings: Settings) -> ArrayCache:
    return ArrayCache(Folder(settings.data / "evaluations"))


def _shipped_with(settings: Settings) -> ArrayCache:
    return ArrayCache(Folder(settings.ready_made / "answers"))


def _with_strengths(kind: str, counts: tuple[int, ...]) -> NDArray[np.float64]:
    return np.array([DISTORTIONS[kind].strengths, counts], np.float64)


def _name(card: ModelCard, digit_set: DigitSet, kind: str = "") -> str:
    made = f"{int(card.created * 1000):x}"
    return "-".join(
        filter(None, [card.name, made, digit_set.part, f"{digit_set.start}-{digit_set.stop}-{digit_set.step}", kind])
    )
