"""The running app, as `streamlit run` starts it, and a Chromium that visits it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect, sync_playwright

from digitlab.settings import ROOT, Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PROBE = Path(__file__).with_name("probe")
PATIENCE = 120_000  # milliseconds; two processes of tests share two cores
expect.set_options(timeout=PATIENCE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="write the pictures of the README to this folder")


@dataclass
class App:
    """The server under test."""

    url: str
    process: subprocess.Popen[bytes]
    modules_file: Path

    def modules(self) -> set[str]:
        """The names of the modules that the page process has loaded."""
        self.modules_file.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        while not (self.modules_file.exists() and self.modules_file.read_text()):
            time.sleep(0.05)
        return set(self.modules_file.read_text().split("\n"))


@contextmanager
def started(folder: Path, *options: str, port: int = 0, settings: Settings | None = None) -> Iterator[App]:
    """Start an app, by default with a record and networks of its own in a folder, and end it."""
    settings = settings or of_its_own(folder)
    port = port or free_port()
    environment = settings.environment()
    environment["PYTHONPATH"] += os.pathsep + str(PROBE)
    environment["DIGITLAB_TEST_MODULES"] = str(folder / "modules.txt")
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), *options]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health").close()
                break
            except OSError:
                assert process.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.1)
        yield App(url, process, folder / "modules.txt")
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert "Traceback" not in (folder / "server.log").read_text()


def of_its_own(folder: Path) -> Settings:
    """A set-up with the ready-made networks in a folder."""
    data, models = folder / "data", folder / "models"
    models.mkdir()
    for name in ("tutorial", "convolutional", "handwriting"):
        for path in (ROOT / "models").glob(f"{name}.*"):
            shutil.copy(path, models)
    return Settings(data=data, models=models, database_url=f"sqlite:///{data / 'digitlab.db'}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with started(tmp_path_factory.mktemp("app")) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a file; it ends with it, for as long as Playwright's loop runs the main thread can run no other."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    assert CHROMIUM is not None, "Chromium is missing, and in CI the browser tests must run"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def visitor(browser: Browser, url: str, width: int = 1280, height: int = 900, **options: Any) -> BrowserContext:
    """Somebody with a browser of their own, who waits as long as two busy cores may take."""
    size = ViewportSize(width=width, height=height)
    one = browser.new_context(base_url=url, viewport=size, is_mobile=width < 500, **options)
    one.set_default_timeout(PATIENCE)
    return one


@pytest.fixture
def context(browser: Browser, app: App) -> Iterator[BrowserContext]:
    one = visitor(browser, app.url)
    yield one
    one.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    one = context.new_page()
    yield one
    if not one.is_closed():
        assert_sound(one)


def assert_sound(page: Page) -> None:
    """No exception is shown, and the page does not scroll to the side."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.wait_for_function(  # pictures that come in, and parts that go, may be wider for a moment
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every(element => element.scrollWidth <= element.clientWidth)",
        timeout=5_000,
    )


def visit(page: Page, path: str, title: str | None = None) -> None:
    """Open a page and wait until its script has run."""
    page.goto(f"/{path}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title or path.split("?")[0].capitalize())
    settle(page)


def network(page: Page) -> Locator:
    """The field with the chosen network."""
    return page.get_by_test_id("stSelectbox").locator("input").first


def settle(page: Page) -> None:
    """Wait until the page's script has run, and the code that draws its parts is there."""
    is_done = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(is_done).to_be_visible()  # a network that is evaluated for the first time reads 10,000 digits
    page.wait_for_timeout(150)
    expect(is_done).to_be_visible()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # Streamlit fetches it for a kind of part on first use
