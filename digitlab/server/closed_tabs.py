"""Drops the error that the server would log when it closes the connection of a closed tab a second time."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ClosedTabs:
    """ASGI middleware that drops the error of a WebSocket that is used after its end.

    Streamlit sends from one task and receives in another. When both find the tab closed, the connection is
    closed twice. Starlette then raises an error, which the server would log with a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        is_over = False

        async def watched(message: Message) -> None:
            nonlocal is_over
            is_over = is_over or message["type"] == "websocket.close"
            try:
                await send(message)
            except OSError:  # the tab is closed
                is_over = True
                raise

        try:
            await self._app(scope, receive, watched)
        except RuntimeError:
            if not is_over:
                raise
