"""Fine-tunes networks on a person's drawings, and says whether it helped."""

import dataclasses
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import ModelNotFound
from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.digit_sets import TEST, DigitSet, fitted
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.paired_comparison import Comparison
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.recogniser_cache import RecogniserCache
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.improvement import Improvement, Read, compare, split
from digitlab.runs.records.model_card import MAX_TITLE_LENGTH, ModelCard
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run
from digitlab.runs.services.drawing_service import DrawingService
from digitlab.runs.services.evaluation_service import EvaluationService
from digitlab.runs.services.training_service import TrainingService
from digitlab.translation import Text

_IMPROVED = ", improved"


class Improver:
    """Fine-tunes networks. Nobody sees the drawings of others. Thread-safe.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.lab import Lab
        >>> from digitlab.runs.records.people import HERE
        >>> from digitlab.settings import Settings
        >>> digits = [Drawing(label=n % 10, image=np.full((28, 28), n, np.uint8), source="request") for n in range(30)]
        >>> settings = Settings(data=Path("data"), models=Path("models"), database_url="sqlite:///lab.db")
        >>> with Lab(settings) as lab:
        ...     saved = lab.drawings.save(digits, HERE)
        ...     config, title = lab.improver.plan("tutorial", HERE)
        >>> title, len(config.tuning.held_back)
        ('Tutorial, improved', 10)
    """

    def __init__(
        self,
        files: ModelFiles,
        recognisers: RecogniserCache,
        drawings: DrawingService,
        evaluations: EvaluationService,
        trainings: TrainingService,
    ) -> None:
        self._files, self._recognisers, self._drawings = files, recognisers, drawings
        self._evaluations, self._trainings = evaluations, trainings

    def start(self, name: str, person: Person, seed: int = 1) -> Run:
        """Queue the fine-tuning of a network on a person's drawings, some of which are set aside; return at once."""
        return self._trainings.start(*self.plan(name, person, seed), person)

    def plan(self, name: str, person: Person, seed: int = 1) -> tuple[TrainingConfig, str]:
        """Return the settings of that run, and the title of its network."""
        card = self._files.card(name)
        config = dataclasses.replace(card.config, seed=seed)
        drawings, seen = self._drawings.for_person(person, with_pictures=False), self.learned_drawings(name, person)
        tuning = split(name, drawings, seed, seen)
        title = f"{card.title.removesuffix(_IMPROVED)[: MAX_TITLE_LENGTH - len(_IMPROVED)]}{_IMPROVED}"
        return fine_tuning_config(config, tuning), title

    def result(
        self,
        run: Run,
        person: Person,
        report: Callable[[float], None] = lambda _: None,
        read: Read | None = None,
    ) -> Improvement:
        """Compare a network before and after fine-tuning, on MNIST's test set and on the drawings that were set aside.

        Args:
            run: A fine-tuning run that has a network.
            person: Who asks; only the owner sees the drawings.
            report: Receives the share that is done, 0 to 1, while a worker reads MNIST.
            read: Reads drawings with a network; None: in this process.
        """
        if run.config.tuning is None or run.model is None:
            raise ModelNotFound(
                Text("Run {number} has no fine-tuned network. See the list of runs.", number=run.number)
            )
        before, after = self._files.card(run.config.tuning.base), self._files.card(run.model)
        held_back = set(run.config.tuning.held_back)
        own = self._drawings.for_person(person, with_pictures=False)
        drawings = [drawing for drawing in own if drawing.number in held_back]
        return Improvement(
            before=before,
            after=after,
            drawings=drawings,
            own=compare(drawings, before, after, read or self._read),
            mnist=Comparison(*(self._evaluations.scores(card, TEST, report) for card in (before, after))),
        )

    def unseen_score(self, name: str, person: Person, read: Read | None = None) -> tuple[int, int] | None:
        """Return how many of a person's drawings a network reads correctly, and of how many: those it never saw.

        None if there are no such drawings. `read` is as in `result`.
        """
        seen = self.learned_drawings(name, person)
        own = self._drawings.for_person(person, with_pictures=False)
        unseen = [drawing for drawing in own if drawing.number not in seen]
        if not unseen:
            return None
        images, labels = digits_of(unseen)
        answers = (read or self._read)(self._files.card(name), images).argmax(axis=1)
        return int((answers == labels).sum()), len(unseen)

    def learned_drawings(self, name: str, person: Person) -> set[int]:
        """Return the numbers of a person's drawings that a network was trained on, by any earlier fine-tuning, too.

        A drawing that was deleted and imported again is recognised by its image.
        """
        card, tunings = self._files.card(name), list[FineTuning]()
        with suppress(ModelNotFound):  # an earlier network was deleted
            while card.config.tuning is not None:
                tunings.append(card.config.tuning)
                card = self._files.card(card.config.tuning.base)
        if not tunings:
            return set()
        return {
            drawing.number
            for drawing in self._drawings.for_person(person, with_pictures=False)
            if any(_is_learned(drawing, tuning) for tuning in tunings)
        }

    def count_learned(self, name: str, digit_set: DigitSet, person: Person) -> int:
        """Return how many digits of a set a network was trained on: its answers on those do not count."""
        if digit_set.is_own:
            return len(self.learned_drawings(name, person).intersection(digit_set.numbers))
        return fitted(self._files.card(name).config).overlap(digit_set)

    def _read(self, card: ModelCard, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._recognisers.get(card.name).probabilities(images)


def _is_learned(drawing: Drawing, tuning: FineTuning) -> bool:
    return drawing.fingerprint in tuning.prints if tuning.prints else drawing.number in tuning.learned
