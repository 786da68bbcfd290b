"""The verbs that a page may use. Pages and the command line go through here, and nothing here draws."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from digitlab.digits.mnist import Mnist
from digitlab.errors import StoreUnavailable, WorkersUnavailable
from digitlab.networks import mnist_source
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Report
from digitlab.networks.recognition import CARD, Recogniser
from digitlab.networks.scores import Scores
from digitlab.runs.experiment import Run, RunState
from digitlab.runs.modelfiles import ModelCard, ModelFiles, check_title
from digitlab.runs.workers import Workers
from digitlab.settings import Settings

if TYPE_CHECKING:
    from digitlab.runs.store import Store


class Lab:
    """One laboratory: its data, networks and runs. Made once a process; threads may share it.

    Every method may raise a `DigitLabError`, whose text is meant for a person.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: Store | None = None
        self._files = ModelFiles(settings.models)
        self._workers = Workers(settings)
        self._recognisers: dict[Path, tuple[Recogniser, tuple[int, ...]]] = {}
        self._lock = threading.Lock()
        self._store_lock = threading.Lock()
        self._hand_in_lock = threading.Lock()
        self._errand: threading.Thread | None = None

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers that were started here; running trainings become "interrupted"."""
        self._workers.close()
        if self._opened is not None:
            self._opened.close()

    def warm_up(self) -> threading.Thread:
        """Start the workers in the background, and hand them whatever waits."""
        self._errand = threading.Thread(target=self._hand_in, name="hand in", daemon=True)
        self._errand.start()
        return self._errand

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
        """Return the path of a network's Keras file."""
        return self._files.keras_file(self._files.card(name).name)

    def model_size(self, name: str) -> int:
        """Return the size of a network's Keras file in bytes."""
        return self._files.size(name)

    def rename_model(self, name: str, title: str) -> ModelCard:
        """Give a network of one's own another title."""
        return self._files.rename(name, title)

    def delete_model(self, name: str) -> None:
        """Remove a network of one's own for good; its run stays on record."""
        self._files.delete(name)

    def recogniser(self, model: str) -> Recogniser:
        """Return a network, by its name or its `.keras` file, ready to read; loaded once, and again if trained anew."""
        path = self._keras_file(model)
        # The card comes last, and its limits are part of the network.
        made = tuple(file.stat().st_mtime_ns for file in (path, path.with_suffix(CARD)) if file.is_file())
        with self._lock:
            if self._recognisers.get(path, (None, None))[1] != made:
                self._recognisers[path] = (Recogniser.load(path), made)
            return self._recognisers[path][0]

    def evaluate(self, name: str) -> Scores:
        """Let a worker score a network on MNIST's test set; takes seconds."""
        path = self.model_file(name)
        if self._workers.start():
            self.warm_up()  # new workers know nothing of the runs that wait
        return self._workers.score(path)

    def evaluate_here(self, model: str) -> Scores:
        """Score a network, by its name or its `.keras` file, in this process. For the command line, as `train_here`."""
        from digitlab.runs import work

        return work.score(self._settings, self._keras_file(model))

    def _keras_file(self, model: str) -> Path:
        return Path(model) if model.endswith(".keras") else self._files.keras_file(model)

    # -- runs

    def start_training(self, config: TrainingConfig, title: str = "") -> Run:
        """Queue a training and return at once; without a title it is called after its preset and number."""
        run = self._store.create(config, check_title(title) if title.strip() else "")
        threading.Thread(target=self._hand_in, args=(run.number,), name=f"hand in {run.number}").start()
        return run

    def train_here(
        self,
        config: TrainingConfig,
        title: str = "",
        *,
        name: str = "",
        is_ready_made: bool = False,
        report: Report = lambda _: None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Run:
        """Train in this process, to the end. Brings TensorFlow in: for the command line, never for a page."""
        from digitlab.runs import work

        if name:
            self._files.check_free(name, is_ready_made=is_ready_made)
        worker = work.new_worker()
        run = self._store.create(config, check_title(title) if title.strip() else "", worker)
        work.perform(
            self._settings,
            run.number,
            worker,
            name=name,
            is_ready_made=is_ready_made,
            report=report,
            is_still_wanted=wanted,
        )
        return self._store.run(run.number)

    def stop(self, number: int) -> None:
        """Wish a run stopped: after its current batch, keeping the network so far, or at once if it still waits."""
        self._store.request_stop(number)

    def pause(self, number: int) -> None:
        """Wish a run paused: within its block, keeping its state, or at once if it still waits."""
        self._store.request_pause(number)

    def go_on(self, number: int, epochs: int | None = None) -> Run:
        """Let a paused, stopped, interrupted or finished run go on where it was, for `epochs` in all."""
        run = self._store.queue_again(number, epochs)
        threading.Thread(target=self._hand_in, args=(number,), name=f"hand in {number}").start()
        return run

    def run(self, number: int) -> Run:
        """Return a run as it stands."""
        run = self._store.run(number)
        if run.is_silent():
            self._store.interrupt_silent()
            run = self._store.run(number)
        return run

    def runs(self) -> list[Run]:
        """Return all runs as they stand, the newest first."""
        runs = self._store.runs()
        if any(run.is_silent() for run in runs):
            self._store.interrupt_silent()
            runs = self._store.runs()
        is_busy = self._errand is not None and self._errand.is_alive()
        if any(run.state is RunState.QUEUED for run in runs) and not self._workers.are_there() and not is_busy:
            self.warm_up()  # they have ended, or could not be had at the start, and somebody waits for them
        return runs

    def epochs(self, number: int) -> list[EpochMetrics]:
        """Return the finished epochs of a run."""
        return self._store.epochs(number)

    def place(self, run: Run) -> int:
        """Return how many runs are before a waiting one, the running included."""
        return sum(other.number < run.number and not other.state.is_over() for other in self.runs())

    @property
    def _store(self) -> "Store":
        """The record of runs, opened when it is first asked: its import takes half a second, and drawing needs none."""
        from digitlab.runs.store import Store

        with self._store_lock:
            if self._opened is None:
                self._opened = Store(self._settings.database_url)
            return self._opened

    def _hand_in(self, asked: int | None = None) -> None:
        """Hand all that waits to the workers; if none can be had, only the run that somebody just asked for fails."""
        try:
            with self._hand_in_lock:
                self._workers.start()  # first: while they start, the first page has this process to itself
                for number in self._store.queue():
                    self._workers.train(number, self._store.refuse, self._store.run(number).attempt)
        except StoreUnavailable:
            return  # whoever asks for runs is told
        except WorkersUnavailable as error:
            if asked is not None:
                self._store.refuse(asked, str(error))
