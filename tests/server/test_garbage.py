import gc
import inspect
import threading
import tomllib
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from streamlit.runtime.scriptrunner import ScriptRunner
from waiting import wait_for

from digitlab.server import garbage
from digitlab.settings import ROOT


class Node:
    """An object that refers to itself, so that only a collection removes it."""

    def __init__(self) -> None:
        self.itself = self


def old_garbage() -> weakref.ref[Node]:
    """Leave garbage in the oldest generation, after as many collections of the others as make a collection due."""
    node = Node()
    gc.collect()
    left = weakref.ref(node)
    del node
    for _ in range(10):
        gc.collect(1)
    return left


@contextmanager
def collecting() -> Iterator[None]:
    is_over = threading.Event()
    thread = threading.Thread(target=garbage.collect_until, args=(is_over,))
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(garbage, "_LOOK", 0.01)
    monkeypatch.setattr(garbage, "_INTERVAL", 0)


def test_garbage_is_collected_in_the_background(soon):
    left = old_garbage()
    assert left() is not None
    with collecting():
        wait_for(lambda: left() is None)


def test_even_little_that_ended_sessions_left_is_collected(soon):
    gc.collect()
    node = Node()
    left = weakref.ref(node)
    del node
    with collecting():
        garbage.collect_soon()
        wait_for(lambda: left() is None)


def test_no_garbage_is_collected_while_a_page_runs(soon, monkeypatch):
    monkeypatch.setattr(garbage, "_PATIENCE", 60)
    is_done = threading.Event()
    page = threading.Thread(target=is_done.wait, name="ScriptRunner.scriptThread")
    page.start()
    left = old_garbage()
    with collecting():
        garbage_stays = not is_done.wait(0.1) and left() is not None
        is_done.set()
        page.join()
        wait_for(lambda: left() is None)
    assert garbage_stays


def test_python_collects_by_itself_again_afterwards():
    before = gc.get_threshold()
    with collecting():
        wait_for(lambda: gc.get_threshold() != before)
    assert gc.get_threshold() == before


def test_streamlit_collects_no_garbage_after_a_run():
    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["runner"]["postScriptGC"] is False


def test_streamlit_s_threads_have_the_name_that_is_waited_for():
    assert f'"{garbage._PAGE_THREAD}"' in inspect.getsource(ScriptRunner)


def test_freed_memory_is_given_back_to_the_system():
    process = psutil.Process()
    blocks = [bytes(10_000) for _ in range(10_000)]  # small enough for the heap, which is not given back by itself
    last = bytes(10_000)  # lies above them
    full = process.memory_info().rss
    blocks.clear()
    garbage.give_memory_back()
    assert full - process.memory_info().rss > 50_000_000
    assert len(last) == 10_000
