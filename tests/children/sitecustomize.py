"""Loaded by every Python process that the tests start, so that it can be asked about, and spares the processors."""

import importlib.util
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

# On SIGUSR1 the app writes the names of its loaded modules to a file.
if "DIGITLAB_TEST_MODULES" in os.environ and threading.current_thread() is threading.main_thread():
    signal.signal(
        signal.SIGUSR1,
        lambda _signal, _frame: Path(os.environ["DIGITLAB_TEST_MODULES"]).write_text("\n".join(list(sys.modules))),
    )


def rest_after_epochs(callbacks: ModuleType) -> None:
    """Have a training that something is to interrupt rest after each epoch."""
    end_epoch = callbacks.Reporter.on_epoch_end

    def end_and_rest(reporter: object, *args: object) -> None:
        end_epoch(reporter, *args)
        epochs: int = reporter.params["epochs"]  # type: ignore[attr-defined]
        time.sleep(1 if epochs >= 500 else 0.5 if epochs >= 12 else 0)

    callbacks.Reporter.on_epoch_end = end_and_rest


def begin_cold(jobs: ModuleType) -> None:
    """Leave out what prepares a worker for the tutorial's training: seven seconds of a processor, and few tests train.

    A worker imports TensorFlow when it is first asked for what needs it.
    """

    def warm_up(_settings: object) -> None:
        pass

    warm_up.__module__, warm_up.__qualname__ = jobs.__name__, "warm_up"  # by which Dask hands it over
    jobs.warm_up = warm_up


def keep_networks(model_pool: ModuleType) -> None:
    """Keep more compiled networks than a worker does: each of the tests' settings is compiled once."""
    model_pool._MAX_POOLED = 20  # type: ignore[attr-defined]


def train_without_keras(jobs: ModuleType) -> None:
    """Have runs take their time and learn nothing, for tests of what becomes of them: to import Keras takes seconds.

    They are claimed, recorded epoch by epoch, never finished, and released when their process is to leave.
    """
    is_leaving, is_idle = threading.Event(), threading.Event()
    is_idle.set()

    def run_next(settings: Any) -> None:
        from digitlab.networks.metrics import EpochMetrics
        from digitlab.runs.dispatch.worker_names import new_worker_name
        from digitlab.runs.store.store import Store

        is_idle.clear()
        store, worker = Store(settings.database_url, may_create=False), new_worker_name()
        number = None if is_leaving.is_set() else store.claim_next(worker)
        if number is not None:
            epoch = len(store.epochs.all(number))
            while not is_leaving.wait(0.2):
                epoch += 1
                store.epochs.add(number, worker, EpochMetrics(epoch=epoch, loss=1.0, accuracy=0.5, seconds=0.2))
                store.record_heartbeat(number, worker, None)
            store.release(number, worker)
        store.close()
        is_idle.set()

    def leave(patience: float) -> None:
        is_leaving.set()
        is_idle.wait(patience)

    for scripted in (run_next, leave):
        scripted.__module__, scripted.__qualname__ = jobs.__name__, scripted.__name__  # by which Dask hands it over
        setattr(jobs, scripted.__name__, scripted)


def begin_without_keras(jobs: ModuleType) -> None:
    """Begin cold, and train without Keras."""
    begin_cold(jobs)
    train_without_keras(jobs)


CHANGES = {
    "digitlab.worker.callbacks": rest_after_epochs,
    "digitlab.worker.model_pool": keep_networks,
    "digitlab.runs.dispatch.jobs": begin_cold,
}
if "DIGITLAB_TEST_WITHOUT_KERAS" in os.environ:
    CHANGES["digitlab.runs.dispatch.jobs"] = begin_without_keras


class Changer(MetaPathFinder):
    """Changes modules as they are imported."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in CHANGES:
            return None
        change: Callable[[ModuleType], None] = CHANGES.pop(name)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        load = spec.loader.exec_module

        def load_and_change(module: ModuleType) -> None:
            load(module)
            change(module)

        spec.loader.exec_module = load_and_change  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Changer())
