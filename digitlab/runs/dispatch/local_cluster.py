"""The processes that train on this machine: a Dask scheduler and its workers, a program of their own."""

import os
import signal
import threading
from contextlib import suppress
from typing import TextIO

from digitlab import logs
from digitlab.runs.dispatch import jobs
from digitlab.settings import Settings

TRAINING = {"training": 1}  # a worker has one such token, so it trains one run at a time and scores beside it
LEAVE_PATIENCE = 8  # seconds for a training to stop within its block and keep its state; usually half of one
_PATIENT = 5  # niceness of all that trains: who draws, or opens a page, comes first on a machine with few cores


def serve(settings: Settings, wishes: TextIO, answers: TextIO) -> None:
    """Run a scheduler and its workers here until `wishes` ends; the scheduler's address goes to `answers`."""
    logs.to_stderr()
    if hasattr(os, "nice"):
        os.nice(_PATIENT)  # before anything is imported, and so for the workers, too
    import dask
    from distributed import Client, LocalCluster

    # By itself a worker keeps for an hour, second by second, what ran in it: two megabytes for each training.
    without_profile = {"distributed.worker.profile.enabled": False}
    with (
        dask.config.set({"temporary-directory": str(settings.data / "dask"), **without_profile}),
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=2,
            resources=TRAINING,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
        ) as cluster,
        Client(cluster) as client,
    ):
        print(cluster.scheduler_address, file=answers)
        answers.close()
        addresses = client.scheduler_info(n_workers=-1)["workers"]
        warming = [client.submit(jobs.warm_up, settings, workers=[address], pure=False) for address in addresses]
        _until_the_end(wishes)
        client.cancel(warming)
        with suppress(OSError, TimeoutError):  # a worker that was killed has nothing to leave
            client.run(jobs.leave, LEAVE_PATIENCE, on_error="ignore")


def _until_the_end(wishes: TextIO) -> None:
    """Return when `wishes` ends, or somebody ends this process politely."""
    over = threading.Event()
    for polite in (signal.SIGTERM, signal.SIGINT):
        signal.signal(polite, lambda *_: over.set())

    def listen() -> None:
        wishes.read()
        over.set()

    threading.Thread(target=listen, name="wishes", daemon=True).start()
    over.wait()
