"""Checks each worker: present, same versions, can reach database and networks."""

import asyncio
import platform
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitlab.doctor.checks import (
    NETWORKS,
    SCHEDULER,
    SET_UP,
    VERSIONS,
    WORKERS,
    Finding,
    Severity,
    fingerprint,
    nearest_existing,
    ok,
    version_of,
    warning,
    wrong,
)
from digitlab.errors import DigitLabError, WorkersUnavailable
from digitlab.runs.dispatch.local_cluster import TRAINING
from digitlab.runs.dispatch.worker_client import WorkerClient, check_certificates, disconnect
from digitlab.runs.models import scoring
from digitlab.settings import Settings
from digitlab.translation import Text, message_of

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 4  # seconds for a scheduler or a worker to answer
_CHECK_PATIENCE = 15  # seconds for the checks in a worker; usually one, or three if the database is unreachable
_COMPARED = ("keras", "tensorflow", "numpy", "dask", "distributed", "sqlalchemy")
_RESOURCE = " ".join(f'--resources "{name}={count}"' for name, count in TRAINING.items())


def cluster(settings: Settings) -> Iterator[Finding]:
    """Check that the scheduler in the settings responds, and that its workers can train."""
    address = settings.scheduler
    if address is None:
        yield ok(WORKERS, Text("The app starts them on this machine. `doctor --workers` tries it."))
        return
    from distributed import Client  # takes a second, which only clusters need to wait

    try:
        check_certificates(address)
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except WorkersUnavailable as error:
        yield wrong(SCHEDULER, message_of(error), "")
        return
    except (OSError, TimeoutError):
        yield wrong(
            SCHEDULER,
            Text("{address} does not respond.", address=address),
            Text("Start it, or change DIGITLAB_SCHEDULER."),
        )
        return
    try:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        yield ok(SCHEDULER, Text("{address} responds.", address=address))
        yield from _present(workers)
        with _mark(settings.models) as mark:
            yield from _compared(_ask(client, workers, settings, mark.name))
    finally:
        disconnect(client)


def trial(settings: Settings) -> Iterator[Finding]:
    """Start a worker and let it evaluate a network. Takes seconds, and leaves no files."""
    with tempfile.TemporaryDirectory(prefix="digitlab-doctor-") as folder:
        workers = WorkerClient(settings if settings.scheduler else replace(settings, data=Path(folder), workers=1))
        try:
            accuracy = workers.ask(scoring.score, "tutorial").accuracy
        except DigitLabError as error:
            yield wrong(WORKERS, Text("No worker could evaluate a network: {reason}", reason=message_of(error)), "")
        else:
            yield ok(WORKERS, Text("A worker evaluated a network: {accuracy:.2%}.", accuracy=accuracy))
        finally:
            workers.close()


def _present(workers: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    if not workers:
        yield wrong(
            WORKERS, Text("The scheduler has no workers. Runs stay queued."),
            Text("Start one: dask worker ADDRESS --nthreads 2 {resource}", resource=_RESOURCE),
        )  # fmt: skip
        return
    without = [address for address, worker in workers.items() if not set(TRAINING) <= set(worker["resources"])]
    narrow = [address for address, worker in workers.items() if worker["nthreads"] < 2]
    if without:
        names = _listed(without)
        text = Text(
            "Without a limit of runs: {workers}. They get no runs, because other workers have a limit.", workers=names
        )
        if len(without) == len(workers):
            text = Text(
                "Without a limit of runs: {workers}. Each trains as many runs at the same time as it has threads.",
                workers=names,
            )
        yield warning(WORKERS, text, Text("Start them with {resource}.", resource=_RESOURCE))
    if narrow:
        yield warning(
            WORKERS,
            Text("With one thread only: {workers}. Their evaluations wait for runs.", workers=_listed(narrow)),
            Text("Use --nthreads 2."),
        )
    yield ok(WORKERS, Text("Connected: {count}.", count=len(workers)))


def _ask(client: "Client", addresses: Iterable[str], settings: Settings, mark: str) -> dict[str, Any]:
    """Run the checks in each worker. Returns their results, or the errors."""
    answers: dict[str, Any] = {address: TimeoutError() for address in addresses}

    def ask(address: str) -> None:
        with suppress(OSError, asyncio.CancelledError):  # nobody waits for the answer, and the connection is closed
            answers.update(client.run(check_worker, settings, mark, workers=[address], on_error="return"))

    threads = [threading.Thread(target=ask, args=(address,), daemon=True) for address in answers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _PATIENCE + _CHECK_PATIENCE
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return dict(answers)


def _mark(models: Path | str) -> "tempfile._TemporaryFileWrapper[bytes]":
    """Create a file that workers must see, deleted afterwards; for an address it has no meaning."""
    with suppress(OSError):  # another check finds folders that are not writable
        folder = nearest_existing(models) if isinstance(models, Path) else None
        return tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-")
    return tempfile.NamedTemporaryFile(prefix=".doctor-")


async def check_worker(settings: Settings, mark: str) -> dict[str, Any]:
    """Return the versions of a worker, and what is wrong on its machine. Runs in each worker.

    Args:
        settings: The settings of the app.
        mark: A file that the app has just written to the folder of networks.
    """
    work = asyncio.to_thread(lambda: [(found.name, found.text, found.remedy) for found in _here(settings, Path(mark))])
    return {"versions": _versions(), "wrong": await asyncio.wait_for(work, _CHECK_PATIENCE)}


def _here(settings: Settings, mark: Path) -> list[Finding]:
    from digitlab.doctor.checks import folders
    from digitlab.doctor.database_checks import database

    found = [*folders(settings), *database(settings)]
    if isinstance(settings.models, Path) and not mark.exists():
        found.append(
            wrong(
                NETWORKS,
                Text("{folder} is not the folder that the app uses.", folder=mark.parent),
                Text("Set DIGITLAB_MODELS to a shared folder."),
            )
        )
    return [finding for finding in found if finding.severity is Severity.WRONG]


def _versions() -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, "digitlab": fingerprint()} | {name: version_of(name) for name in _COMPARED}


def _compared(answers: Mapping[str, Any]) -> Iterator[Finding]:
    """Report what is wrong with workers, the same problem of several workers as one finding."""
    problems: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for address, answer in answers.items():
        for problem in _problems(answer):
            problems[problem].append(address)
    for (name, text, remedy), addresses in problems.items():
        yield wrong(
            Text("workers' {name}", name=name), Text("{workers}: {text}", workers=_listed(addresses), text=text), remedy
        )
    if answers and not problems:
        yield ok(
            Text("workers' {name}", name=SET_UP),
            Text("All have the versions of this machine, and can reach database and networks."),
        )


def _problems(answer: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(answer, Exception):
        text = Text("The check failed with {kind}: {reason}.", kind=type(answer).__name__, reason=str(answer))
        if isinstance(answer, TimeoutError):
            text = Text("They did not respond in time.")
        yield SET_UP, text, Text("Install the same version of DigitLab there, then restart them.")
        return
    for name, ours in _versions().items():
        if (theirs := answer["versions"].get(name, "")) != ours:
            text = Text(
                "The version of {package} is {theirs}, and {ours} on this machine.",
                package=name,
                theirs=theirs or Text("missing"),
                ours=ours or Text("missing"),
            )
            yield VERSIONS, text, Text("Use the same environment everywhere, then restart them.")
    yield from map(tuple, answer["wrong"])


def _listed(addresses: Iterable[str]) -> str:
    """List workers, three at most."""
    names = sorted(addresses)
    shown = ", ".join(names[:3])
    return Text("{workers} and {count} more", workers=shown, count=len(names) - 3) if len(names) > 3 else shown
