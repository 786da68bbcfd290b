"""A browser's session without the browser: Streamlit's own protocol, over a WebSocket of its own.

It sends what Chromium sends on Streamlit 1.67, recorded frame by frame. The page is fetched first, and its cookies go
into the socket's handshake, so that each session is another person. Ids of widgets come from what the server shows.
A widget in a fragment reruns that fragment only; a fragment that reruns by itself does so as often as the server says.
One thing is left out, at the server's expense: a browser caches large messages and receives only their names again.
"""

import asyncio
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TypeVar
from urllib.parse import parse_qs

from _page import Page, Shown, Value
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 60.0  # seconds that a session waits for anything


class Browser:
    """One person's browser, as far as a server sees it. Its tabs share the cookies.

    Attributes:
        url: Address of the server.
        cookies: Values by name.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self._tls = any_certificate() if url.startswith("https:") else None

    def fetch(self, *paths: str) -> None:
        """Fetch what is at some paths, one after the other, and keep the cookies; `OSError` where that fails."""
        for path in paths:
            request = urllib.request.Request(f"{self.url}/{path}", headers=self._headers)  # noqa: S310, of this machine
            with urllib.request.urlopen(request, timeout=PATIENCE, context=self._tls) as response:  # noqa: S310
                self._keep(response.headers.get_all("set-cookie") or [])

    async def connect(self, session: str = "", patience: float = PATIENCE) -> ClientConnection:
        """Open a socket; where it is for a session that had one before, the server is told which."""
        token = self.cookies.get("_streamlit_xsrf")
        socket = await connect(
            f"ws{self.url.removeprefix('http')}/_stcore/stream",
            origin=self.url,  # type: ignore[arg-type]
            subprotocols=["streamlit", *filter(None, [token, session])],  # type: ignore[list-item]
            additional_headers=self._headers,
            max_size=None,
            open_timeout=patience,
            ssl=self._tls,
        )
        assert socket.response is not None
        self._keep(socket.response.headers.get_all("set-cookie"))
        return socket

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _keep(self, cookies: Iterable[str]) -> None:
        parts = [cookie.partition(";")[0].partition("=") for cookie in cookies]
        self.cookies |= {name: value for name, _, value in parts}


def any_certificate() -> ssl.SSLContext:
    """Return a context that accepts any certificate: a benchmark's server makes its own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Session:
    """One person's tab. Only one task may drive it.

    Attributes:
        page: The page that it shows.
        query: The query parameters of its address.
        errors: The connection's errors.
        sent: Its last request.
    """

    def __init__(self, browser: Browser, path: str) -> None:
        self.page = Page()
        self.query: dict[str, list[str]] = {}
        self.errors: list[str] = []
        self.sent = ClientState()
        self._browser = browser
        self._path, _, self._query_string = path.partition("?")
        self._id = ""  # of the server's session; unknown until the server sends it
        self._hash = ""  # of the page; likewise
        self._pages: dict[str, tuple[str, str]] = {}
        self._started_runs = 0
        self._is_running = False
        self._last_fragments: list[str] = []  # that the last run was of; empty: the whole page
        self._message_received = asyncio.Event()
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._socket: ClientConnection
        self._listening: asyncio.Task[None]

    async def open(self, patience: float = PATIENCE) -> None:
        """Open the page, and wait until it has run."""
        await asyncio.to_thread(self._browser.fetch, self._path, "_stcore/health", "_stcore/host-config")
        self._socket = await self._browser.connect(patience=patience)
        self._listening = asyncio.create_task(self._listen())
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.close)
            await self._run("", patience=patience)
            stack.pop_all()  # it stays open

    async def close(self) -> None:
        """Close the tab."""
        self._stop_timers()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._socket.close()

    @property
    def all_errors(self) -> list[str]:
        """The errors of the page and of the connection."""
        return self.page.errors + self.errors

    async def draw(self, picture: str, patience: float = PATIENCE) -> float:
        """Send a drawing, and return the seconds until its digit was received."""
        before = self.page.answers
        sent = time.perf_counter()
        await self._change(self.page.canvas(), picture, is_waiting=False)
        await self.until(lambda: self.page.answers > before, patience)
        seconds = time.perf_counter() - sent
        await self.until(lambda: not self._is_running)
        return seconds

    async def sketch(self, picture: str) -> None:
        """Send a drawing, and wait until the page has rerun."""
        await self._change(self.page.canvas(), picture)

    async def clear(self, empty: str) -> None:
        """Clear the canvas: press the page's button, if it has one; then the canvas sends its empty value."""
        if self.page.has("button", "Clear"):
            await self.press("Clear")
        await self.sketch(empty)

    async def fill(self, label: str, value: Value) -> None:
        """Set an input widget, and wait until the page has rerun."""
        await self._change(self.page.field(label), value)

    async def press(self, label: str, *, is_waiting: bool = True) -> None:
        """Press a button, and wait until the page has rerun."""
        button = self.page.find("button", label)
        await self._run(button.fragment, pressed=button, is_waiting=is_waiting)

    async def go(self, title: str) -> None:
        """Go to another page of the app by its link, and wait until it has run."""
        path, page_hash = self._pages[title]
        self._stop_timers()
        self.page.clear()
        self._hash, self._query_string = page_hash, ""
        await self._run("")
        self._path = path

    async def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until a condition holds, checking it after each message from the server.

        Raises:
            TimeoutError: It did not hold in time.
            ConnectionError: The connection failed.
        """
        async with asyncio.timeout(patience):
            while not condition():
                if self.errors:
                    raise ConnectionError(self.errors[-1])
                self._message_received.clear()
                await self._message_received.wait()

    async def _change(self, widget: Shown, value: Value, *, is_waiting: bool = True) -> None:
        self.page.fill(widget, value)
        await self._run(widget.fragment, is_waiting=is_waiting)

    async def _run(
        self, fragment: str, pressed: Shown | None = None, *, is_waiting: bool = True, patience: float = PATIENCE
    ) -> None:
        before = self._started_runs
        await self._send(fragment, pressed)
        if is_waiting:
            await self.until(lambda: self._started_runs > before and not self._is_running, patience)

    async def _send(self, fragment: str = "", pressed: Shown | None = None, *, is_by_itself: bool = False) -> None:
        self.sent = ClientState(
            query_string=self._query_string,
            widget_states=self.page.states(pressed),
            page_script_hash=self._hash,
            page_name="" if self._hash else self._path,
            fragment_id=fragment,
            is_auto_rerun=is_by_itself,
            context_info=ContextInfo(
                timezone="UTC", locale="en-US", url=f"{self._browser.url}/{self._path}", color_scheme="light"
            ),
        )
        await self._socket.send(BackMsg(rerun_script=self.sent).SerializeToString())

    async def _listen(self) -> None:
        """Handle messages until the socket is closed, which is an error."""
        try:
            self.errors.append(await self._receive())
        finally:
            self._stop_timers()
            self._message_received.set()

    async def _receive(self) -> str:
        """Handle messages until the socket is closed; return why it was."""
        try:
            async for data in self._socket:
                assert isinstance(data, bytes)
                self._handle(ForwardMsg.FromString(data))
                self._message_received.set()
        except ConnectionClosed as error:
            return f"The socket was closed: {error}"
        return "The server closed the socket."

    def _handle(self, message: ForwardMsg) -> None:
        """Handle a message as the browser does."""
        kind = message.WhichOneof("type")
        run = message.metadata.run
        if kind == "delta":
            self.page.put(message)
        elif kind == "new_session":
            self._started_runs += 1
            self._is_running = True
            self._id = message.new_session.initialize.session_id or self._id
            self._hash = self._hash or message.new_session.page_script_hash
            self._last_fragments = list(run.fragment_ids)
            if not run.fragment_ids:
                self._stop_timers()
            self.page.begin(run.script_run_id)
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
            self._pages = {
                page.page_name: (page.url_pathname, page.page_script_hash) for page in message.navigation.app_pages
            }
        elif kind == "page_info_changed":
            self._query_string = message.page_info_changed.query_string
            self.query = parse_qs(self._query_string)
        elif kind == "auto_rerun":
            self._rerun_every(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop_timers(*message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            self._is_running = False
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.page.finish(run.script_run_id, run.fragment_ids)

    def _rerun_every(self, fragment: str, seconds: float) -> None:
        """Request a fragment at an interval."""
        if fragment in self._timers and self._timers[fragment][0] == seconds:
            return
        self._stop_timers(fragment)

        async def ask() -> None:
            with suppress(ConnectionClosed):  # `_listen` reports it
                while True:
                    await asyncio.sleep(seconds)
                    await self._send(fragment, is_by_itself=True)

        self._timers[fragment] = (seconds, asyncio.create_task(ask()))

    def _stop_timers(self, *fragments: str) -> None:
        for fragment in fragments or list(self._timers):
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()


AnySession = TypeVar("AnySession", bound=Session)


@asynccontextmanager
async def visiting(url: str, path: str = "", patience: float = PATIENCE) -> AsyncIterator[Session]:
    """Open a page as a new person, wait until it has run, and close it afterwards."""
    async with opened(Session(Browser(url), path), patience) as session:
        yield session


@asynccontextmanager
async def opened(session: AnySession, patience: float = PATIENCE) -> AsyncIterator[AnySession]:
    """Open a tab, wait until its page has run, and close it afterwards."""
    await session.open(patience)
    try:
        yield session
    finally:
        await session.close()
