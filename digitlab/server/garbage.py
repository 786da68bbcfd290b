"""Runs Python's garbage collection when nobody waits for a page, instead of after each run of a page.

Streamlit does the latter while the person waits: with 50 people who draw, it took half of the page process' time.
`.streamlit/config.toml` turns that off. Python itself would collect everything in whichever thread is at work.

A collection holds the interpreter, for 15 to 60 ms with 50 people. So the thread has an ordinary priority: at a low
one, a busy machine would let it hold the interpreter for longer.
"""

import ctypes
import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LOOK = 1.0  # seconds from one look at the garbage to the next
_INTERVAL = 30.0  # seconds between two collections, while there is little garbage
# In collections of the middle generation, of some 8,000 new objects each.
_LITTLE, _MUCH = 5, 60
_LEFT_TO_PYTHON = 1000  # if this thread should not run
_PATIENCE = 2.0  # seconds to wait for a moment without a running page
_sessions_ended = threading.Event()  # what they held is garbage, and may lie there for days if nobody comes
_PAGE_THREAD = "ScriptRunner.scriptThread"  # Streamlit's name; with another one, no moment is waited for


def collect_until(is_over: threading.Event) -> None:
    """Collect garbage from time to time until `is_over` is set; meant for a thread of its own."""
    with _left_to_us():
        last = time.monotonic()
        while not is_over.wait(_LOOK):
            garbage = gc.get_count()[2]
            is_worth_it = garbage >= _LITTLE or _sessions_ended.is_set()
            if garbage >= _MUCH or (is_worth_it and time.monotonic() - last >= _INTERVAL):
                _sessions_ended.clear()
                _wait_for_a_quiet_moment()
                gc.collect()
                give_memory_back()
                last = time.monotonic()


def collect_soon() -> None:
    """Have garbage collected although there is little of it; sessions that are over have left some."""
    _sessions_ended.set()


def give_memory_back() -> bool:
    """Give freed memory back to the system; returns whether there was any. Takes 1 to 2 ms, on glibc only."""
    with suppress(AttributeError, OSError, TypeError):  # another C library
        return bool(ctypes.CDLL(None).malloc_trim(0))
    return False


@contextmanager
def _left_to_us() -> Iterator[None]:
    """Keep Python from collecting the oldest generation by itself."""
    before = gc.get_threshold()
    gc.set_threshold(before[0], before[1], _LEFT_TO_PYTHON)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _wait_for_a_quiet_moment() -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and any(thread.name == _PAGE_THREAD for thread in threading.enumerate()):
        time.sleep(0.005)
