"""The running app, as `streamlit run` starts it, and a Chromium that visits it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from line import Line
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from postgres import free_port
from waiting import wait_for

from digitlab.settings import ROOT, Settings

sys.path.insert(0, str(ROOT / "benchmarks"))  # for the sessions of the load benchmark
_WINDOWED = ("chromium", "chromium-browser", "google-chrome")  # programs with a window, which may stay hidden
HERE = ("http://127.0.0.1:", "data:", "blob:")  # beginnings of addresses on this machine
GROUPS = {  # of the pages in the navigation, by their titles there; the other pages stand alone
    **dict.fromkeys(("MNIST", "My digits"), "Data"),
    **dict.fromkeys(("Train", "Try many", "Watch it learn", "Improve"), "Train"),
    **dict.fromkeys(("Models", "Evaluate", "Compare"), "Networks"),
}
PATIENCE = 120_000  # milliseconds; three processes of tests share two cores
# How often the page has sent something, and how much of it was sent when its script last began to run.
COUNT_RUNS = """
    window.runs = {sent: 0, answered: 0, time: 0};
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...message) {
        runs.sent += 1;
        runs.time = performance.now();
        return send.apply(this, message);
    };
    new MutationObserver(() => {
        const app = document.querySelector("[data-testid=stApp]");
        if (app?.dataset.testScriptState === "running") runs.answered = runs.sent;
    }).observe(document, {subtree: true, childList: true, attributeFilter: ["data-test-script-state"]});
"""
# Without animations a page takes a tenth less of a processor.
STAND_STILL = """
    new MutationObserver((_, observer) => {
        if (!document.head) return;
        observer.disconnect();
        const style = document.createElement("style");
        style.textContent = "*, ::before, ::after {animation: none !important; transition: none !important}";
        document.head.append(style);
    }).observe(document, {childList: true, subtree: true});
"""
# Half a second after it was sent, nothing will come of a message: it asked for something else than a run.
IS_DONE = """
    document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
    && runs.sent && (runs.answered === runs.sent || performance.now() - runs.time > 500)
"""
expect.set_options(timeout=PATIENCE)
_VISITORS = pytest.StashKey["Visitors"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="write the pictures of the README to this folder")
    parser.addoption("--all-looks", action="store_true", help="see each page in every theme, language and width")
    parser.addoption("--headed", action="store_true", help="show the browser, and slow it down so that one can follow")


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
        wait_for(lambda: self.modules_file.exists() and self.modules_file.read_text())
        return set(self.modules_file.read_text().split("\n"))

    def scheduler(self) -> str:
        """The address of its workers' scheduler: another app that uses it need not start workers, which takes long."""
        log, announcement = (
            self.modules_file.with_name("server.log"),
            re.compile(r'"workers started".*"address": "([^"]+)"'),
        )
        wait_for(lambda: announcement.search(log.read_text()), 120)
        return announcement.findall(log.read_text())[-1]

    def kill(self) -> None:
        """End the server and its workers as `kill -9` does."""
        server = psutil.Process(self.process.pid)
        family = [server, *server.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs(family)


@contextmanager
def started(folder: Path, *options: str, port: int = 0, settings: Settings | None = None) -> Iterator[App]:
    """Start an app, by default with a record and networks of its own in a folder, and end it."""
    settings = settings or of_its_own(folder)
    port = port or free_port()
    environment = settings.environment()
    environment["DIGITLAB_TEST_MODULES"] = str(folder / "modules.txt")
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), *options]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_up(url, process, folder / "server.log"))
        yield App(url, process, folder / "modules.txt")
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert "Traceback" not in (folder / "server.log").read_text()


def is_up(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    """Whether a server answers; fails if it has ended."""
    assert process.poll() is None, log.read_text()
    try:
        urllib.request.urlopen(f"{url}/_stcore/health").close()
    except OSError:
        return False
    return True


def of_its_own(folder: Path) -> Settings:
    """A set-up with the ready-made networks in a folder."""
    data, models = folder / "data", folder / "models"
    models.mkdir()
    for name in ("tutorial", "convolutional", "handwriting"):
        for path in (ROOT / "models").glob(f"{name}.*"):
            shutil.copy(path, models)
    return Settings(data=data, models=models, database_url=f"sqlite:///{data / 'digitlab.db'}")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with started(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture(scope="session")
def _line(app: App) -> Iterator[Line]:
    with Line(app.url).kept() as running:
        yield running


@pytest.fixture
def line(_line: Line) -> Iterator[Line]:
    """A line to the app, which is whole again after the test: at one address, so that a browser keeps its files."""
    yield _line
    _line.mend()


def chromium(is_headed: bool) -> str:
    """The browser's program; without a window if possible, that takes a third less of a processor for a page."""
    names = _WINDOWED if is_headed else ("chromium-headless-shell", *_WINDOWED)
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    assert program is not None, "Chromium is missing, and in CI the browser tests must run"
    return program


class Visitors:
    """Lends browser contexts, each a person's own, and lends them again after their cookies and storage are gone.

    A context that has opened the app keeps its files: a new page takes 1.4 s of a processor, not 1.9 s. Its first page
    stays, too: the next address takes 0.8 s there, for its process and the compiled code are there already. A test that
    adds a listener or a script for good opens a page of its own.

    Whatever a visitor does, nothing is asked for outside this machine, and nothing breaks the pages' policy.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._breaches: list[str] = []
        self._free: defaultdict[tuple[object, ...], list[BrowserContext]] = defaultdict(list)

    @contextmanager
    def visitor(self, url: str, width: int = 1280, height: int = 900, **options: Any) -> Iterator[BrowserContext]:
        """Somebody with a browser of their own, who waits as long as two busy cores may take."""
        free = self._free[url, width, height, *options.items()]
        if free:
            context = free.pop()
        else:
            size = ViewportSize(width=width, height=height)
            context = self._browser.new_context(base_url=url, viewport=size, is_mobile=width < 500, **options)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(COUNT_RUNS + STAND_STILL)
            context.on("request", self._hear_request)
            context.on("console", self._hear_message)
        if not context.pages:
            context.new_page()
        yield context
        assert self._breaches == []
        for page in context.pages:
            if page.url.startswith("http"):
                page.evaluate("localStorage.clear(), sessionStorage.clear()")
        for page in context.pages[1:]:
            page.close()
        for page in context.pages:
            make_new(page, width, height)
        context.clear_cookies()
        free.append(context)

    def _hear_request(self, request: Request) -> None:
        if not request.url.startswith(HERE):
            self._breaches.append(request.url)

    def _hear_message(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self._breaches.append(message.text)


def make_new(page: Page, width: int, height: int) -> None:
    """Leave nothing of a test in a page that the next one gets: address, routes, pressed buttons, size, and theme."""
    page.goto("about:blank")
    page.unroute_all()
    page.mouse.up()
    page.mouse.move(0, 0)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="light")


@pytest.fixture(scope="module")
def visitors(request: pytest.FixtureRequest) -> Visitors:
    """Those of one browser, which ends with this folder: while Playwright's loop runs, the thread can run no other."""
    folder: pytest.Collector = request.node.parent
    if _VISITORS not in folder.stash:
        is_headed = request.config.getoption("--headed")
        program = chromium(is_headed)
        stack = ExitStack()
        folder.addfinalizer(lambda: (folder.stash.__delitem__(_VISITORS), stack.close()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=program,
            headless=not is_headed,
            slow_mo=300 * is_headed,  # milliseconds
            args=["--no-sandbox", "--disable-gpu"],
        )
        stack.callback(browser.close)
        folder.stash[_VISITORS] = Visitors(browser)
    return folder.stash[_VISITORS]


@pytest.fixture
def newcomer(visitors: Visitors, app: App) -> Iterator[Callable[..., BrowserContext]]:
    """Gives the browser of one more person, who leaves with the test; the options are those of `Visitors.visitor`."""
    with ExitStack() as stack:
        yield lambda url=app.url, **options: stack.enter_context(visitors.visitor(url, **options))


@pytest.fixture
def context(newcomer: Callable[..., BrowserContext]) -> BrowserContext:
    return newcomer()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that other tests get, too."""
    opened = context.pages[0]
    yield opened
    if opened.url.startswith("http"):  # some tests end before they open it
        assert_sound(opened)


@pytest.fixture
def new_page(context: BrowserContext) -> Iterator[Page]:
    """A page for listeners and scripts, which is closed after the test."""
    running = context.new_page()
    yield running
    if running.url.startswith("http"):  # some tests end before they open it
        assert_sound(running)


def assert_sound(page: Page) -> None:
    """No exception is shown, and the page does not scroll to the side."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    wait_until(  # pictures that come in, and parts that go, may be wider for a moment
        page,
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every(element => element.scrollWidth <= element.clientWidth)",
        timeout=5_000,
    )


def assert_fits(page: Page) -> None:
    """A page is sound on a wide and a narrow screen; that of its own width comes first."""
    for width in sorted((1280, 390), key=lambda width: width != page.viewport_size["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.get_by_test_id("stSpinner")).to_have_count(0)
        settle(page)
        assert_sound(page)


def assert_no_tensorflow(app: App) -> None:
    """The server's process has loaded neither TensorFlow nor Keras: only the workers do."""
    loaded = app.modules()
    assert "streamlit" in loaded
    assert not loaded & {"tensorflow", "keras"}


def visit(page: Page, path: str, title: str | None = None) -> None:
    """Open a page and wait until its script has run; "draw" is the first page, without the way by its old address."""
    page.goto(f"/{path.removeprefix('draw')}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title or path.split("?")[0].capitalize())
    settle(page)


def go_to(page: Page, name: str) -> None:
    """Go to another page by the navigation at the top of a wide screen."""
    if name in GROUPS:
        page.get_by_test_id("stTopNavSection").filter(has_text=GROUPS[name]).click()
        page.get_by_test_id("stTopNavPopover").get_by_text(name, exact=True).click()
    else:
        page.get_by_test_id("stTopNav").get_by_role("link", name=name, exact=True).click()


def wait_until(page: Page, condition: str, timeout: int = PATIENCE) -> None:
    """Wait for a condition, looking every 50 ms: a page that is looked at in each frame is drawn in each.

    Playwright's own wait has the page evaluate a text, which the pages' policy forbids.
    """
    look = f"""new Promise((hold, fail) => {{
        const end = performance.now() + {timeout}
        const look = () => {{
            if ({condition.strip()}) hold()
            else if (performance.now() > end) fail("not in time")
            else setTimeout(look, 50)
        }}
        setTimeout(look, 50)  // a click has been sent by then
    }})"""
    while True:
        try:
            page.evaluate(look)
        except Error as error:
            if "context was destroyed" not in str(error):  # by an address that was opened meanwhile
                raise
        else:
            return


def network(page: Page) -> Locator:
    """The field with the chosen network."""
    return page.get_by_test_id("stSelectbox").locator("input").first


def settle(page: Page) -> None:
    """Wait until the page's script has run for all that was sent, and the code that draws its parts is there."""
    wait_until(page, IS_DONE)  # a network that is evaluated for the first time reads 10,000 digits
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # Streamlit fetches it for a kind of part on first use
