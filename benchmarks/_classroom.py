"""People in a classroom: they draw while a training runs, press Train in the same second, and come and go."""

import asyncio
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import Protocol

import _canvas
import numpy as np
from _moving_pen import MovingPen
from _servers import streamlit
from _sessions import Session, visiting

from digitlab.runs.records.run import Run
from digitlab.runs.store.store import Store

PAGES = {"Start": "", "MNIST": "browse", "Train": "train", "Learn": "learn", "Evaluate": "evaluate", "Models": "models"}
INTERVAL = (2.0, 4.0)  # seconds from one drawing to the next, at least and at most
LOOK = 1.0  # seconds that people look at an answer before they clear the canvas
ANSWER_PATIENCE = 30.0  # seconds; a later answer counts as this long, and as an error
RUN_PATIENCE = 900.0  # seconds to wait for all trainings
FAILURES = (TimeoutError, ConnectionError, LookupError)  # what a person would call "it does not work"
EPOCHS, TRAINING_DIGITS = 50, 20_000  # of the long training, which outlasts the drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An app to draw in while it trains.

    Attributes:
        command: Command that starts it; the port is appended.
        draw, train: Paths of the pages for drawing and training.
        network: Network to choose for the training, where there is a choice.
    """

    command: Sequence[str]
    draw: str = ""
    train: str = ""
    network: str = ""


DIGITLAB = Side(command=streamlit(), draw="", train="train", network="Convolutional")
BLOCKING = Side(command=streamlit("benchmarks/_blocking_app.py"))


@dataclass(slots=True)
class Lesson:
    """Measurements of a class that draws.

    Attributes:
        seconds: Times from sending a drawing to receiving its digit.
        correct: Number of correct answers.
        errors: All errors, shown or raised.
        megabytes: Growth of the server's memory while everybody was there.
        pens: The moving pens, of those whose drawings are read while they draw.
    """

    seconds: list[float] = field(default_factory=list)
    correct: int = 0
    errors: list[str] = field(default_factory=list)
    megabytes: float = 0.0
    pens: list[MovingPen] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return counts, and percentiles in milliseconds."""
        steps = statistics.quantiles(self.seconds, n=100, method="inclusive")
        return {
            "answers": len(self.seconds),
            "correct": self.correct / len(self.seconds),
            "p50_ms": steps[49] * 1000,
            "p95_ms": steps[94] * 1000,
            "slowest_ms": max(self.seconds) * 1000,
            "errors": len(self.errors),
        }


async def start_long_training(session: Session, side: Side, epochs: int = EPOCHS) -> None:
    """Fill in the form and press Train; return when the first epoch has started."""
    if side.network:
        await session.fill("Network", side.network)
    await session.fill("Epochs", epochs)
    await session.fill("Training digits", TRAINING_DIGITS)
    await session.press("Train", is_waiting=False)
    await session.until(lambda: epoch_of(session) > 0 or bool(session.page.errors), RUN_PATIENCE)
    if session.page.errors:
        raise RuntimeError(f"The training did not start: {session.page.errors[0]}")


def epoch_of(session: Session) -> int:
    """Return the latest epoch that the page shows; 0 where it shows none."""
    found = [re.match(r"Epoch (\d+)", text) for text in session.page.progress]
    return max([int(match[1]) for match in found if match], default=0)


class Place(Protocol):
    """Where a class draws."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def megabytes(self) -> float:
        """Memory of what responds there, in 10^6 bytes."""


async def lesson(side: Side, server: Place, n: int, seconds: float, stroke: float = 0.0) -> Lesson:
    """Let n people draw for `seconds`; where a stroke takes some time, it is read while it is drawn."""
    result = Lesson(pens=[MovingPen(server.url) for _ in range(n)] if stroke else [])
    before = server.megabytes
    async with AsyncExitStack() as stack:
        opened = (stack.enter_async_context(visiting(server.url, side.draw)) for _ in range(n))
        sessions = await asyncio.gather(*opened)
        end = time.monotonic() + seconds
        people = (_person(session, end, number, result, stroke) for number, session in enumerate(sessions))
        await asyncio.gather(*people)
        result.megabytes = server.megabytes - before
        result.errors += [error for session in sessions for error in session.all_errors]
    return result


async def _person(session: Session, end: float, number: int, result: Lesson, stroke: float) -> None:
    rng, pen = np.random.default_rng(number), result.pens[number] if stroke else None
    try:
        await draw_until(lambda: time.monotonic() >= end, session, rng, result, pen, stroke)
    except FAILURES as error:
        result.errors.append(f"Person {number}: {type(error).__name__} {error}")


async def draw_until(
    is_over: Callable[[], bool],
    session: Session,
    rng: np.random.Generator,
    result: Lesson,
    pen: MovingPen | None = None,
    stroke: float = 0.0,
) -> None:
    """Draw a digit, look at the answer, clear the canvas, and start again; a pen moves for the seconds of a stroke."""
    empty, pictures = _canvas.empty(), [(name, _canvas.digit(name, rng)) for name in list(_canvas.STROKES) * 2]
    await asyncio.sleep(rng.uniform(0, INTERVAL[1]))
    for name, picture in cycle(pictures):
        started = time.monotonic()
        if is_over():
            return
        if pen is not None:
            await pen.move(_canvas.picture(picture), stroke)
        try:
            result.seconds.append(await session.draw(picture, ANSWER_PATIENCE))
        except TimeoutError:
            result.seconds.append(ANSWER_PATIENCE)
            raise
        result.correct += session.page.digit == name
        await asyncio.sleep(LOOK)
        await session.clear(empty)
        await asyncio.sleep(max(0.0, started + rng.uniform(*INTERVAL) - time.monotonic()))


async def set_smallest_training(session: Session, name: str) -> None:
    """Fill in the form of the Train page: one epoch of a thousand digits."""
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
    """Open a page, go to the next one, and leave; return the errors."""
    titles = list(PAGES)
    here, there = titles[number % len(titles)], titles[(number + 1) % len(titles)]
    try:
        async with visiting(url, PAGES[here]) as tab:
            await tab.go(there)
            return tab.all_errors
    except FAILURES as error:
        return [f"{here}, {there}: {type(error).__name__} {error}"]


async def ask_and_leave(url: str, number: int) -> list[str]:
    """Start the smallest training, and leave; return the errors."""
    try:
        async with visiting(url, "train") as tab:
            await set_smallest_training(tab, f"Visitor {number}")
            await press_train(tab)
            return tab.all_errors
    except FAILURES as error:
        return [f"Train: {type(error).__name__} {error}"]


async def all_over(store: Store, count: int, patience: float = RUN_PATIENCE) -> list[Run]:
    """Wait until `count` runs are recorded and all have ended, or patience ends; return them in their order."""
    end = time.monotonic() + patience
    while True:
        runs = await asyncio.to_thread(store.runs)
        if time.monotonic() > end or (len(runs) >= count and all(run.state.is_over() for run in runs)):
            return runs[::-1]
        await asyncio.sleep(0.5)
