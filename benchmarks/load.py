"""How many people one server carries: they draw while it trains, press Train at once, come and go.

    python benchmarks/load.py [--only sessions live people visits memory] [--busy 6] [--quick]

Each person is a WebSocket session that speaks Streamlit's protocol as a browser does (`_sessions.py`). The clients run
on the same machine as the server, and take their share of it.

sessions: a new server for each of 1, 10, 30 and 50 people. One more person starts a long training; the others draw a
    digit about every three seconds, look at the answer, and clear the canvas. The time from sending a drawing to
    receiving its digit counts. Then the same with 10 people in an app that trains in its page's script and reads with
    `model.predict`.
live: 30 people as in sessions, whose pens move for a second a digit; first nothing is read meanwhile, then it is.
people: 30 people fill in the form, and press Train in the same second. `--busy` lets so many other processes work on
    something else meanwhile, until the last click is answered.
visits: 1,000 times a new person opens a page, goes to the next one and leaves; then 200 people start a training and
    leave at once. The memory of the server's process and of its workers is read after every 100 visits or 20 runs; it
    is flat if it grows by less than 5 % from the second such reading on.
memory: 20 people open a page, go to the next one and leave, then 180 more. The memory of the server's process is read
    when Streamlit has forgotten the sessions of each group, two minutes after they end.

The last line is a JSON object. `ratio` says how many times sooner 95 % of the answers arrive than in the other app.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

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
STROKE = 1.0  # seconds that a pen moves for a digit
AT_ONCE = 4  # visitors at the same time
WARM_UP = 2  # steps; Streamlit keeps the last 128 sessions for two minutes, in case they return
FLAT = 0.05  # the largest share by which memory may grow after the warm-up
COLLECTED = 60.0  # seconds in which what ended sessions held is collected, and given back to the system


@contextmanager
def running(side: Side = DIGITLAB, *options: str) -> Iterator[Server]:
    """Start a server, wait until it responds, and print the end of its log if it has a traceback."""
    with serving(side.command, *options) as server:
        wait_for(f"{server.url}/_stcore/health")
        yield server
        if "Traceback" in server.log:
            print(server.log[-3000:], file=sys.stderr)


def open_store(server: Server) -> Store:
    """Open the database with a server's runs."""
    return Store(server.settings.database_url)


async def drawing(side: Side, n: int, seconds: float, stroke: float = 0.0) -> Figures:
    """Let n people draw while one more trains; where a stroke takes some seconds, it is read while it is drawn."""
    with running(side) as server:
        async with visiting(server.url, side.train) as trainer, visiting(server.url, side.draw) as first:
            await start_long_training(trainer, side)
            await first.draw(_canvas.digit("7", np.random.default_rng(0)))  # loads what is loaded only once
            before, clients, started = epoch_of(trainer), time.process_time(), time.monotonic()
            result = await lesson(side, server, n, seconds, stroke)
            figures: Figures = {
                "people": n,
                **result.figures(),
                "megabytes_per_session": result.megabytes / n,
                "epochs": epoch_of(trainer) - before,
                "clients": (time.process_time() - clients) / (time.monotonic() - started),
            }
            if stroke:
                figures["readings"] = sum(pen.readings for pen in result.pens)
                figures["refused"] = sum(pen.refused for pen in result.pens)
            errors = result.errors + trainer.all_errors
            if side is DIGITLAB:
                figures["run"] = await end_of_run(trainer, open_store(server))
    report(side, figures, errors)
    return figures | {"errors": len(errors)}


async def end_of_run(trainer: Session, store: Store) -> str:
    """Stop the long training, and return its final state."""
    if trainer.page.has("button", "Stop"):
        await trainer.press("Stop")
    (run,) = await all_over(store, 1)
    if run.model is None or run.state not in (RunState.STOPPED, RunState.FINISHED):
        return f"lost: {run.state} {run.message}"
    return f"{run.state}, after {run.attempt} failures" if run.attempt else str(run.state)


def report(side: Side, figures: Figures, errors: list[str]) -> None:
    """Print a line of the table, and each kind of error once."""
    name = "digitlab" if side is DIGITLAB else "in the script"
    print(
        f"{name:13}  {figures['people']:2} people  {figures['answers']:4} answers, {figures['correct']:4.0%} correct  "
        f"median {figures['p50_ms']:6.0f} ms  95 % within {figures['p95_ms']:6.0f} ms  "
        f"slowest {figures['slowest_ms']:6.0f} ms  {figures['megabytes_per_session']:5.1f} MB per session  "
        f"{figures['epochs']:2} epochs  {len(errors)} errors  run {figures.get('run', '-')}",
        flush=True,
    )
    print_errors(errors)


def print_errors(errors: list[str]) -> None:
    """Print the most frequent errors, each with its count."""
    for text, count in Counter(errors).most_common(5):
        print(f"  {count} x {text[:300]}", flush=True)


async def sessions(options: argparse.Namespace) -> Figures:
    """Measure each class size, and the other app."""
    classes, compared, seconds = ((1, 3), 3, 8.0) if options.quick else (CLASSES, COMPARED, options.seconds)
    ours = {n: await drawing(DIGITLAB, n, seconds) for n in classes}
    other = await drawing(BLOCKING, compared, seconds)
    return {
        "ratio": other["p95_ms"] / ours[compared]["p95_ms"],
        "ratio_p50": other["p50_ms"] / ours[compared]["p50_ms"],
        "sessions": ours,
        "in_the_script": other,
    }


async def live(options: argparse.Namespace) -> Figures:
    """Measure a class whose drawings are read only when they are finished, and one whose are read meanwhile, too."""
    n, seconds = (3, 8.0) if options.quick else (30, options.seconds)
    without = await drawing(DIGITLAB, n, seconds)
    with_readings = await drawing(DIGITLAB, n, seconds, STROKE)
    print(f"live: {with_readings['readings']} readings, {with_readings['refused']} refused")
    return {"without": without, "with": with_readings}


async def people(options: argparse.Namespace) -> Figures:
    """Let everybody press Train in the same second, and check what happens to all runs."""
    names = [f"Person {number}" for number in range(1, 6 if options.quick else 31)]
    with running() as server:
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(visiting(server.url, "train")) for _ in names]
            for tab, name in zip(tabs, names, strict=True):
                await set_smallest_training(tab, name)
            with busy(options.busy):
                started, clicked = time.monotonic(), time.time()
                answers = await asyncio.gather(*(press_train(tab) for tab in tabs), return_exceptions=True)
            runs = await all_over(open_store(server), len(names))
            took = time.monotonic() - started
            errors = [error for tab in tabs for error in tab.all_errors]
    errors += [f"{type(answer).__name__} {answer}" for answer in answers if isinstance(answer, BaseException)]
    figures = {
        "people": len(names),
        "lost": len(names) - sum(run.state is RunState.FINISHED for run in runs),
        "busy": options.busy,
        "recorded_slowest_s": max(run.created for run in runs) - clicked,
        **order(runs),
        "shown_p50_s": statistics.median(answer for answer in answers if isinstance(answer, float)),
        "shown_slowest_s": max(answer for answer in answers if isinstance(answer, float)),
        "all_done_s": took,
        "errors": len(errors),
    }
    print("people:", ", ".join(f"{name} {round(value, 2)}" for name, value in figures.items()), flush=True)
    print_errors(errors)
    return figures


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Let so many processes work on something else, and give them time to be noticed."""
    working = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    time.sleep(2 if working else 0)
    try:
        yield
    finally:
        for process in working:
            process.kill()
            process.wait()


def order(runs: list[Run]) -> Figures:
    """Print the order of the clicks and of the starts, and return whether they are the same."""
    clicked = [run.title for run in runs]
    started = [run.title for run in sorted(runs, key=lambda run: run.started or 0)]
    for name, titles in (("clicked", clicked), ("started", started)):
        print(f"{name}: {', '.join(title.removeprefix('Person ') for title in titles)}")
    created = [run.created for run in runs]
    return {"runs": len(runs), "recorded_within_s": max(created) - min(created), "in_order": clicked == started}


async def visits(options: argparse.Namespace) -> Figures:
    """Let people come and go, and measure the server's memory."""
    visit_steps, run_steps = ((60, 20), (6, 2)) if options.quick else ((1000, 100), (200, 20))
    with running() as server:
        async with visiting(server.url, "evaluate", RUN_PATIENCE):
            pass  # the workers have started, and have read the test set once
        store = open_store(server)
        visited = await steps(server, "visits", visit, *visit_steps)
        started = await steps(server, "runs", ask_and_leave, *run_steps, settled=lambda n: all_over(store, n))
        finished = sum(run.state is RunState.FINISHED for run in store.runs())
    return {"visits": visited, "runs": started | {"finished": finished, "lost": run_steps[0] - finished}}


async def steps(
    server: Server,
    name: str,
    action: Callable[[str, int], Awaitable[list[str]]],
    count: int,
    step: int,
    settled: Callable[[int], Awaitable[object]] | None = None,
) -> Figures:
    """Repeat an action `count` times, a few at once, and read the server's memory before it and after each step."""
    limit, errors, page, workers = asyncio.Semaphore(AT_ONCE), list[str](), list[float](), list[float]()

    async def limited(number: int) -> None:
        async with limit:
            errors.extend(await action(server.url, number))

    for start in range(0, count + step, step):
        await asyncio.gather(*(limited(number) for number in range(start - step, start) if start))
        if settled and start:
            await settled(start)
        await asyncio.sleep(1)
        page.append(server.megabytes)
        workers.append(server.megabytes_of_workers)
        print(f"{start:5} {name}  {page[-1]:6.1f} MB  workers {workers[-1]:6.1f} MB", flush=True)
    print(f"{name}, after the first {WARM_UP * step}; {len(errors)} errors")
    print_errors(errors)
    return {
        "count": count,
        "page": growth("page process", page),
        "workers": growth("its workers", workers),
        "errors": len(errors),
    }


def growth(name: str, megabytes: list[float]) -> Figures:
    """Print and return how much a process' memory grew after the warm-up."""
    warm = megabytes[WARM_UP:]
    slope = float(np.polyfit(range(len(warm)), warm, 1)[0])
    grown = warm[-1] - warm[0]
    is_flat = grown < FLAT * warm[0]
    print(
        f"  {name}: {grown:+.1f} MB in total, {slope:+.2f} MB per step: {'flat' if is_flat else 'not flat'}", flush=True
    )
    return {"megabytes": megabytes, "growth_mb": grown, "slope_mb": slope, "is_flat": is_flat}


async def memory(options: argparse.Namespace) -> Figures:
    """Let few people come and go, then many, and read the server's memory each time when their sessions are over."""
    groups, kept, collected = ((4, 16), 4, 8.0) if options.quick else ((20, 180), 120, COLLECTED)
    limit, errors, megabytes, number = asyncio.Semaphore(AT_ONCE), list[str](), dict[int, float](), 0

    async def limited(url: str, number: int) -> None:
        async with limit:
            errors.extend(await visit(url, number))

    with running(DIGITLAB, "--server.disconnectedSessionTTL", str(kept)) as server:
        async with visiting(server.url, "evaluate", RUN_PATIENCE):
            pass  # the workers have started, and have read the test set once
        for size in groups:
            await asyncio.gather(*(limited(server.url, n) for n in range(number, number + size)))
            number, there = number + size, server.megabytes
            await asyncio.sleep(kept + collected)
            megabytes[number] = server.megabytes
            print(f"{number:5} sessions  {there:6.1f} MB, when they are over {megabytes[number]:6.1f} MB", flush=True)
    few, many = megabytes.values()
    print(f"memory: {many / few - 1:+.1%}; {len(errors)} errors", flush=True)
    print_errors(errors)
    return {"megabytes": megabytes, "growth": many / few - 1, "errors": len(errors)}


PARTS: dict[str, Callable[[argparse.Namespace], Awaitable[Figures]]] = {
    "sessions": sessions,
    "live": live,
    "people": people,
    "visits": visits,
    "memory": memory,
}


async def measure(options: argparse.Namespace) -> None:
    """Measure the chosen parts, and end with one line of JSON."""
    figures: Figures = {}
    for name in options.only:
        part = await PARTS[name](options)
        figures |= part if name == "sessions" else {name: part}
    print(json.dumps(figures))


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=40.0, help="how long each class draws")
    parser.add_argument("--busy", type=int, default=0, help="processes that work on something else in people")
    parser.add_argument("--quick", action="store_true", help="a quick trial whose figures mean nothing")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
