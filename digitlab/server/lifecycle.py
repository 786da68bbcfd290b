"""Opens the lab when the server starts, and closes it when the server ends."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import DigitLabError
from digitlab.server import garbage
from digitlab.settings import ROOT

if TYPE_CHECKING:
    from digitlab.lab import Lab

NAVIGATION = ROOT / "digitlab" / "pages" / "navigation.py"
_HEAD_START = 3.0  # seconds in which the first page has the machine for itself; that page opens the lab if it comes


@asynccontextmanager
async def open_lab(_app: object) -> AsyncIterator[None]:
    """Train queued runs while the server runs; when it ends, running runs are saved and queued again."""
    protect_import_path()
    is_over = threading.Event()
    threading.Thread(target=garbage.collect_until, args=(is_over,), name="garbage", daemon=True).start()
    opening = asyncio.create_task(asyncio.to_thread(_open, is_over))
    try:
        yield
    finally:
        is_over.set()
        lab = await opening
        if lab is not None:
            await asyncio.to_thread(lab.close)


def protect_import_path() -> None:
    """Keep Streamlit from changing `sys.path`.

    For each run of a page, Streamlit adds the folder of its script unless it is there, and removes it again. An import
    in another thread that iterates over the path at that moment skips an entry, and may fail to find a module.
    """
    if (folder := str(NAVIGATION.parent)) not in sys.path:
        sys.path.append(folder)


def log_error(error: Exception) -> None:
    """Log an unexpected error in a page; Streamlit shows the person that something went wrong."""
    logs.log("unexpected error", error=error)


def _open(is_over: threading.Event) -> "Lab | None":
    from digitlab.ui import resources  # here, while the server starts to respond; by now Streamlit's caches exist

    is_over.wait(_HEAD_START)
    with suppress(DigitLabError):  # each page shows the error
        return resources.lab()
    return None
