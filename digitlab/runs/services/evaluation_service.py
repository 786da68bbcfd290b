"""Networks' answers on whole sets: computed once by workers, and cached."""

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
from digitlab.translation import message_of

_BLOCK = 10_000  # digits that a worker reads between two reports of progress
_DISTORTED = 1000  # digits at each strength: accuracies within 3 %, from reading 52,000 digits


class EvaluationService:
    """The answers of a lab's networks. A network that was trained again under the same name counts as another.

    Thread-safe.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.data import mnist
        >>> from digitlab.networks.digit_sets import TEST
        >>> from digitlab.runs.models.model_files import ModelFiles
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> evaluations = EvaluationService(settings, WorkerClient(settings), mnist.load)
        >>> card = ModelFiles(settings).card("tutorial")  # its answers ship with it: no worker is asked
        >>> evaluations.scores(card, TEST).accuracy == card.test_accuracy
        True
    """

    def __init__(self, settings: Settings, workers: WorkerClient, digits: Callable[[], Mnist]) -> None:
        self._workers, self._digits = workers, digits
        self._settings, self._cache = settings, _own_cache(settings)
        self._asking, self._turn, self._lock = threading.Lock(), threading.Lock(), threading.Lock()
        self._measuring: set[str] = set()
        self._errors: dict[str, str] = {}

    def scores(self, card: ModelCard, digit_set: DigitSet, report: Callable[[float], None] = lambda _: None) -> Scores:
        """Return a network's answers on a set of digits.

        Args:
            card: The network.
            digit_set: The digits.
            report: Receives the share that is done, 0 to 1; not called if the answers are cached.
        """
        cached = self._cached_scores(card, digit_set)
        if cached is not None:
            return cached
        report(0)
        with self._asking:  # a second request for the same answers waits, and finds them cached
            cached = self._cached_scores(card, digit_set)
            return cached if cached is not None else self._asked(card, digit_set, report)

    def save(self, card: ModelCard, digit_set: DigitSet, read: Callable[[], Scores]) -> None:
        """Cache a network's answers; `read` is called if they are missing."""
        if self._cached_scores(card, digit_set) is None:
            self._cache.put(_name(card, digit_set), read().probabilities)

    def _cached_scores(self, card: ModelCard, digit_set: DigitSet) -> Scores | None:
        cached = saved_answers(self._settings, card, digit_set)
        return None if cached is None else Scores(digit_set.select(self._digits())[1], cached)

    def _asked(self, card: ModelCard, digit_set: DigitSet, report: Callable[[float], None]) -> Scores:
        answers: list[NDArray[np.float32]] = []
        for block in digit_set.batches(_BLOCK):
            report(len(answers) * _BLOCK / len(digit_set))
            answers.append(self._workers.ask(scoring.score, card.name, block).probabilities)
        probabilities = np.concatenate(answers)
        self._cache.put(_name(card, digit_set), probabilities)
        return Scores(digit_set.select(self._digits())[1], probabilities)

    def robustness(self, card: ModelCard, digit_set: DigitSet) -> Robustness:
        """Return what has been measured of a network's accuracy on distorted digits of a set."""
        sample = digit_set.sample(_DISTORTED)
        right = {kind: self._counts(card, sample, kind) for kind in DISTORTIONS}
        return Robustness(len(sample), {kind: counts for kind, counts in right.items() if counts})

    def measure(self, card: ModelCard, digit_set: DigitSet) -> None:
        """Measure what is missing in the background, one network at a time."""
        name = _name(card, digit_set)
        with self._lock:
            if name in self._measuring:
                return
            self._measuring.add(name)
            self._errors.pop(name, None)
        threading.Thread(
            target=self._measure, args=(card, digit_set, name), name=f"measuring {name}", daemon=True
        ).start()

    def is_measuring(self, card: ModelCard, digit_set: DigitSet) -> bool:
        """Whether that is in progress or waiting."""
        return _name(card, digit_set) in self._measuring

    def measurement_error(self, card: ModelCard, digit_set: DigitSet) -> str:
        """Return why it could not be measured, in a sentence; empty if it could, or was not tried."""
        return self._errors.get(_name(card, digit_set), "")

    def _measure(self, card: ModelCard, digit_set: DigitSet, name: str) -> None:
        sample = digit_set.sample(_DISTORTED)
        try:
            with self._turn:
                for kind in DISTORTIONS:
                    if not self._counts(card, sample, kind):
                        counts = self._workers.ask(scoring.count_correct, card.name, sample, kind)
                        self._cache.put(_name(card, sample, kind), _with_strengths(kind, counts))
        except DigitLabError as error:
            self._errors[name] = message_of(error)
        finally:
            with self._lock:
                self._measuring.discard(name)

    def _counts(self, card: ModelCard, sample: DigitSet, kind: str) -> tuple[int, ...]:
        """Return the cached counts; empty if they are missing or of other strengths."""
        cached = self._cache.get(_name(card, sample, kind))
        strengths = DISTORTIONS[kind].strengths
        if cached is None or cached.shape != (2, len(strengths)) or tuple(cached[0]) != strengths:
            return ()
        return tuple(int(count) for count in np.asarray(cached[1], np.float64))


def save_answers(settings: Settings, card: ModelCard, digit_set: DigitSet, scores: Scores) -> None:
    """Cache answers that a worker has computed; those of a ready-made network are shipped with it."""
    cache = _shipped_cache(settings) if card.is_ready_made else _own_cache(settings)
    cache.put(_name(card, digit_set), scores.probabilities)


def saved_answers(settings: Settings, card: ModelCard, digit_set: DigitSet) -> NDArray[np.float32] | None:
    """Return a network's cached answers, float32 (n, 10); None if there are none."""
    for cache in (_own_cache(settings), *([_shipped_cache(settings)] if card.is_ready_made else [])):
        cached = cache.get(_name(card, digit_set))
        if cached is not None and cached.dtype == np.float32 and cached.shape == (len(digit_set), 10):
            return np.asarray(cached, np.float32)
    return None


def _own_cache(settings: Settings) -> ArrayCache:
    return ArrayCache(Folder(settings.data / "evaluations"))


def _shipped_cache(settings: Settings) -> ArrayCache:
    return ArrayCache(Folder(settings.ready_made / "answers"))


def _with_strengths(kind: str, counts: tuple[int, ...]) -> NDArray[np.float64]:
    return np.array([DISTORTIONS[kind].strengths, counts], np.float64)


def _name(card: ModelCard, digit_set: DigitSet, kind: str = "") -> str:
    made = f"{int(card.created * 1000):x}"
    return "-".join(
        filter(None, [card.name, made, digit_set.part, f"{digit_set.start}-{digit_set.stop}-{digit_set.step}", kind])
    )
