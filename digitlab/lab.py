"""The verbs that a page may use. Pages and the command line go through here, and nothing here draws."""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from digitlab import events
from digitlab.digits.mnist import Mnist
from digitlab.errors import DIVERGED, LimitReached, ModelNotFound, NotAllowed, WorkersUnavailable
from digitlab.networks import intake, mnist_source
from digitlab.networks.agreement import Comparison
from digitlab.networks.config import TrainingConfig, tuned_from
from digitlab.networks.formats import TakenAway
from digitlab.networks.hints import Hint, hints
from digitlab.networks.insight import Growth
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.observation import Observation
from digitlab.networks.recognition import CARD, Recogniser
from digitlab.networks.robustness import Robustness
from digitlab.networks.scores import Scores
from digitlab.networks.sets import TEST, DigitSet
from digitlab.networks.snapshots import Snapshot
from digitlab.runs import improvement
from digitlab.runs.album import Album, Albums
from digitlab.runs.cards import LONGEST_TITLE, NAME, ModelCard, check_title
from digitlab.runs.dispatcher import Dispatcher, Watch, let_go_on
from digitlab.runs.drawings import Drawing, Drawings
from digitlab.runs.evaluations import Evaluations
from digitlab.runs.experiment import Attended, Run
from digitlab.runs.explanations import Explanations
from digitlab.runs.gate import Admitted, Gate, brought_in
from digitlab.runs.landscapes import Landscapes
from digitlab.runs.leftovers import checkpoint_of
from digitlab.runs.limits import Limits
from digitlab.runs.modelfiles import ModelFiles
from digitlab.runs.people import OPERATOR, Person
from digitlab.runs.timetable import Timetable
from digitlab.runs.workers import Workers
from digitlab.settings import Settings

if TYPE_CHECKING:
    from digitlab.runs.store import Store

_READERS = 32  # networks ready to read: two interpreters each; Compare asks 24 at once
_IMPROVED = ", improved"


class Lab:
    """One laboratory: its data, networks and runs. Made once a process; threads may share it.

    Every method may raise a `DigitLabError`, whose text is meant for a person.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: Store | None = None
        self._files = ModelFiles(settings)
        self._workers = Workers(settings)
        self._limits = Limits(settings)
        self._landscapes = Landscapes(settings.data / "landscapes", self._ask, self.mnist)
        self._albums = Albums(settings)
        self._evaluations = Evaluations(settings, self._workers, self.mnist)
        self._gate = Gate(settings, self.mnist)
        self._recognisers: OrderedDict[Path, tuple[Recogniser, tuple[int, ...]]] = OrderedDict()
        self._is_open = False
        self._lock = threading.Lock()
        self._store_lock = threading.Lock()
        self._dispatcher = Dispatcher(self._workers, lambda: self._store)
        self._timetable = Timetable(lambda: self._store, lambda: self._workers.count)
        self._drawings = Drawings(lambda: self._store)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers that were started here; their trainings wait, to go on when the lab is opened again."""
        self._landscapes.close()
        if self._is_open:
            self._is_open = False
            events.log("app closed")
        self._dispatcher.close()
        self._workers.close()
        if self._opened is not None:
            self._opened.close()

    def open(self) -> None:
        """Start the workers in the background, and hand them whatever waits for as long as the lab is open."""
        events.to_stderr()
        if not self._is_open:
            self._is_open = True
            what = self._settings
            events.log("app opened", scheduler=what.scheduler, workers=what.workers, data=what.data, models=what.models)
        self._dispatcher.start()

    def wait_until_open(self) -> None:
        """Return when the workers stand, or could not be had."""
        self._dispatcher.wait_until_settled()

    @property
    def trouble(self) -> str:
        """One sentence on why nothing can be trained now; empty if all is well."""
        return self._dispatcher.trouble

    @property
    def most_epochs(self) -> int:
        """The longest training that may be started."""
        return self._settings.most_epochs

    # -- data

    def mnist(self) -> Mnist:
        """Return the data set, from memory after the first time."""
        return mnist_source.load(self._settings.data)

    # -- networks

    def models(self) -> list[ModelCard]:
        """Return the cards of all networks: ready-made ones first, then the newest."""
        return self._files.cards()

    def model(self, name: str) -> ModelCard:
        """Return the card of one network."""
        return self._files.card(name)

    def model_file(self, name: str) -> Path:
        """Return the path of a network's Keras file on this machine; from elsewhere it is copied here first."""
        return self._files.keras_file(self._files.card(name).name)

    def model_size(self, name: str) -> int:
        """Return the size of a network's Keras file in bytes."""
        return self._files.size(name)

    def take_away(self, name: str, kind: str) -> TakenAway:
        """Return a network as a file, of a kind in `FORMATS`, that a worker read again and found to agree with it."""
        return cast(TakenAway, self._ask("take_away", self._files.card(name).name, kind))

    def take_away_here(self, model: str, kind: str) -> TakenAway:
        """Do the same with one of the lab's networks in this process. For the command line."""
        from digitlab.runs import answers

        return cast(TakenAway, answers.answer(self._settings, "take_away", model, (kind,)))

    def rename_model(self, name: str, title: str, person: Person) -> ModelCard:
        """Give a network of one's own another title."""
        _check_may_change(person, self._files.card(name).owner, "this network")
        card = self._files.rename(name, title)
        events.log("network renamed", person=person.id, network=name)
        return card

    def delete_model(self, name: str, person: Person) -> None:
        """Remove a network of one's own for good; its run stays on record."""
        card = self._files.card(name)
        _check_may_change(person, card.owner, "this network")
        self._files.delete(name)
        origin = card.origin.sha256 if card.origin else None
        if origin and not any(other.origin and other.origin.sha256 == origin for other in self._files.cards()):
            self._gate.forget(origin)
        events.log("network deleted", person=person.id, network=name)

    def recogniser(self, model: str) -> Recogniser:
        """Return a network, by its name or its `.keras` file, ready to read; loaded once, and again if trained anew.

        A file that is not this lab's own goes through the same checks as one that is brought in.
        """
        name = self._own_name(model)
        path = self._files.keras_file(name) if name is not None else self._from_elsewhere(Path(model)).keras
        # The card comes last, and its limits are part of the network.
        made = tuple(file.stat().st_mtime_ns for file in (path, path.with_suffix(CARD)) if file.is_file())
        with self._lock:
            if self._recognisers.get(path, (None, None))[1] != made:
                self._recognisers[path] = (Recogniser.load(path), made)
            recogniser, _ = self._recognisers[path]
            self._recognisers.move_to_end(path)
            while len(self._recognisers) > _READERS:
                self._recognisers.popitem(last=False)
            return recogniser

    def explain(self, name: str) -> Explanations:
        """Return all that can be asked about why a network reads what it reads."""
        return Explanations(self.model(name), self.recogniser(name), self._ask, self._landscapes)

    def evaluate(self, name: str, of: DigitSet = TEST, report: Callable[[float], None] = lambda _: None) -> Scores:
        """Return a network's answers on a set of digits; a worker needs seconds for them, once.

        `report` is handed the share that is done, 0 to 1, while a person waits.
        """
        return self._evaluations.scores(self._files.card(name), of, report)

    def robustness(self, name: str, of: DigitSet = TEST) -> Robustness:
        """Return what was measured of how a network reads distorted digits of a set."""
        return self._evaluations.robustness(self._files.card(name), of)

    def measure_robustness(self, name: str, of: DigitSet = TEST) -> None:
        """Begin to measure what is missing of it, in the background."""
        self._evaluations.measure(self._files.card(name), of)

    def is_measuring(self, name: str, of: DigitSet = TEST) -> bool:
        """Whether that is under way."""
        return self._evaluations.is_measuring(self._files.card(name), of)

    def trouble_measuring(self, name: str, of: DigitSet = TEST) -> str:
        """One sentence on why it could not be measured; empty if all is well."""
        return self._evaluations.trouble(self._files.card(name), of)

    def evaluate_here(self, model: str) -> Scores:
        """Score a network, by its name or its `.keras` file, in this process. For the command line, as `train_here`."""
        from digitlab.runs import scoring

        name = self._own_name(model)
        if name is None:  # the process that opened it has read the test set, too
            return Scores(self.mnist().y_test, self._from_elsewhere(Path(model)).answers())
        return scoring.score(self._settings, name)

    def bring_in(self, content: bytes, file: str, title: str, person: Person, source: str = "") -> ModelCard:
        """Check a `.keras` file that was made elsewhere, and keep it as a network of one's own.

        Args:
            content: The file's content, hostile until shown otherwise.
            file: Its name.
            title: What people are to call the network.
            person: Who brings it, and whose it is then.
            source: Where it is from, in their words.

        Raises:
            ModelRefused: With the reason, in a sentence.
        """
        if not person.may_train:
            events.log("not allowed", person=person.id, what="a network from elsewhere without being known")
            raise NotAllowed("Nobody knows whose network this would be. Log in, then bring it in.")
        title, source = check_title(title), check_title(source) if source.strip() else ""
        theirs = [
            card
            for card in self._files.cards()
            if card.origin and card.owner == person.id and card.config.tuning is None
        ]
        self._limits.check_brought_in(person, len(theirs))
        admitted = self._gate.admit(content, file)
        card = brought_in(admitted, self.mnist().y_test, file=file, title=title, source=source, person=person)
        self._files.save(card, admitted.copy)
        events.log("network brought in", person=person.id, network=card.name, sha256=admitted.sha256)
        return card

    def _own_name(self, model: str) -> str | None:
        """The name of one of this lab's networks; None for another file."""
        return model if NAME.fullmatch(model) else self._files.name_of(Path(model))

    def _from_elsewhere(self, path: Path) -> Admitted:
        return self._gate.admit(intake.read(path), path.name)

    def _ask(self, question: str, name: str, *arguments: object) -> object:
        self._check_workers()
        return self._workers.ask(question, name, *arguments)

    def _check_workers(self) -> None:
        if self.trouble and not self._workers.are_there():
            raise WorkersUnavailable(self.trouble)  # at once: who tries to start them waits for a minute

    # -- people's own digits

    def keep_drawing(self, drawing: Drawing, person: Person) -> Drawing:
        """Record a drawing as a person's own, and return it as recorded."""
        self._limits.check_room()
        return self._drawings.keep([drawing], person)[0]

    def import_digits(self, content: bytes, name: str, person: Person) -> tuple[int, int]:
        """Record the digits of a ZIP or an `.npz` from outside; return how many are new, and how many were there."""
        self._limits.check_room()
        return self._drawings.bring_in(content, name, person)

    def export_zip(self, person: Person) -> bytes:
        """Return a person's own drawings as a ZIP with a folder of PNGs for each digit."""
        return self._drawings.as_zip(person)

    def export_npz(self, person: Person) -> bytes:
        """Return a person's own drawings as an `.npz` with the arrays images and labels."""
        return self._drawings.as_npz(person)

    def drawings(self, person: Person, *, with_pictures: bool = True) -> list[Drawing]:
        """Return a person's own drawings, the newest first; nobody sees another's."""
        return self._drawings.of(person, with_pictures=with_pictures)

    def drawing(self, number: int, person: Person) -> Drawing:
        """Return one drawing of one's own."""
        return self._drawings.one(number, person)

    def count_drawings(self, person: Person) -> list[int]:
        """Return how many drawings of each digit, 0 to 9, a person has."""
        return self._drawings.counts(person)

    def own_digits(self, person: Person) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a person's own drawings, the oldest first: images, uint8 (n, 28, 28), and labels, uint8 (n,)."""
        return self._drawings.digits(person)

    def own_digits_read(self, name: str, person: Person) -> tuple[int, int] | None:
        """Return how many of a person's drawings a network reads correctly, and of how many that it has not learned.

        None where there are no such drawings.
        """
        seen = self._learned_by(self._files.card(name))
        unseen = [one for one in self._drawings.of(person, with_pictures=False) if one.number not in seen]
        if not unseen:
            return None
        answers = self.recogniser(name).probabilities(np.stack([one.image for one in unseen])).argmax(axis=1)
        return int((answers == [one.label for one in unseen]).sum()), len(unseen)

    def relabel_drawing(self, number: int, label: int, person: Person) -> None:
        """Say what digit one's own drawing is."""
        self._drawings.relabel(number, label, person)

    def delete_drawings(self, numbers: Collection[int], person: Person) -> int:
        """Remove drawings of one's own for good, and return how many there were."""
        return self._drawings.delete(numbers, person)

    def start_improving(self, name: str, person: Person, seed: int = 1) -> Run:
        """Queue a tuning of a network to a person's own drawings, some of which are held back; return at once."""
        card = self._files.card(name)
        drawings, seen = self._drawings.of(person, with_pictures=False), self._learned_by(card)
        tuning = improvement.split(name, drawings, seed, seen)
        title = f"{card.title.removesuffix(_IMPROVED)[: LONGEST_TITLE - len(_IMPROVED)]}{_IMPROVED}"
        return self.start_training(dataclasses.replace(tuned_from(card.config, tuning), seed=seed), title, person)

    def _learned_by(self, card: ModelCard) -> set[int]:
        """Return the drawings that a network has learned, also before it was improved the last time."""
        seen: set[int] = set()
        with suppress(ModelNotFound):  # one that it came from was deleted
            while (tuning := card.config.tuning) is not None:
                seen |= set(tuning.learned)
                card = self._files.card(tuning.base)
        return seen

    def improvement(
        self, run: Run, person: Person, report: Callable[[float], None] = lambda _: None
    ) -> improvement.Improvement:
        """Return a network before and after its tuning, on MNIST's test set and on what was held back.

        Args:
            run: A tuning that left a network.
            person: Who asks; nobody but the drawings' owner sees them.
            report: Is handed the share that is done, 0 to 1, while a worker reads MNIST.
        """
        if run.config.tuning is None or run.model is None:
            raise ModelNotFound(f"Run {run.number} left no network that was tuned. See the list of runs.")
        before, after = self._files.card(run.config.tuning.base), self._files.card(run.model)
        held_back = set(run.config.tuning.held_back)
        drawings = [one for one in self._drawings.of(person, with_pictures=False) if one.number in held_back]
        return improvement.Improvement(
            before=before,
            after=after,
            drawings=drawings,
            own=improvement.compare(drawings, *(self.recogniser(card.name).probabilities for card in (before, after))),
            mnist=Comparison(*(self._evaluations.scores(card, TEST, report) for card in (before, after))),
        )

    # -- runs

    def start_training(self, config: TrainingConfig, title: str, person: Person) -> Run:
        """Queue a training and return at once; without a title it is called after its preset and number."""
        if not person.may_train:
            events.log("not allowed", person=person.id, what="training without being known")
            raise NotAllowed("Nobody knows whose training this would be. Log in, then train.")
        title = check_title(title) if title.strip() else ""
        self._check_limits(config.epochs, person)
        run = self._store.create(config, title, person)
        events.log("run queued", run=run.number, person=person.id, preset=config.preset, epochs=config.epochs)
        self._has_changed()
        return run

    def train_here(self, config: TrainingConfig, title: str = "", attended: Attended | None = None) -> Run:
        """Train in this process, to the end. Brings TensorFlow in: for the command line, never for a page."""
        from digitlab.runs import work

        if attended and attended.name:
            self._files.check_free(attended.name, is_ready_made=attended.is_ready_made)
        worker = work.new_worker()
        run = self._store.create(config, check_title(title) if title.strip() else "", OPERATOR, worker)
        work.perform(self._settings, run.number, worker, attended)
        return self._store.run(run.number)

    def stop(self, number: int, person: Person) -> None:
        """Wish a run stopped: after its current batch, keeping the network so far, or at once if it still waits."""
        run = self._check_own(number, person)
        self._store.request_stop(number)
        events.log("stop wished", run=number, person=person.id, was=run.state)
        self._has_changed()

    def pause(self, number: int, person: Person) -> None:
        """Wish a run paused: within its block, keeping its state, or at once if it still waits."""
        run = self._check_own(number, person)
        self._store.request_pause(number)
        events.log("pause wished", run=number, person=person.id, was=run.state)
        self._has_changed()

    def go_on(self, number: int, person: Person, epochs: int | None = None) -> Run:
        """Let a paused, stopped, interrupted or finished run go on where it was, for `epochs` in all."""
        run = self._check_own(number, person)
        self._check_limits(epochs or run.config.epochs, person)
        was, run = run.state, self._store.queue_again(number, epochs)
        events.log("run resumed", run=number, person=person.id, was=was, epochs=run.config.epochs)
        self._has_changed()
        return run

    def rename_run(self, number: int, title: str, person: Person) -> None:
        """Give a run of one's own another title; its network keeps its own."""
        self._check_own(number, person)
        self._store.rename(number, check_title(title))
        events.log("run renamed", run=number, person=person.id)
        self._has_changed()

    def delete_run(self, number: int, person: Person) -> None:
        """Remove a run of one's own that is over, for good; its network stays."""
        run = self._check_own(number, person)
        self._store.delete(number)
        checkpoint_of(self._settings, run).delete()
        Album(self._settings, run).clear()
        events.log("run deleted", run=number, person=person.id)
        self._has_changed()

    def run(self, number: int) -> Run:
        """Return a run as it stands."""
        return self._store.run(number)

    def runs(self) -> list[Run]:
        """Return all runs as they stand, the newest first; a classroom of pages that ask at once reads them once."""
        return self._timetable.runs()

    def let_go_on(self) -> None:
        """Find runs of this machine that lost their process while no app was there to see it. For the command line."""
        let_go_on(self._store, Watch())

    def epochs(self, number: int) -> list[EpochMetrics]:
        """Return the finished epochs of a run."""
        return self._store.epochs(number)

    def observations(self, number: int) -> list[Observation]:
        """Return what was seen in a run's network before its first epoch and after each."""
        return self._store.observations(number)

    def hints(self, run: Run, epochs: Sequence[EpochMetrics], observations: Sequence[Observation]) -> list[Hint]:
        """Say what looks wrong in a run, the most important first."""
        if run.config.tuning is not None:  # it is judged by what was held back
            return []
        labels = self.mnist().y_train[: run.config.fitted_digits]
        return hints(run.config, labels, epochs, observations, has_diverged=run.message.startswith(DIVERGED))

    def snapshots(self, run: Run) -> list[Snapshot]:
        """Return a run's network as it was before its first epoch and after some, in their order."""
        return self._albums.of(run)

    def growth(self, run: Run, image: NDArray[np.uint8]) -> Growth:
        """Let a picture, uint8 (28, 28), be read by all of a run's snapshots; a worker does so in milliseconds."""
        self._check_workers()
        return self._workers.grow(run, image)

    def place(self, run: Run) -> tuple[int, float | None]:
        """Return how many runs come before a waiting one, and in how many seconds it may begin.

        Those under way are counted. The seconds are None where nothing like the runs before it was trained here yet.
        """
        return self._timetable.place(run.number)

    def _check_own(self, number: int, person: Person) -> Run:
        run = self._store.run(number)
        _check_may_change(person, run.owner, f"run {number}")
        return run

    def _check_limits(self, epochs: int, person: Person) -> None:
        try:
            self._limits.check(epochs, person, self._store.active(person))
        except LimitReached as error:
            events.log("limit reached", person=person.id, reason=str(error))
            raise

    def _has_changed(self) -> None:
        self._timetable.forget()
        self._dispatcher.poke()

    @property
    def _store(self) -> "Store":
        """The record of runs, opened when it is first asked: its import takes half a second, and drawing needs none."""
        from digitlab.runs.store import Store

        with self._store_lock:
            if self._opened is None:
                self._opened = Store(self._settings.database_url)
            return self._opened


def _check_may_change(person: Person, owner: str, what: str) -> None:
    if not person.may_change(owner):
        events.log("not allowed", person=person.id, what=what)
        raise NotAllowed(f"Somebody else made {what}: only they, or a teacher, may change it.")
