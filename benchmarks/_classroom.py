"""People in a classroom: they draw while a training runs, press Train in the same second, and come and go."""

import asyncio
import re
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle

import _canvas
import numpy as np
from _servers import Server, streamlit
from _sessions import Session, visiting

from digitlab.runs.records.run import Run
from digitlab.runs.store.store import Store

PAGES = ("Start", "Browse", "Train", "Draw", "Evaluate", "Models")
EVERY = (2.0, 4.0)  # seconds from one drawing to the next
LOOK = 1.0  # seconds that people look at an answer before they clear the field
ANSWER_PATIENCE = 30.0  # seconds; an answer that has not come by then counts as this long, and as an error
RUN_PATIENCE = 900.0  # seconds for all trainings that were asked for
FAULTS = (TimeoutError, ConnectionError, LookupError)  # what a person would call "it does not work"
EPOCHS, TRAINING_DIGITS = 50, 20_000  # of the long training: many epochs of seconds, more than the drawing lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An app to draw in while it trains.

    Attributes:
        command: What starts it; the port is appended.
        draw, train: Paths of the pages where one draws and trains.
        network: What to pick as the network to train, where there is a choice.
    """

    command: Sequence[str]
    draw: str = ""
    train: str = ""
    network: str = ""


DIGITLAB = Side(command=streamlit(), draw="draw", train="train", network="Convolutional")
BLOCKING = Side(command=streamlit("benchmarks/_blocking_app.py"))


@dataclass(slots=True)
class Lesson:
    """What came of drawing.

    Attributes:
        seconds: From sending a drawing to having its digit.
        right: How many answers were the digit drawn.
        errors: All that was shown or went wrong.
        megabytes: How much more the server held, while all were there.
    """

    seconds: list[float] = field(default_factory=list)
    right: int = 0
    errors: list[str] = field(default_factory=list)
    megabytes: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return counts, and percentiles in milliseconds."""
        steps = statistics.quantiles(self.seconds, n=100, method="inclusive")
        return {
            "answers": len(self.seconds),
            "right": self.right / len(self.seconds),
            "p50_ms": steps[49] * 1000,
            "p95_ms": steps[94] * 1000,
            "slowest_ms": max(self.seconds) * 1000,
            "errors": len(self.errors),
        }


async def start_long_training(session: Session, side: Side) -> None:
    """Set the form and press Train; returns when the first epoch is under way."""
    if side.network:
        await session.fill("Network", side.network)
    await session.fill("Epochs", EPOCHS)
    await session.fill("Training digits", TRAINING_DIGITS)
    await session.press("Train", is_waiting=False)
    await session.until(lambda: epoch_of(session) > 0 or bool(session.page.errors), RUN_PATIENCE)
    if session.page.errors:
        raise RuntimeError(f"The training did not start: {session.page.errors[0]}")


def epoch_of(session: Session) -> int:
    """Return which epoch the page says a training is in, or has done; 0 where it says none."""
    found = [re.match(r"Epoch (\d+)", text) for text in session.page.progress]
    return max([int(match[1]) for match in found if match], default=0)


async def lesson(side: Side, server: Server, n: int, seconds: float) -> Lesson:
    """Let n people draw for so long."""
    result = Lesson()
    before = server.megabytes
    async with AsyncExitStack() as stack:
        opened = (stack.enter_async_context(visiting(server.url, side.draw)) for _ in range(n))
        sessions = await asyncio.gather(*opened)
        end = time.monotonic() + seconds
        await asyncio.gather(*(_pupil(one, end, number, result) for number, one in enumerate(sessions)))
        result.megabytes = server.megabytes - before
        result.errors += [error for one in sessions for error in one.all_errors]
    return result


async def _pupil(session: Session, end: float, number: int, result: Lesson) -> None:
    try:
        await _draw_until(end, session, np.random.default_rng(number), result)
    except FAULTS as error:
        result.errors.append(f"Person {number}: {type(error).__name__} {error}")


async def _draw_until(end: float, session: Session, rng: np.random.Generator, result: Lesson) -> None:
    """Draw a digit, look at the answer, clear the field, and begin again."""
    empty, pictures = _canvas.empty(), [(name, _canvas.digit(name, rng)) for name in list(_canvas.STROKES) * 2]
    await asyncio.sleep(rng.uniform(0, EVERY[1]))
    for name, picture in cycle(pictures):
        started = time.monotonic()
        if started >= end:
            return
        try:
            result.seconds.append(await session.draw(picture, ANSWER_PATIENCE))
        except TimeoutError:
            result.seconds.append(ANSWER_PATIENCE)
            raise
        result.right += session.page.digit == name
        await asyncio.sleep(LOOK)
        await session.clear(empty)
        await asyncio.sleep(max(0.0, started + rng.uniform(*EVERY) - time.monotonic()))


async def set_smallest_training(session: Session, name: str) -> None:
    """Fill in the form of the Train page: an epoch over a thousand digits."""
    await session.fill("Epochs", 1)
    await session.fill("Training digits", 1000)
    await session.fill("Name", name)


async def press_train(session: Session) -> float:
    """Press Train, and return the seconds until the page shows the run."""
    sent = time.perf_counter()
    await session.press("Train", is_waiting=False)
    await session.until(lambda: "run" in session.query)
    return time.perf_counter() - sent


async def visit(url: str, number: int) -> list[str]:
    """Open one page, go on to the next, and leave; returns what went wrong."""
    here, there = PAGES[number % len(PAGES)], PAGES[(number + 1) % len(PAGES)]
    try:
        async with visiting(url, "" if here == "Start" else here.lower()) as tab:
            await tab.go(there)
            return tab.all_errors
    except FAULTS as error:
        return [f"{here}, {there}: {type(error).__name__} {error}"]


async def ask_and_leave(url: str, number: int) -> list[str]:
    """Start the smallest training and leave; returns what went wrong."""
    try:
        async with visiting(url, "train") as tab:
            await set_smallest_training(tab, f"Visitor {number}")
            await press_train(tab)
            return tab.all_errors
    except FAULTS as error:
        return [f"Train: {type(error).__name__} {error}"]


async def all_over(store: Store, count: int, patience: float = RUN_PATIENCE) -> list[Run]:
    """Wait until so many runs are on record and nothing more will happen to any, or patience ends; in their order."""
    end = time.monotonic() + patience
    while True:
        runs = await asyncio.to_thread(store.runs)
        if time.monotonic() > end or (len(runs) >= count and all(run.state.is_over() for run in runs)):
            return runs[::-1]
        await asyncio.sleep(0.5)
