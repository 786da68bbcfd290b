"""The sessions of the load benchmark, in a browser's place where a test asks only what the server says."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from _lasting_sessions import LastingSession
from _sessions import Browser, Session, opened, visiting

__all__ = [
    "STOPPED",
    "Browser",
    "LastingSession",
    "Session",
    "is_stopped",
    "opened",
    "run",
    "shown",
    "stop",
    "trains",
    "visiting",
]


STOPPED = ("Stopped before it started", "before a network was saved", "network so far was saved")


def run(coroutine: Coroutine[None, None, Any]) -> Any:
    """Run it in a thread of its own: Playwright's loop has this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def shown(condition: Callable[[Session], bool], *sessions: Session) -> None:
    """Wait until a condition holds for each of some sessions, as long as two busy cores may take."""
    for session in sessions:
        await session.until(lambda session=session: condition(session), 120)


def trains(session: Session, epoch: str = r"\d+") -> bool:
    """Whether a session shows the progress of a training of 500 epochs, in an epoch whose number matches a pattern."""
    return any(re.match(f"Epoch ({epoch}) of 500, batch", text) for text in session.page.progress)


def is_stopped(session: Session) -> bool:
    """Whether a session shows a run that was stopped."""
    return any(map(session.page.says, STOPPED))


async def stop(session: Session) -> None:
    """Press Stop, once it is there."""
    await shown(lambda session: session.page.has("button", "Stop"), session)
    await session.press("Stop", is_waiting=False)
