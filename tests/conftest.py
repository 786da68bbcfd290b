"""What several tests need: a set-up of its own for each, and the one real data set."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported, or it is too late
os.environ["LANGUAGE"] = "en"  # of commands, whatever the language of whoever runs the tests
# A process without compiled files takes 13 s longer to import TensorFlow, and the tests start a hundred processes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import dataclasses
import functools
import gc
import subprocess
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from brief_tuning import tune_briefly
from waiting import wait_for
from xdist.scheduler import LoadScopeScheduling

from digitlab.data import mnist
from digitlab.errors import RunIsOver
from digitlab.networks.config import TrainingConfig
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.store.lazy_store import LazyStore
from digitlab.runs.store.store import Store
from digitlab.settings import ROOT, Settings

sys.dont_write_bytecode = False
pytest_plugins = ["postgres", "cluster"]
BROWSER = "tests/browser/"
LONGEST = (
    BROWSER,
    "tests/test_lab.py",
    "tests/worker/test_checkpoints.py",
    "tests/worker/test_training.py",
    "tests/runs/test_cluster.py",
    "tests/doctor/test_worker_checks.py",
    "tests/networks/test_code.py",
    "tests/server/",
    "tests/cli/",
    "tests/worker/",
    "tests/runs/",
)
ON_A_CLUSTER = ("tests/runs/test_cluster.py", "tests/runs/test_outages.py")
WITH_WORKERS = (
    "tests/test_lab.py",
    "tests/test_logs.py",
    "tests/cli/test_search_command.py",
    "tests/runs/dispatch/test_worker_client.py",
    "tests/runs/services/test_evaluation_service.py",
    "tests/ui/test_learn_page.py",
    "tests/ui/test_train_page.py",
    "tests/ui/test_watch_page.py",
)
CHILDREN = Path(__file__).with_name("children")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--away", type=float, default=3, help="seconds that the database is away in tests/runs/test_outages"
    )
    parser.addoption(
        "--networks", type=int, default=2, help="random networks, of 200, that tests/worker/test_own_networks.py trains"
    )


class OneProcess(LoadScopeScheduling):
    """A file stays in one process, and so do all of the browser's, for two browsers and their apps starve two cores.

    So do those that need a cluster, whose start takes 15 seconds of a processor, and those that need `worker_settings`.

    pytest-xdist's own groups are not heeded by pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        if nodeid.startswith(BROWSER):
            return BROWSER
        return next((files[0] for files in (WITH_WORKERS, ON_A_CLUSTER) if file in files), file)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """What is imported now stays: neither now nor later is anything gained by looking for garbage among it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return OneProcess(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first: the browser's tests in one process, and beside them those that start others."""
    items.sort(key=lambda item: next((place for place, path in enumerate(LONGEST) if item.nodeid.startswith(path)), 99))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: a ZIP holds the time, and so differs between the processes that collect tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def _children() -> Iterator[None]:
    """Have the processes that tests start load what is in the folder children."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(CHILDREN), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session", autouse=True)
def _revisions() -> Iterator[None]:
    """Load the revisions of Optuna's tables once, not with each database that tests open: it takes 0.1 s."""
    from alembic.util import pyfiles  # here, as the process that hands out the tests opens no database

    load, load_once = pyfiles.load_module_py, functools.cache(pyfiles.load_module_py)

    def load_module(name: str, path: Path) -> ModuleType:
        return (load_once if path.parent.name == "versions" else load)(name, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyfiles, "load_module_py", load_module)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    return Settings(data=data, models=tmp_path / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The record of `settings`; it is created."""
    opened = Store(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def record(settings: Settings) -> Iterator[LazyStore]:
    """The record of `settings`, opened on first use."""
    opened = LazyStore(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def changes() -> list[int]:
    """Grows whenever something was changed in the record."""
    return []


@pytest.fixture(scope="session")
def _worker_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A worker process, by its scheduler and by where it writes its log."""
    folder = tmp_path_factory.mktemp("workers")
    settings = Settings(data=folder / "data", models=folder / "models")
    workers = WorkerClient(settings)
    workers.start()
    assert workers._client is not None
    workers._client.submit(jobs.load_training).result(240)  # before anybody waits for a training
    yield dataclasses.replace(settings, scheduler=workers._client.scheduler.address)
    workers.close()


@pytest.fixture
def worker_settings(
    settings: Settings, _worker_settings: Settings, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """A set-up of a test's own, and one warm worker process that all such tests share: its start takes seconds."""
    assert request.node.nodeid.split("::")[0] in WITH_WORKERS  # else another process starts a worker, too
    yield dataclasses.replace(settings, scheduler=_worker_settings.scheduler)
    store = Store(settings.database_url)
    for run in store.runs():  # the next test finds a worker that has nothing to do
        with suppress(RunIsOver):
            store.request_stop(run.number)
    wait_for(lambda: all(run.state.is_over() for run in store.runs()))
    store.close()


@pytest.fixture
def workers_log(_worker_settings: Settings) -> Path:
    """What the worker of `worker_settings` writes, also for the tests before this one."""
    return _worker_settings.data / "workers.log"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "digitlab-test", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small() -> TrainingConfig:
    """A real training that takes about a second."""
    return TrainingConfig(epochs=2, training_digits=300)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    tune_briefly(monkeypatch)


@pytest.fixture(scope="session")
def digits() -> mnist.Mnist:
    return mnist.load()


@pytest.fixture(scope="session")
def ready_made() -> Path:
    return ROOT / "models"


@pytest.fixture
def stroke() -> np.ndarray:
    """A one, drawn in the middle of a canvas."""
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[60:220, 130:150, :3] = 255
    return drawing
