"""A Dask cluster of the tests' own, as a person would start one: a scheduler and a worker or two on loopback."""

import gc
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client
from postgres import free_port
from waiting import wait_for

from digitlab.runs.dispatch.local_cluster import FEW_MEASUREMENTS
from digitlab.settings import Settings

_LEAVE = 20  # seconds for all processes to end


class Cluster:
    """A scheduler with workers, each a process under a nanny, which starts another when it is killed."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._port = free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._scheduler: subprocess.Popen[bytes] | None = None
        self._nannies: list[subprocess.Popen[bytes]] = []
        self._workers = 0
        self._leaving: list[subprocess.Popen[bytes]] = []  # that lost their scheduler, and end by themselves

    def mend(self, workers: int = 1) -> None:
        """Start whatever is not there of a scheduler and so many workers: the first training of each takes seconds."""
        if self._scheduler is None:
            self._scheduler = self._start("scheduler", "--port", str(self._port), "--host", "127.0.0.1")
        if missing := max(workers - self._workers, 0):
            place = ("--memory-limit", "0", "--local-directory", str(self._folder))
            threads = ("--nworkers", str(missing), "--nthreads", "2", "--resources", "training=1")
            self._nannies.append(
                self._start("worker", self.address, "--host", "127.0.0.1", "--nanny", *threads, *place)
            )
            self._workers += missing

    def kill_scheduler(self) -> None:
        """End the scheduler as `kill -9` does; its workers end, as Dask's do, and nobody starts others."""
        assert self._scheduler is not None
        self._scheduler.kill()
        self._scheduler.wait()
        self._leaving += self._nannies
        self._scheduler, self._nannies, self._workers = None, [], 0

    def wait_until_idle(self) -> None:
        """Return when it has no jobs left, not even for runs that another worker took.

        Such a job opens the record; when that is gone, it waits a minute for it, and the next test's runs wait, too.
        """
        with Client(self.address, set_as_default=False) as client:
            wait_for(lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))

    def close(self) -> None:
        """End all of it, and see that nothing is left."""
        nannies = self._leaving + self._nannies
        scheduler = [self._scheduler] if self._scheduler else []
        processes = [child for root in nannies + scheduler if root.poll() is None for child in _family(root.pid)]
        for together in (nannies, scheduler):
            for process in together:
                process.terminate()
            for process in together:
                process.wait(_LEAVE)
        wait_for(lambda: not any(process.is_running() for process in processes), _LEAVE)

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)


def _family(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # Each worker computes with half of the processors, as the app's own two would, and measures as little.
    environment = Settings(workers=2).environment()
    for name, value in FEW_MEASUREMENTS.items():
        environment[f"DASK_{name.replace('.', '__').replace('-', '_').upper()}"] = str(value)
    started = Cluster(tmp_path_factory.mktemp("cluster"), environment)
    yield started
    started.close()


@pytest.fixture
def cluster(_cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster that is whole; what a test breaks is mended before the next. A parameter says how many workers."""
    _cluster.mend(getattr(request, "param", 1))
    yield _cluster
    # Dask may leave a socket open to a scheduler that was killed, until the lab is closed; no other test is to be told.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()
