import asyncio

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from digitlab.server.closed_tabs import ClosedTabs


def serve(app, *, kind="websocket", is_gone=False):
    """Let an app handle a connection whose browser says nothing; where it is gone, nothing can be sent."""

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        if is_gone and message["type"] != "websocket.accept":
            raise OSError

    asyncio.run(ClosedTabs(app)({"type": kind}, receive, send))


async def closes_twice(scope, receive, send):
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    await socket.close()
    await socket.close()


async def sends_in_vain(scope, receive, send):
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    try:
        await socket.send_text("here?")
    except WebSocketDisconnect:
        await socket.close()


async def fails(scope, receive, send):
    raise RuntimeError("of something else")


def test_a_connection_that_is_over_ends_quietly():
    serve(closes_twice)
    serve(sends_in_vain, is_gone=True)


@pytest.mark.parametrize("kind", ["websocket", "http"])
def test_any_other_error_is_raised(kind):
    with pytest.raises(RuntimeError, match="of something else"):
        serve(fails, kind=kind)
