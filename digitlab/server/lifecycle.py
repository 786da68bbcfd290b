"""What happens once a server, whoever visits: the lab opens with it, and closes with it."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import DigitLabError
from digitlab.settings import ROOT

if TYPE_CHECKING:
    from digitlab.lab import Lab

NAVIGATION = ROOT / "digitlab" / "pages" / "navigation.py"
_HEAD_START = 3.0  # seconds in which a first page has the machine to itself; it opens the lab when it is there


@asynccontextmanager
async def open_lab(_app: object) -> AsyncIterator[None]:
    """Let what waits be trained from the server's start on; at its end trainings keep their state, and wait."""
    keep_path_still()
    is_over = threading.Event()
    opening = asyncio.create_task(asyncio.to_thread(_open, is_over))
    try:
        yield
    finally:
        is_over.set()
        lab = await opening
        if lab is not None:
            await asyncio.to_thread(lab.close)


def keep_path_still() -> None:
    """Leave Streamlit nothing to change of `sys.path`.

    It puts the folder of its script there for each run of a page, unless it is there, and takes it away again. An
    import of another thread that goes through the path at that moment misses an entry: it may not find what is there.
    """
    if (folder := str(NAVIGATION.parent)) not in sys.path:
        sys.path.append(folder)


def log_error(error: Exception) -> None:
    """Log what nobody foresaw in a page; the person is told by Streamlit that something went wrong."""
    logs.log("unexpected error", error=error)


def _open(is_over: threading.Event) -> "Lab | None":
    from digitlab.ui import resources  # here, while the server begins to answer; and by now it has Streamlit's caches

    is_over.wait(_HEAD_START)
    with suppress(DigitLabError):  # each page says so
        return resources.lab()
    return None
