"""Whether those who train are there, are alike, and reach what they need: asked of each worker itself."""

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

from digitlab.doctor.checks import Finding, Verdict, fingerprint, ok, version_of, warning, wrong
from digitlab.errors import DigitLabError, WorkersUnavailable
from digitlab.runs.dispatch.local_cluster import TRAINING
from digitlab.runs.dispatch.worker_client import WorkerClient, check_certificates, disconnect
from digitlab.runs.models import scoring
from digitlab.settings import Settings

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 4  # seconds for a scheduler or a worker to answer
_LOOK_PATIENCE = 15  # seconds for a worker to look around; usually one, a database that is away takes three
_ALIKE = ("keras", "tensorflow", "numpy", "dask", "distributed", "sqlalchemy")
_RESOURCE = " ".join(f'--resources "{name}={count}"' for name, count in TRAINING.items())


def cluster(settings: Settings) -> Iterator[Finding]:
    """Whether the scheduler in the settings answers, and its workers can do what they are for."""
    address = settings.scheduler
    if address is None:
        yield ok("workers", "They are started with the app, on this machine (doctor --workers tries it).")
        return
    from distributed import Client  # a second that nobody without a cluster needs to wait

    try:
        check_certificates(address)
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except WorkersUnavailable as error:
        yield wrong("scheduler", str(error), "")
        return
    except (OSError, TimeoutError):
        yield wrong("scheduler", f"{address} does not answer.", "Start it, or change DIGITLAB_SCHEDULER.")
        return
    try:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        yield ok("scheduler", f"{address} answers.")
        yield from _crew(workers)
        with _mark(settings.models) as mark:
            yield from _compared(_ask(client, workers, settings, mark.name))
    finally:
        disconnect(client)


def crew(settings: Settings) -> Iterator[Finding]:
    """Whether a worker can be had and computes: let one score a network. Takes seconds, and leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="digitlab-doctor-") as folder:
        workers = WorkerClient(settings if settings.scheduler else replace(settings, data=Path(folder), workers=1))
        try:
            accuracy = workers.ask(scoring.score, "tutorial").accuracy
        except DigitLabError as error:
            yield wrong("workers", f"None could score a network: {error}", "")
        else:
            yield ok("workers", f"One scored a network: {accuracy:.2%}.")
        finally:
            workers.close()


def _crew(workers: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    if not workers:
        yield wrong(
            "workers", "The scheduler has none: what is started waits.",
            f"Start one: dask worker ADDRESS --nthreads 2 {_RESOURCE}",
        )  # fmt: skip
        return
    without = [address for address, worker in workers.items() if not set(TRAINING) <= set(worker["resources"])]
    narrow = [address for address, worker in workers.items() if worker["nthreads"] < 2]
    if without:
        text = f"{_some(without)} do not say how many trainings they take"
        what = "each trains as many at once as it has threads" if len(without) == len(workers) else "they get none"
        yield warning("workers", f"{text}: {what}.", f"Start them with {_RESOURCE}.")
    if narrow:
        yield warning("workers", f"{_some(narrow)} have one thread: scores wait for trainings.", "Use --nthreads 2.")
    yield ok("workers", f"{len(workers)} are there.")


def _ask(client: "Client", addresses: Iterable[str], settings: Settings, mark: str) -> dict[str, Any]:
    """Have each worker look around. Returns what each told, or the error that came of it."""
    answers: dict[str, Any] = {address: TimeoutError() for address in addresses}

    def ask(address: str) -> None:
        with suppress(OSError, asyncio.CancelledError):  # nobody waits for the answer any more, and the way is closed
            answers.update(client.run(look_around, settings, mark, workers=[address], on_error="return"))

    threads = [threading.Thread(target=ask, args=(address,), daemon=True) for address in answers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _PATIENCE + _LOOK_PATIENCE
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return dict(answers)


def _mark(models: Path | str) -> "tempfile._TemporaryFileWrapper[bytes]":
    """Make a file for workers to see, and to be gone afterwards; for an address the file means nothing."""
    with suppress(OSError):  # a folder that cannot be written is found elsewhere
        return tempfile.NamedTemporaryFile(dir=models if isinstance(models, Path) else None, prefix=".doctor-")
    return tempfile.NamedTemporaryFile(prefix=".doctor-")


async def look_around(settings: Settings, mark: str) -> dict[str, Any]:
    """Tell what a worker is made of, and what is wrong where it is; carried out by each worker.

    Args:
        settings: Those of whoever asks.
        mark: A file that they have just written to the folder of networks.
    """
    work = asyncio.to_thread(lambda: [(one.name, one.text, one.remedy) for one in _here(settings, Path(mark))])
    return {"versions": _versions(), "wrong": await asyncio.wait_for(work, _LOOK_PATIENCE)}


def _here(settings: Settings, mark: Path) -> list[Finding]:
    from digitlab.doctor.checks import folders
    from digitlab.doctor.database_checks import database

    found = [*folders(settings), *database(settings)]
    if isinstance(settings.models, Path) and not mark.exists():
        found.append(
            wrong(
                "networks", f"{mark.parent} is not the folder that the app has.", "Set DIGITLAB_MODELS to a shared one."
            )
        )
    return [one for one in found if one.verdict is Verdict.WRONG]


def _versions() -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, "digitlab": fingerprint()} | {name: version_of(name) for name in _ALIKE}


def _compared(answers: Mapping[str, Any]) -> Iterator[Finding]:
    """Tell what is wrong with workers: the same with several of them in one finding."""
    problems: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for address, answer in answers.items():
        for problem in _problems(answer):
            problems[problem].append(address)
    for (name, text, remedy), addresses in problems.items():
        yield wrong(f"workers' {name}", f"{_some(addresses)}: {text}", remedy)
    if answers and not problems:
        yield ok("workers' set-up", "All have our versions, and reach the database and the networks.")


def _problems(answer: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(answer, Exception):
        reason = "did not answer in time" if isinstance(answer, TimeoutError) else f"{type(answer).__name__}: {answer}"
        yield "set-up", f"{reason}.", "Give them the same version of this project, then start them again."
        return
    for name, ours in _versions().items():
        if (theirs := answer["versions"].get(name, "")) != ours:
            text = f"{name} is {theirs or 'missing'}, ours is {ours or 'missing'}."
            yield "versions", text, "Use one environment for all, then start them again."
    yield from map(tuple, answer["wrong"])


def _some(addresses: Iterable[str]) -> str:
    """Name workers, but not all of a crowd."""
    names = sorted(addresses)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
