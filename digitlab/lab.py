"""What pages and the command line may do. Nothing here draws."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Concatenate

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.data import mnist_source
from digitlab.data.mnist import Mnist
from digitlab.errors import WorkersUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.networks.file_formats import ExportedFile
from digitlab.networks.hints import Hint, hints
from digitlab.networks.metrics import BatchLoss, EpochMetrics
from digitlab.networks.observation import Observation
from digitlab.networks.range_test import RangeTest
from digitlab.networks.recognition import Recogniser
from digitlab.networks.robustness import Robustness
from digitlab.networks.scores import Scores
from digitlab.networks.search_space import SearchSpace
from digitlab.networks.snapshots import Snapshot
from digitlab.networks.step_effect import SingleStep
from digitlab.networks.training_cost import EpochEstimate
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.dispatcher import Dispatcher, HeartbeatMonitor, requeue_lost_runs
from digitlab.runs.dispatch.jobs import P, T
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.models import scoring
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter
from digitlab.runs.models.recogniser_cache import RecogniserCache
from digitlab.runs.models.snapshot_store import SnapshotCache
from digitlab.runs.records.improvement import Improvement
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import CommandLineOptions, Failure, Run, check_number
from digitlab.runs.records.search import Search
from digitlab.runs.services.drawing_service import DrawingService
from digitlab.runs.services.epoch_estimates import EpochEstimator
from digitlab.runs.services.evaluation_service import EvaluationService
from digitlab.runs.services.explanation_service import ExplanationService
from digitlab.runs.services.improver import Improver
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.map_builder import MapBuilder
from digitlab.runs.services.model_service import ModelService
from digitlab.runs.services.rate_finder import RateFinder
from digitlab.runs.services.search_service import SearchService
from digitlab.runs.services.training_service import TrainingService
from digitlab.runs.services.wait_estimates import WaitEstimator
from digitlab.runs.store.lazy_store import LazyStore
from digitlab.settings import Settings
from digitlab.uploads.pixel_scales import ImportChoices


class Lab:
    """A laboratory: its data, networks and runs. Create one per process. Thread-safe.

    Every method may raise a `DigitLabError`, whose message is meant for people.

    Attributes:
        drawings: People's own drawings.
        improver: Fine-tuning of networks on those drawings.
        rate_finder: Learning rates, found by range tests.
        searches: Searches for settings, by many short trials.

    Example:
        >>> with Lab(Settings()) as lab:
        ...     [card.title for card in lab.models() if card.is_ready_made]
        ['Handwriting', 'Small', 'Tutorial', 'Convolutional']
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_open = False
        self._record = LazyStore(settings.database_url)
        self._workers = WorkerClient(settings)
        self._dispatcher = Dispatcher(self._workers, self._record)
        self._wait_estimator = WaitEstimator(self._record, lambda: self._workers.count)
        self._epoch_estimator = EpochEstimator(self._wait_estimator.measured)
        self._snapshots = SnapshotCache(settings)
        self._files = ModelFiles(settings)
        self._importer = ModelImporter(settings, self.mnist)
        self._recognisers = RecogniserCache(self._files, self._importer)
        self._map_builder = MapBuilder(settings.data / "landscapes", self._ask, self.mnist)
        self.rate_finder = RateFinder(self._ask)
        self._evaluations = EvaluationService(settings, self._workers, self.mnist)
        limits = Limits(settings)
        self._models = ModelService(self._files, self._importer, limits, self.mnist)
        self._trainings = TrainingService(settings, self._record, limits, self._has_changed)
        self._search_driver = SearchDriver(
            self._record, lambda: self._workers.count, self._has_changed, self._dispatcher.wait_until_started
        )
        self.searches = SearchService(settings, self._record, limits, self._trainings, self._search_driver.wake)
        self.drawings = DrawingService(self._record, limits.check_room)
        self.improver = Improver(self._files, self._recognisers, self.drawings, self._evaluations, self._trainings)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers that were started here. Their runs are queued again, and resume when the lab is opened."""
        if self._is_open:
            self._is_open = False
            logs.log("app closed")
        with (
            closing(self._record),
            closing(self._workers),
            closing(self._search_driver),
            closing(self._dispatcher),
        ):  # each is closed, even if another fails
            self._map_builder.close()
            self.rate_finder.close()

    def open(self) -> None:
        """Start the workers in the background, and hand them queued runs while the lab is open."""
        logs.to_stderr()
        if not self._is_open:
            self._is_open = True
            logs.log(
                "app opened",
                scheduler=self._settings.scheduler,
                workers=self._settings.workers,
                data=self._settings.data,
                models=self._settings.models,
            )
        self._dispatcher.start()
        self._search_driver.start()

    def wait_until_open(self) -> None:
        """Wait until the workers have started, or failed to start."""
        self._dispatcher.wait_until_started()

    @property
    def training_error(self) -> str:
        """Why nothing can be trained right now, in a sentence; empty if training works."""
        return self._dispatcher.error_message

    @property
    def search_error(self) -> str:
        """Why no search can go on right now, in a sentence; empty if all is well."""
        return self._search_driver.error_message

    @property
    def database_trouble(self) -> str:
        """What happened to the file of a SQLite database, and what to do, in sentences; empty if all is well."""
        return self._record.file_trouble()

    @property
    def max_epochs(self) -> int:
        """The number of epochs that a training may have."""
        return self._settings.max_epochs

    # -- data

    def mnist(self) -> Mnist:
        """Return MNIST; it is loaded once."""
        return mnist_source.load(self._settings.data)

    # -- networks

    def models(self) -> list[ModelCard]:
        """Return the cards of all networks: ready-made ones first, then the newest."""
        return self._files.cards()

    def model(self, name: str) -> ModelCard:
        """Return the card of one network."""
        return self._files.card(name)

    def model_file(self, name: str) -> Path:
        """Return the path of a network's Keras file on this machine; a remote one is copied here first."""
        return self._files.keras_file(self._files.card(name).name)

    def model_size(self, name: str) -> int:
        """Return the size of a network's Keras file in bytes."""
        return self._files.size(name)

    def export_model(self, name: str, kind: str) -> ExportedFile:
        """Return a network as a file of a kind in `FORMATS`; a worker has checked that it gives the same answers."""
        return self._ask(jobs.export_model, self._files.card(name).name, kind)

    def export_model_here(self, model: str, kind: str) -> ExportedFile:
        """Do the same in this process. For the command line."""
        return jobs.export_model(self._settings, model, kind)

    def rename_model(self, name: str, title: str, person: Person) -> ModelCard:
        """Change the title of one's own network."""
        return self._models.rename(name, title, person)

    def keep_model(self, name: str, person: Person) -> ModelCard:
        """Keep one's own network although fine-tuning made it worse on MNIST; until then it is in no list."""
        return self._models.keep(name, person)

    def delete_model(self, name: str, person: Person) -> None:
        """Delete one's own network; its run remains."""
        self._models.delete(name, person)

    def import_model(
        self,
        content: bytes,
        file: str,
        title: str,
        person: Person,
        source: str = "",
        choices: ImportChoices | None = None,
    ) -> ModelCard:
        """Check a Keras file that was made elsewhere, and save it as one's own network."""
        return self._models.import_model(content, file, title, person, source, choices)

    def recogniser(self, model: str) -> Recogniser:
        """Return a network by its name or `.keras` file, ready to read; it is loaded again only if it changes."""
        return self._recognisers.get(model)

    def explain(self, name: str) -> ExplanationService:
        """Return the explanations of a network's answers."""
        return ExplanationService(self.model(name), self._recognisers.get(name), self._ask, self._map_builder)

    def evaluate(
        self, name: str, digit_set: DigitSet = TEST, report: Callable[[float], None] = lambda _: None
    ) -> Scores:
        """Return a network's answers on a set of digits. A worker computes them once, within seconds.

        `report` receives the share that is done, 0 to 1.
        """
        return self._evaluations.scores(self._files.card(name), digit_set, report)

    def robustness(self, name: str, digit_set: DigitSet = TEST) -> Robustness:
        """Return what has been measured of a network's accuracy on distorted digits."""
        return self._evaluations.robustness(self._files.card(name), digit_set)

    def measure_robustness(self, name: str, digit_set: DigitSet = TEST) -> None:
        """Measure what is missing of it, in the background."""
        self._evaluations.measure(self._files.card(name), digit_set)

    def is_measuring(self, name: str, digit_set: DigitSet = TEST) -> bool:
        """Whether that is in progress."""
        return self._evaluations.is_measuring(self._files.card(name), digit_set)

    def measurement_error(self, name: str, digit_set: DigitSet = TEST) -> str:
        """Return why it could not be measured, in a sentence; empty if it could."""
        return self._evaluations.measurement_error(self._files.card(name), digit_set)

    def evaluate_here(self, model: str) -> Scores:
        """Evaluate a network, by its name or `.keras` file, in this process. For the command line."""
        name = self._files.own_name(model)
        if name is None:  # the sandbox has read the test set, too
            return Scores(self.mnist().y_test, self._importer.import_file(Path(model)).answers())
        return scoring.score(self._settings, name)

    def _ask(self, question: Callable[Concatenate[Settings, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.training_error and not self._workers.is_connected():
            raise WorkersUnavailable(self.training_error)  # at once: trying to start them takes a minute
        return self._workers.ask(question, *args, **kwargs)

    # -- runs

    def start_training(self, config: TrainingConfig, title: str, person: Person) -> Run:
        """Queue a training and return at once; the default title is made of preset and number."""
        return self._trainings.start(config, title, person)

    def find_learning_rate_here(self, config: TrainingConfig) -> RangeTest:
        """Test learning rates for a training in this process. Imports TensorFlow: for the command line."""
        return jobs.find_learning_rate(self._settings, config)

    def train_here(
        self,
        config: TrainingConfig,
        title: str = "",
        options: CommandLineOptions | None = None,
        person: Person = OPERATOR,
    ) -> Run:
        """Train in this process, to the end. Imports TensorFlow: for the command line, never for a page."""
        if options and options.name:
            self._files.check_free(options.name, is_ready_made=options.is_ready_made)
        return self._trainings.perform(config, title, person, options)

    def improvement_here(self, run: Run, person: Person) -> Improvement:
        """Return the effect of fine-tuning by `train_here`, computed in this process."""
        if run.config.tuning is not None:
            base = self._files.card(run.config.tuning.base)
            self._evaluations.save(base, TEST, lambda: self.evaluate_here(base.name))
        return self.improver.result(run, person)

    def start_search_here(self, space: SearchSpace, title: str) -> Search:
        """Start a search, and workers of this process for its trials, until it is closed. For the command line."""
        self._dispatcher.start()
        self.wait_until_open()
        if self.training_error:
            raise WorkersUnavailable(self.training_error)
        search = self.searches.start(space, title, OPERATOR)
        self._search_driver.start()
        return search

    def stop(self, number: int, person: Person) -> None:
        """Stop a run: at once if it is queued, else after its current batch. The network so far is saved."""
        self._trainings.stop(number, person)

    def pause(self, number: int, person: Person) -> None:
        """Pause a run: at once if it is queued, else after a few batches. Its state is saved."""
        self._trainings.pause(number, person)

    def change_rate(self, number: int, rate: float, person: Person) -> None:
        """Change the learning rate of a running run within a few batches, of a queued or paused one when it goes on."""
        self._trainings.change_rate(number, rate, person)

    def train_one_batch(self, number: int, person: Person) -> SingleStep:
        """Train the next batch of a paused run; returns what that did to its loss and its layers."""
        return self._trainings.train_one_batch(number, person, self._ask)

    def resume(self, number: int, person: Person, epochs: int | None = None) -> Run:
        """Resume a paused, stopped, interrupted or finished run, with `epochs` in total."""
        return self._trainings.resume(number, person, epochs)

    def rename_run(self, number: int, title: str, person: Person) -> None:
        """Change the title of one's own run; that of its network stays."""
        self._trainings.rename(number, title, person)

    def delete_run(self, number: int, person: Person) -> None:
        """Delete one's own run once it is over; its network stays, unless it was not kept."""
        self._trainings.delete(number, person)

    def run(self, number: int) -> Run:
        """Return a run."""
        return self._record().run(check_number(number))

    def runs(self) -> list[Run]:
        """Return all runs that people started, the newest first. Pages that ask at the same time share one read."""
        return [run for run in self._wait_estimator.runs() if run.search is None]

    def next_run_number(self) -> int:
        """Return the number that the next run will have, unless another one comes before it."""
        return self._record().newest_number() + 1

    def requeue_lost_runs(self) -> None:
        """Requeue runs of this machine whose worker died while no app was running. For the command line."""
        requeue_lost_runs(self._record(), HeartbeatMonitor())

    def epochs(self, number: int) -> list[EpochMetrics]:
        """Return the finished epochs of a run."""
        return self._record().epochs.all(check_number(number))

    def batch_losses(self, number: int) -> list[BatchLoss]:
        """Return the losses within the finished epochs of a run."""
        return self._record().epochs.losses(check_number(number))

    def observations(self, number: int) -> list[Observation]:
        """Return the observations of a run's network, before its first epoch and after each."""
        return self._record().epochs.observations(check_number(number))

    def hints(self, run: Run, epochs: Sequence[EpochMetrics], observations: Sequence[Observation]) -> list[Hint]:
        """Return hints on what looks wrong in a run, the most important first."""
        if run.config.tuning is not None:  # the drawings that were set aside judge it
            return []
        labels = self.mnist().y_train[: run.config.fitted_digits]
        has_diverged = run.failure is Failure.DIVERGED
        return hints(run.config, labels, epochs, observations, has_diverged=has_diverged)

    def snapshots(self, run: Run) -> list[Snapshot]:
        """Return the snapshots of a run's network, before its first epoch and after some others, in order."""
        return self._snapshots.get(run)

    def readings_by_epoch(self, run: Run, image: NDArray[np.uint8]) -> ReadingsByEpoch:
        """Read an image, uint8 (28, 28), with all snapshots of a run; a worker needs milliseconds."""
        return self._ask(jobs.readings_by_epoch, run, image)

    def queue_position(self, run: Run) -> tuple[int, float | None]:
        """Return how many runs are ahead of a queued one, running ones included, and the seconds until it may start.

        The seconds are None if no run like those ahead was ever trained here.
        """
        return self._wait_estimator.position(run.number)

    def epoch_estimate(self, config: TrainingConfig) -> EpochEstimate:
        """Return how long an epoch of a training with such settings would take here: from earlier runs and a table."""
        return self._epoch_estimator.get(config)

    def _has_changed(self) -> None:
        self._wait_estimator.forget()
        self._dispatcher.wake()
