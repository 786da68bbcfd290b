"""A tab that comes back by itself when its line to the server breaks, as Streamlit 1.67 does in a browser.

While there is no line, what a person does on the page is not sent. Streamlit looks for the server with growing pauses:
before each try 0.25 to 4 s, and between two questions whether it is there 0.1 to 4 s. When there is a line again, it
runs the whole page if a run of it was under way, if a part of it ran last, or if a part of it repeats by itself. Else
it does nothing. What the fields and the canvas hold is sent with that run; a button that was pressed is not.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import _canvas
from _page import Shown
from _sessions import Browser, Session
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

_FIRST_PAUSE, _FIRST_QUESTION, _LONGEST = 0.5, 0.1, 4.0  # seconds
_TIMEOUT = 15.0  # seconds for the server to accept a socket
_REFUSED = (OSError, TimeoutError, InvalidHandshake)  # also what a proxy says while nobody is behind it


@dataclass(slots=True)
class Break:
    """A time without a line.

    Attributes:
        began: When it began, by the clock of `time.monotonic`.
        seconds: How long it took until there was a line again; None: there is none yet.
        shown_seconds: How long it took until the page had run again; None: it has not.
        was_run: Whether the page was run again by itself.
        has_kept_session: Whether the server still knew the session, with all that it remembers.
        has_kept_drawing: Whether the canvas holds what it held before; True where it was empty.
    """

    began: float
    seconds: float | None = None
    shown_seconds: float | None = None
    was_run: bool = False
    has_kept_session: bool = False
    has_kept_drawing: bool = True


class LastingSession(Session):
    """One person's tab, which comes back by itself.

    Attributes:
        breaks: The times without a line.
    """

    def __init__(self, browser: Browser, path: str) -> None:
        super().__init__(browser, path)
        self.breaks: list[Break] = []
        self._has_line = True
        self._is_shown_again = True
        self._before: tuple[str, dict[str, Any] | None, str] = ("", None, "")
        self._redrawing: asyncio.Task[None] | None = None

    @property
    def has_line(self) -> bool:
        """Whether there is a line to the server; a browser says where there is none."""
        return self._has_line

    def canvas_has_strokes(self) -> bool:
        """Whether the server lets the canvas begin with a drawing."""
        return bool((self._canvas_start() or {}).get("objects"))

    async def _listen(self) -> None:
        """Handle messages, and connect again whenever the socket is closed."""
        try:
            while True:
                await self._receive()
                await self._return(Break(time.monotonic()))
        finally:
            self._stop_timers()

    async def _return(self, gap: Break) -> None:
        """Connect again, and run the page where Streamlit does."""
        self._has_line = False
        self.breaks.append(gap)
        self._message_received.set()  # `until` looks again
        self._before = self._id, self._canvas_start(), self._drawing()
        self._socket = await self._connect_again()
        self._has_line = True
        self._message_received.set()
        gap.seconds = time.monotonic() - gap.began
        gap.was_run = self._is_running or bool(self._last_fragments) or bool(self._timers)
        if gap.was_run:
            self._is_shown_again = False
            await self._send()

    async def _connect_again(self) -> ClientConnection:
        for pause in pauses(_FIRST_PAUSE):
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311, as a browser does
            await self._wait_for_answer()
            with suppress(*_REFUSED):
                return await self._browser.connect(self._id, _TIMEOUT)
        raise AssertionError

    async def _wait_for_answer(self) -> None:
        for pause in pauses(_FIRST_QUESTION):
            with suppress(*_REFUSED):
                await asyncio.to_thread(self._browser.fetch, "_stcore/health", "_stcore/host-config")
                return
            await asyncio.sleep(random.uniform(0.7 * pause, pause))  # noqa: S311, as a browser does

    async def _send(self, fragment: str = "", pressed: Shown | None = None, *, is_by_itself: bool = False) -> None:
        if self._has_line:
            with suppress(ConnectionClosed):  # `_listen` notices
                await super()._send(fragment, pressed, is_by_itself=is_by_itself)

    def _handle(self, message: ForwardMsg) -> None:
        super()._handle(message)
        if self._is_shown_again or message.WhichOneof("type") != "script_finished":
            return
        is_early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if not is_early and not message.metadata.run.fragment_ids:
            self._is_shown_again = True
            self._note_what_is_left(self.breaks[-1])

    def _note_what_is_left(self, gap: Break) -> None:
        """Compare the page with what it was before the break; the canvas shows what the server says, and sends it."""
        gap.shown_seconds = time.monotonic() - gap.began
        session, start, drawing = self._before
        gap.has_kept_session = session == self._id
        now = self._canvas_start()
        if now is not None and now != start:
            gap.has_kept_drawing = bool(now["objects"]) or not _canvas.objects(drawing)
            self._redrawing = asyncio.create_task(
                self._change(self.page.canvas(), _canvas.from_objects(now["objects"]), is_waiting=False)
            )

    def _canvas_start(self) -> dict[str, Any] | None:
        """Return what the server last said that the canvas shows at first; None where there is no canvas."""
        with suppress(LookupError):
            start: dict[str, Any] = json.loads(self.page.canvas().proto.json)["initialDrawing"]
            return start
        return None

    def _drawing(self) -> str:
        with suppress(LookupError):
            return self.page.drawing()
        return ""


def pauses(first: float) -> Iterator[float]:
    """Yield pauses, each twice as long as the one before, up to `_LONGEST`."""
    while True:
        yield min(first, _LONGEST)
        first *= 2
