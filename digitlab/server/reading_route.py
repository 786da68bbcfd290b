"""Reads a drawing while the pen still moves: one request, one answer, and nothing is kept."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from digitlab.server.request_language import language_of
from digitlab.translation import _, in_language
from digitlab.ui.reading_address import reading_address

if TYPE_CHECKING:
    from digitlab.lab import Lab

MAX_SIZE = 100_000  # bytes of a picture; a canvas full of strokes has about 30,000
_THREADS = 1  # the pages, which read each finished stroke, have the rest of the machine
_MAX_IN_PROGRESS = 3  # requests: one is read, and the others wait about 10 ms for each that is before them

_PATIENCE = 2.0  # seconds until a picture has arrived: who sends it slowly takes the place of others


class ReadingRoute:
    """ASGI middleware that answers `POST <base>/digitlab/reading?network=NAME` with what is read in a PNG file.

    `layers=1` adds what the network's layers answer, `lang` chooses the language. A page of another origin cannot
    ask: its browser would first have to ask for permission to send a picture, and gets none.

    Args:
        app: What answers everything else.
        lab: Returns where the networks are; None: the lab of this process.
    """

    def __init__(self, app: ASGIApp, lab: "Callable[[], Lab] | None" = None) -> None:
        self._app = app
        self._lab = lab
        self._pool = ThreadPoolExecutor(_THREADS, "live-reading")
        self._in_progress = 0  # changed by the event loop only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        if scope["type"] != "http" or scope["path"] != reading_address():
            await self._app(scope, receive, send)
            return
        try:
            with in_language(language_of(scope)):
                content = await self._respond(scope, receive, QueryParams(scope["query_string"]))
        except ClientDisconnect:  # the pen was lifted
            return
        except HTTPException as refusal:
            response = JSONResponse({"error": refusal.detail}, refusal.status_code, headers=refusal.headers)
        else:
            response = JSONResponse(content, headers={"cache-control": "no-store"})
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, query: QueryParams) -> dict[str, Any]:
        _check(scope)
        if self._in_progress >= _MAX_IN_PROGRESS:
            raise HTTPException(503, _("Others are being read. Try again in a moment."), {"retry-after": "1"})
        self._in_progress += 1
        try:
            body = await _received(scope, receive)
            context = contextvars.copy_context()  # the language
            read = partial(context.run, self._answer, body, query.get("network", ""), query.get("layers") == "1")
            return await asyncio.get_running_loop().run_in_executor(self._pool, read)
        finally:
            self._in_progress -= 1

    def _answer(self, body: bytes, network: str, has_layers: bool) -> dict[str, Any]:
        from digitlab.server import drawing_answer  # not while the server starts; see `lifecycle`

        return drawing_answer.answer((self._lab or drawing_answer.shared_lab)(), body, network, has_layers=has_layers)


def _check(scope: Scope) -> None:
    """Refuse what is no picture, or is announced to be too large."""
    headers = Headers(scope=scope)
    if scope["method"] != "POST":
        raise HTTPException(405, _("Send a drawing by POST."), {"allow": "POST"})
    if headers.get("content-type", "") != "image/png":
        raise HTTPException(415, _("Send the drawing as a PNG file, of the type image/png."))
    size = headers.get("content-length", "0")
    if not size.isdecimal() or len(size) > 9 or int(size) > MAX_SIZE:
        raise _too_large()


async def _received(scope: Scope, receive: Receive) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for part in Request(scope, receive).stream():
                body += part
                if len(body) > MAX_SIZE:
                    raise _too_large()
    except TimeoutError as error:
        raise HTTPException(408, _("The drawing did not arrive in time. Send it again.")) from error
    return bytes(body)


def _too_large() -> HTTPException:
    return HTTPException(413, _("The drawing is larger than the canvas. Clear it, and draw again."))
