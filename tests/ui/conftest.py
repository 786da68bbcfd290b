import functools
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Concatenate

import pytest
import streamlit as st
from apptest import App
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test

from digitlab.lab import Lab
from digitlab.networks.recognition import Recogniser
from digitlab.runs.dispatch.jobs import P, T
from digitlab.settings import Settings
from digitlab.ui import kept_drawings, resources
from digitlab.ui.kept_drawings import KeptDrawings
from digitlab.ui.visitor_cookie import COOKIE, new_token

Loaded = OrderedDict[Path, tuple[Recogniser, tuple[int, ...]]]

_server_lab = resources.lab


@pytest.fixture(scope="session", autouse=True)
def _one_scan() -> Iterator[None]:
    """Look for packages with components once: a server does so at its start, `AppTest` at each, for 0.3 s."""
    scan = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Compile a page once, as a server does; `AppTest` does so at each run."""
    cache = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_test, "ScriptCache", lambda: cache)
        yield


@pytest.fixture(scope="session")
def _loaded() -> Loaded:
    """Networks that tests have read with, which are loaded again if their files change, as in one lab."""
    return OrderedDict()


@pytest.fixture(scope="session", autouse=True)
def _no_keras() -> Iterator[None]:
    """Keep Streamlit from clearing Keras after each run, for 0.6 s: a page process has no Keras, but this one may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_folder_of_the_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep drawings of closed tabs elsewhere than in the folder `data`."""
    kept = KeptDrawings(tmp_path_factory.mktemp("kept"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_drawings, "_kept", lambda: kept)
        yield


@pytest.fixture(autouse=True)
def _own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the main module back: Streamlit puts a page there, which processes that other tests start would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def _no_lab_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from opening the lab in the folder `data`: its runs would be trained. They ask for `lab`."""

    def lab() -> Lab:
        raise AssertionError("This test needs the fixture lab, open_lab or server_lab.")

    monkeypatch.setattr(resources, "lab", lab)


@pytest.fixture
def server_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server does to open its lab."""
    monkeypatch.setattr(resources, "lab", _server_lab)


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies of the visitor's browser, which `AppTest` cannot set; another token makes another person."""
    cookies = {COOKIE: new_token()}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    return cookies


def use(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Let the pages use this lab, in place of the server's."""
    monkeypatch.setattr(resources, "lab", lambda: lab)
    monkeypatch.setattr(resources, "preload", lambda: None)  # would wait for the workers
    return lab


@pytest.fixture
def lab(settings: Settings, monkeypatch: pytest.MonkeyPatch, _loaded: Loaded) -> Iterator[Lab]:
    """A lab of the test's own, with the ready-made networks; it is not opened, so that no worker starts.

    What its pages ask workers, this process answers: a worker of its own would import TensorFlow for each test.
    """

    def answer(question: Callable[Concatenate[Settings, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return question(settings, *args, **kwargs)

    def start() -> None:
        raise AssertionError("A test with this lab would start worker processes. Use training_app.")

    with Lab(settings) as lab:
        monkeypatch.setattr(lab._recognisers, "_loaded", _loaded)
        monkeypatch.setattr(lab._workers, "ask", answer)
        monkeypatch.setattr(lab._workers, "start", start)
        yield use(lab, monkeypatch)


@pytest.fixture
def app(lab: Lab, cookies: dict[str, str]) -> App:
    """The app, without worker processes."""
    return App()


@pytest.fixture
def open_lab(worker_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab of the test's own whose trainings run in the worker that tests share."""
    with Lab(worker_settings) as lab:
        lab.open()
        yield use(lab, monkeypatch)


@pytest.fixture
def training_app(open_lab: Lab, cookies: dict[str, str]) -> App:
    """The app, with a worker."""
    return App()
