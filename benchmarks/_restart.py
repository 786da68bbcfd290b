"""A class whose page process is killed in the middle, and what each person sees of it.

What a person does at that moment is their pose: they have just lifted the pen, look at an answer, have opened the page
and not touched it, or press Train. Then they go on as people do: they wait for an answer, press again what had no
effect, and reload a page that does not respond.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import _canvas
import numpy as np
from _classroom import FAILURES, Lesson, draw_until, set_smallest_training
from _lab_behind_nginx import Lab
from _lasting_sessions import LastingSession
from _sessions import Browser, Session, opened
from websockets.exceptions import WebSocketException

from digitlab.runs.records.people import Person, person_id
from digitlab.ui.visitor_cookie import COOKIE

POSES = ("drawing", "looking", "idle")
TRAINING = "training"
EACH_TRAINER = 5  # every fifth person trains
EACH_COLLECTOR = 3  # every third has saved a digit
_TO_POSE = 15.0  # seconds before the restart in which people take their poses
_NOTICED = 8.0  # seconds after which somebody who sees no effect does something about it
_ATTEMPTS = 5  # to press Train
_BETWEEN_TRAININGS = (40.0, 80.0)  # seconds
_PATIENCE = 60.0  # seconds that somebody waits for an answer or for the line before they reload


@dataclass(slots=True)
class Moments:
    """When what happens.

    Attributes:
        to_pose, kill, killed, back: Set when people take their poses, when they draw or press Train as the process is
            killed, when it is, and when it responds again.
        end: When the class is over, by the clock of `time.monotonic`.
    """

    end: float
    to_pose: asyncio.Event = field(default_factory=asyncio.Event)
    kill: asyncio.Event = field(default_factory=asyncio.Event)
    killed: asyncio.Event = field(default_factory=asyncio.Event)
    back: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Seen:
    """What one person saw.

    Attributes:
        number: The person's, from 0.
        pose: What they did when the process was killed.
        was_moved: Whether their process was the one.
        line_seconds: How long they had no line to the server.
        page_seconds: How long until their page had run again by itself; None: it had not.
        answer_seconds: How long the answer took that they waited for at that moment; None: none came.
        first_answer_seconds: How long the first stroke took after it; None: no answer came.
        has_kept_drawing: Whether their drawing stayed on the canvas; None where there was none.
        is_restored: Whether a reload of the page shows it again.
        reloads: How often they had to reload the page.
        pressed_again: How often they had to press Train again.
        started: Titles of the runs that the page showed to them.
        saved: How many digits they have saved.
        lesson: Their answers and errors.
    """

    number: int
    pose: str
    was_moved: bool = False
    line_seconds: float = 0.0
    page_seconds: float | None = None
    answer_seconds: float | None = None
    first_answer_seconds: float | None = None
    has_kept_drawing: bool | None = None
    is_restored: bool | None = None
    reloads: int = 0
    pressed_again: int = 0
    started: list[str] = field(default_factory=list)
    saved: int = 0
    lesson: Lesson = field(default_factory=Lesson)


class Participant:
    """One person of the class. Only one task may drive it.

    Attributes:
        seen: What they saw so far.
        browser: Their browser.
    """

    def __init__(self, lab: Lab, number: int, moments: Moments) -> None:
        is_trainer = number % EACH_TRAINER == 0
        self.seen = Seen(number, TRAINING if is_trainer else POSES[number % len(POSES)])
        self.browser = Browser(lab.url)
        self._moments = moments
        self._is_trainer = is_trainer
        self._rng = np.random.default_rng(number)

    @property
    def id(self) -> str:
        """Their id in the database."""
        return person_id(self.browser.cookies[COOKIE])

    @property
    def person(self) -> Person:
        """Who they are for the lab."""
        return Person(id=self.id)

    async def attend(self) -> None:
        """Draw from the start to the end of the class; what does not work is an error."""
        seen, moments = self.seen, self._moments
        if seen.number % EACH_COLLECTOR == 0:
            await self._trying("saving a digit", self._save_a_digit())
        await self._keep_working(moments.to_pose.is_set)
        await self._trying(seen.pose, self._live_through())
        await self._keep_working(lambda: time.monotonic() >= moments.end)

    async def _keep_working(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            await self._trying("working", self._work_until(is_over))

    async def _trying(self, name: str, act: Awaitable[None]) -> None:
        try:
            await act
        except (*FAILURES, OSError, WebSocketException) as error:
            self.seen.lesson.errors.append(f"{name}: {type(error).__name__} {error}")
            await asyncio.sleep(1)

    @asynccontextmanager
    async def _tab(self, path: str = "") -> AsyncIterator[LastingSession]:
        async with opened(LastingSession(self.browser, path)) as tab:
            yield tab
            self.seen.lesson.errors += tab.all_errors

    async def _save_a_digit(self) -> None:
        async with self._tab("mydigits?view=request") as tab:
            await tab.sketch(_canvas.digit("1", self._rng))
            await tab.press("Save, next")
        self.seen.saved += 1

    async def _work_until(self, is_over: Callable[[], bool]) -> None:
        """Draw; who trains, trains now and then."""
        async with self._tab() as tab:
            while not is_over():
                await self._draw_a_while(tab, is_over)
                if self._is_trainer and not is_over():
                    await self._train()

    async def _draw_a_while(self, tab: Session, is_over: Callable[[], bool]) -> None:
        end = time.monotonic() + self._rng.uniform(*_BETWEEN_TRAININGS) if self._is_trainer else math.inf
        await draw_until(lambda: is_over() or time.monotonic() > end, tab, self._rng, self.seen.lesson)

    async def _train(self) -> None:
        async with self._tab("train") as tab:
            await self._press_train(tab, await self._fill_in(tab))

    async def _fill_in(self, tab: Session) -> str:
        title = f"Person {self.seen.number}, run {len(self.seen.started) + 1}"
        await set_smallest_training(tab, title)
        return title

    async def _press_train(self, tab: LastingSession, title: str) -> None:
        """Press Train until the page shows the run, as a person does who sees that nothing happened."""
        before = tab.query.get("run")
        for _ in range(_ATTEMPTS):
            with suppress(TimeoutError):
                await tab.press("Train", is_waiting=False)
                await tab.until(lambda: tab.query.get("run") != before or tab.page.says(title), _NOTICED)
                self.seen.started.append(title)
                return
            await tab.until(lambda: tab.has_line, _PATIENCE)
            self.seen.pressed_again += 1
        raise TimeoutError(f"{title} did not start.")

    async def _live_through(self) -> None:
        """Be there when the process is killed, and see what becomes of the page, before and after a reload."""
        pose = {"drawing": self._draw, "looking": self._look, "idle": self._idle, TRAINING: self._start_training}
        async with self._tab("train" if self._is_trainer else "") as tab:
            try:
                await pose[self.seen.pose](tab)
            finally:
                self._note(tab)
        if self._is_trainer:
            return
        async with self._tab() as tab:
            if self.seen.has_kept_drawing is not None:
                self.seen.is_restored = tab.canvas_has_strokes()
            await self._draw_first(tab)

    async def _draw(self, tab: LastingSession) -> None:
        await self._draw_and_clear(tab)
        await self._moments.kill.wait()
        self.seen.has_kept_drawing = True
        self.seen.answer_seconds = await self._answer_of(tab)
        await self._moments.back.wait()

    async def _look(self, tab: LastingSession) -> None:
        await self._draw_and_clear(tab)
        await tab.draw(_canvas.digit("7", self._rng))
        self.seen.has_kept_drawing = True
        await self._moments.back.wait()

    async def _draw_and_clear(self, tab: LastingSession) -> None:
        await tab.draw(_canvas.digit("1", self._rng))
        await tab.clear(_canvas.empty())

    async def _idle(self, tab: LastingSession) -> None:
        await self._moments.killed.wait()
        await asyncio.sleep(_NOTICED)
        await tab.until(lambda: tab.has_line, _PATIENCE)
        self.seen.first_answer_seconds = await self._answer_of(tab)
        await self._moments.back.wait()

    async def _start_training(self, tab: LastingSession) -> None:
        title = await self._fill_in(tab)
        await self._moments.kill.wait()
        await self._press_train(tab, title)
        await self._moments.back.wait()

    async def _draw_first(self, tab: LastingSession) -> None:
        seconds = await self._answer_of(tab)
        if self.seen.first_answer_seconds is None:
            self.seen.first_answer_seconds = seconds

    async def _answer_of(self, tab: LastingSession) -> float | None:
        """Draw, and return how long the answer took; None: none came, and the page must be reloaded."""
        with suppress(TimeoutError):
            return await tab.draw(_canvas.digit("7", self._rng), _PATIENCE / 2)
        self.seen.reloads += 1
        return None

    def _note(self, tab: LastingSession) -> None:
        """Note what the tab went through."""
        if tab.breaks:
            first = tab.breaks[0]
            self.seen.was_moved = True
            self.seen.line_seconds = sum(gap.seconds or 0.0 for gap in tab.breaks)
            self.seen.page_seconds = first.shown_seconds
            if self.seen.has_kept_drawing is not None:
                self.seen.has_kept_drawing = all(gap.has_kept_drawing for gap in tab.breaks)


async def restart(lab: Lab, place: int, moments: Moments, at: float, down: float) -> float:
    """Kill a page process at a moment, and start it again `down` seconds later; return how long it was away."""
    await asyncio.sleep(max(0.0, at - _TO_POSE - time.monotonic()))
    moments.to_pose.set()
    await asyncio.sleep(_TO_POSE)
    moments.kill.set()
    began = time.monotonic()
    await asyncio.to_thread(lab.servers[place].kill)
    moments.killed.set()
    print("a page process was killed", flush=True)
    await asyncio.sleep(down)
    await asyncio.to_thread(lab.start, place)
    moments.back.set()
    print("it responds again", flush=True)
    return time.monotonic() - began
