"""Ends a tab's connection quietly where the server finds out twice that the tab is closed."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ClosedTabs:
    """ASGI middleware that drops the error of a WebSocket that is used once more after its end.

    Streamlit sends from one task and receives in another. Where the first meets a closed tab, the second closes the
    connection again: Starlette raises an error then, and the server would log it with a traceback.
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
