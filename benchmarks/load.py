"""How many people one server carries: drawing while it trains, pressing Train at once, coming and going.

    python benchmarks/load.py [--only sessions people visits] [--quick]

A person is a WebSocket session of its own that speaks Streamlit's protocol as a browser does (`_sessions.py`); the
clients run on the same machine as the server, and take their part of it.

sessions: a fresh server for each of 1, 10, 30 and 50 people. One more person starts a long training; the others draw a
digit about every three seconds, look at the answer, and clear the field. Counted is from sending the drawing to having
the digit. The same with 10 people in an app that trains in its page's script and reads by `model.predict`.
people: 30 fill in the form, and press Train in the same second.
visits: 1,000 times somebody new opens a page, goes on to the next one and leaves; then 200 trainings are asked for by
people who leave at once. What the server's process and its workers hold in memory is read after every hundred visits or
twenty runs; it is flat if from the second such reading on it grows by less than 5 %.

The last line is a JSON object. `ratio`: how many times sooner 95 % of the answers are there than in the other app.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command is run as it is, without an installation

import _canvas
import numpy as np
from _classroom import (
    BLOCKING,
    DIGITLAB,
    RUN_PATIENCE,
    Side,
    all_over,
    ask_and_leave,
    epoch_of,
    lesson,
    press_train,
    set_smallest_training,
    start_long_training,
    visit,
)
from _servers import Server, serving, wait_for
from _sessions import Session, visiting

from digitlab.runs.records.run import Run, RunState
from digitlab.runs.store.store import Store

Figures = dict[str, Any]
CLASSES = (1, 10, 30, 50)
COMPARED = 10  # people in the other app
AT_ONCE = 4  # visitors at the same time
WARM_UP = 2  # steps; Streamlit keeps the last 128 sessions for two minutes, in case they come back
FLAT = 0.05  # the server holds no more than this share more at the end than after the warm-up


@contextmanager
def standing(side: Side = DIGITLAB) -> Iterator[Server]:
    """Start a server, wait until it answers, and see afterwards to its log."""
    with serving(side.command) as server:
        wait_for(f"{server.url}/_stcore/health")
        yield server
        if "Traceback" in server.log:
            print(server.log[-3000:], file=sys.stderr)


def store_of(server: Server) -> Store:
    """Open the record of a server's runs."""
    return Store(server.settings.database_url)


async def drawing(side: Side, n: int, seconds: float) -> Figures:
    """Let n people draw while one more trains."""
    with standing(side) as server:
        async with visiting(server.url, side.train) as trainer, visiting(server.url, side.draw) as first:
            await start_long_training(trainer, side)
            await first.draw(_canvas.digit("7", np.random.default_rng(0)))  # what is loaded once, is loaded now
            before, clients, started = epoch_of(trainer), time.process_time(), time.monotonic()
            result = await lesson(side, server, n, seconds)
            figures: Figures = {
                "people": n,
                **result.figures(),
                "megabytes_per_session": result.megabytes / n,
                "epochs": epoch_of(trainer) - before,
                "clients": (time.process_time() - clients) / (time.monotonic() - started),
            }
            errors = result.errors + trainer.all_errors
            if side is DIGITLAB:
                figures["run"] = await end_of_run(trainer, store_of(server))
    report(side, figures, errors)
    return figures | {"errors": len(errors)}


async def end_of_run(trainer: Session, store: Store) -> str:
    """Stop the long training, and return what became of it."""
    if trainer.page.has("button", "Stop"):
        await trainer.press("Stop")
    (run,) = await all_over(store, 1)
    if run.model is None or run.state not in (RunState.STOPPED, RunState.FINISHED):
        return f"lost: {run.state} {run.message}"
    return f"{run.state}, after {run.attempt} faults" if run.attempt else str(run.state)


def report(side: Side, figures: Figures, errors: list[str]) -> None:
    """Print a line of the table, and each kind of error once."""
    name = "digitlab" if side is DIGITLAB else "in the script"
    print(
        f"{name:13}  {figures['people']:2} people  {figures['answers']:4} answers, {figures['right']:4.0%} right  "
        f"median {figures['p50_ms']:6.0f} ms  95 % within {figures['p95_ms']:6.0f} ms  "
        f"slowest {figures['slowest_ms']:6.0f} ms  {figures['megabytes_per_session']:5.1f} MB a session  "
        f"{figures['epochs']:2} epochs  {len(errors)} errors  run {figures.get('run', '-')}",
        flush=True,
    )
    tell(errors)


def tell(errors: list[str]) -> None:
    """Print the commonest errors, each once."""
    for text, count in Counter(errors).most_common(5):
        print(f"  {count} x {text[:300]}", flush=True)


async def sessions(options: argparse.Namespace) -> Figures:
    """Measure each size of class, and the other app."""
    classes, compared, seconds = ((1, 3), 3, 8.0) if options.quick else (CLASSES, COMPARED, options.seconds)
    ours = {n: await drawing(DIGITLAB, n, seconds) for n in classes}
    other = await drawing(BLOCKING, compared, seconds)
    return {
        "ratio": other["p95_ms"] / ours[compared]["p95_ms"],
        "ratio_p50": other["p50_ms"] / ours[compared]["p50_ms"],
        "sessions": ours,
        "in_the_script": other,
    }


async def people(options: argparse.Namespace) -> Figures:
    """Let everybody press Train in the same second, and see what becomes of all runs."""
    names = [f"Person {number}" for number in range(1, 6 if options.quick else 31)]
    with standing() as server:
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(visiting(server.url, "train")) for _ in names]
            for tab, name in zip(tabs, names, strict=True):
                await set_smallest_training(tab, name)
            started = time.monotonic()
            answers = await asyncio.gather(*(press_train(tab) for tab in tabs), return_exceptions=True)
            runs = await all_over(store_of(server), len(names))
            took = time.monotonic() - started
            errors = [error for tab in tabs for error in tab.all_errors]
    errors += [f"{type(one).__name__} {one}" for one in answers if isinstance(one, BaseException)]
    figures = {
        "people": len(names),
        "lost": len(names) - sum(run.state is RunState.FINISHED for run in runs),
        **turns(runs),
        "shown_p50_s": statistics.median(one for one in answers if isinstance(one, float)),
        "shown_slowest_s": max(one for one in answers if isinstance(one, float)),
        "all_done_s": took,
        "errors": len(errors),
    }
    print("people:", ", ".join(f"{name} {round(value, 2)}" for name, value in figures.items()), flush=True)
    tell(errors)
    return figures


def turns(runs: list[Run]) -> Figures:
    """Print in which order people asked and had their turns, and return whether the two are the same."""
    asked = [run.title for run in runs]
    begun = [run.title for run in sorted(runs, key=lambda run: run.started or 0)]
    for name, order in (("asked", asked), ("begun", begun)):
        print(f"{name}: {', '.join(title.removeprefix('Person ') for title in order)}")
    created = [run.created for run in runs]
    return {"runs": len(runs), "on_record_within_s": max(created) - min(created), "in_order": asked == begun}


async def visits(options: argparse.Namespace) -> Figures:
    """Let people come and go, and read the server's memory."""
    some, few = ((60, 20), (6, 2)) if options.quick else ((1000, 100), (200, 20))
    with standing() as server:
        async with visiting(server.url, "evaluate", RUN_PATIENCE):
            pass  # the workers stand, and have read the test set once
        store = store_of(server)
        came = await steps(server, "visits", visit, *some)
        asked = await steps(server, "runs", ask_and_leave, *few, settled=lambda n: all_over(store, n))
        finished = sum(run.state is RunState.FINISHED for run in store.runs())
    return {"visits": came, "runs": asked | {"finished": finished, "lost": few[0] - finished}}


async def steps(
    server: Server,
    name: str,
    one: Callable[[str, int], Awaitable[list[str]]],
    count: int,
    step: int,
    settled: Callable[[int], Awaitable[object]] | None = None,
) -> Figures:
    """Do something so many times, a few at once, and read the server's memory before it and after each step."""
    gate, errors, page, workers = asyncio.Semaphore(AT_ONCE), list[str](), list[float](), list[float]()

    async def in_turn(number: int) -> None:
        async with gate:
            errors.extend(await one(server.url, number))

    for start in range(0, count + step, step):
        await asyncio.gather(*(in_turn(number) for number in range(start - step, start) if start))
        if settled and start:
            await settled(start)
        await asyncio.sleep(1)
        page.append(server.megabytes)
        workers.append(server.megabytes_of_workers)
        print(f"{start:5} {name}  {page[-1]:6.1f} MB  workers {workers[-1]:6.1f} MB", flush=True)
    print(f"{name}, after the first {WARM_UP * step}; {len(errors)} errors")
    tell(errors)
    return {
        "count": count,
        "page": growth("page process", page),
        "workers": growth("its workers", workers),
        "errors": len(errors),
    }


def growth(name: str, taken: list[float]) -> Figures:
    """Print and return how much a process grew after the warm-up."""
    warm = taken[WARM_UP:]
    slope = float(np.polyfit(range(len(warm)), warm, 1)[0])
    grown = warm[-1] - warm[0]
    is_flat = grown < FLAT * warm[0]
    print(f"  {name}: {grown:+.1f} MB in all, {slope:+.2f} MB a step: {'flat' if is_flat else 'not flat'}", flush=True)
    return {"megabytes": taken, "growth_mb": grown, "slope_mb": slope, "is_flat": is_flat}


PARTS: dict[str, Callable[[argparse.Namespace], Awaitable[Figures]]] = {
    "sessions": sessions,
    "people": people,
    "visits": visits,
}


async def measure(options: argparse.Namespace) -> None:
    """Measure the parts that were asked for, and end with one line of JSON."""
    figures: Figures = {}
    for name in options.only:
        part = await PARTS[name](options)
        figures |= part if name == "sessions" else {name: part}
    print(json.dumps(figures))


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=40.0, help="how long a class draws")
    parser.add_argument("--quick", action="store_true", help="a small try, whose figures mean nothing")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
