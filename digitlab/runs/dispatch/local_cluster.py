"""The Dask scheduler and workers of this machine: the program `python -m digitlab workers`."""

import os
import signal
import threading
from contextlib import suppress
from typing import TextIO

from digitlab import logs
from digitlab.runs.dispatch import jobs
from digitlab.settings import Settings

TRAINING = {"training": 1}  # a worker has one such token: it trains one run at a time, and answers meanwhile
LEAVE_PATIENCE = 8  # seconds for a training to stop and write its checkpoint; usually half of one
_NICENESS = 5  # of all that trains: on a machine with few cores, a page and a drawing come first
# What Dask measures by default costs each process 2% of a processor while nothing happens: it looks at its event loop
# 50 times a second, and at memory and disks twice. A profile of the last hour takes two megabytes for each training.
FEW_MEASUREMENTS = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}


def serve(settings: Settings, requests: TextIO, answers: TextIO) -> None:
    """Run a scheduler and its workers until `requests` is closed, or this process gets SIGTERM or SIGINT.

    Its address is written to `answers`.
    """
    logs.to_stderr()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())  # before Dask starts: it cannot be interrupted while it does
    if hasattr(os, "nice"):
        os.nice(_NICENESS)  # before anything is imported, so that the workers have it, too
    import dask
    from distributed import Client, LocalCluster

    with (
        dask.config.set({"temporary-directory": str(settings.data / "dask"), **FEW_MEASUREMENTS}),
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
        if over.is_set():
            return
        try:
            print(cluster.scheduler_address, file=answers)
            answers.close()
        except OSError:  # who started this process has ended
            return
        addresses = client.scheduler_info(n_workers=-1)["workers"]
        warming = [client.submit(jobs.warm_up, settings, workers=[address], pure=False) for address in addresses]
        _wait_for_end(requests, over)
        client.cancel(warming)
        with suppress(OSError, TimeoutError):  # a worker that was killed has no runs to requeue
            client.run(jobs.leave, LEAVE_PATIENCE, on_error="ignore")


def _wait_for_end(requests: TextIO, over: threading.Event) -> None:
    """Return when `requests` is closed, or `over` is set."""

    def listen() -> None:
        requests.read()
        over.set()

    threading.Thread(target=listen, name="requests", daemon=True).start()
    over.wait()
