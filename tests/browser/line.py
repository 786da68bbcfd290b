"""A line between a browser and the app that a test can cut, as a network that is gone for a while."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from postgres import free_port


class Line:
    """Passes connections on to a server, until it is cut; then it breaks those that are open and refuses new ones."""

    def __init__(self, server: str) -> None:
        self._host, self._port = urlsplit(server).hostname, urlsplit(server).port
        self._port_here = free_port()
        self.url = f"http://127.0.0.1:{self._port_here}"
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    @contextmanager
    def kept(self) -> Iterator["Line"]:
        """Pass connections on while the block runs."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        listening = asyncio.start_server(self._connect, "127.0.0.1", self._port_here)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(server), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)
            self._loop.close()

    def cut(self) -> None:
        """Break the line."""
        self._is_cut = True
        for writer in list(self._open):
            self._loop.call_soon_threadsafe(writer.transport.abort)

    def mend(self) -> None:
        """Pass new connections on again."""
        self._is_cut = False

    async def _end(self, server: asyncio.Server) -> None:
        """Break the line for good, and leave nothing open."""
        self.cut()
        server.close()
        passing = asyncio.all_tasks() - {asyncio.current_task()}
        if passing:
            await asyncio.wait(passing, timeout=5)
        await asyncio.sleep(0.1)  # what was closed is gone after the loop's next turn

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        their_reader, their_writer = await asyncio.open_connection(self._host, self._port)
        await asyncio.gather(self._pass_on(reader, their_writer), self._pass_on(their_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        self._open.discard(writer)
        with suppress(ConnectionError):
            writer.close()
