"""Cookies of a lab that is shown in another site's frame, such as that of a learning platform."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitlab.ui.visitor_cookie import came_by_https

_REPLACED = ("samesite", "secure", "partitioned")


class EmbeddedCookies:
    """ASGI middleware that lets a browser keep this lab's cookies in the frames of other sites.

    A browser keeps such a cookie only if it is `SameSite=None`, and many only if it is `Partitioned`: a person is then
    another one in each site that shows the lab. All of them must be `Secure`, so without HTTPS they stay as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""

        async def send_partitioned(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, partitioned(value.decode("latin-1")).encode("latin-1") if name == b"set-cookie" else value)
                    for name, value in message["headers"]
                ]
                message = {**message, "headers": headers}
            await send(message)

        is_changed = scope["type"] == "http" and came_by_https(scope)
        await self._app(scope, receive, send_partitioned if is_changed else send)


def partitioned(cookie: str) -> str:
    """Return a cookie as a browser keeps it in other sites' frames.

    Example:
        >>> partitioned("name=value; Path=/; SameSite=Lax")
        'name=value; Path=/; Secure; SameSite=None; Partitioned'
    """
    parts = [part.strip() for part in cookie.split(";")]
    kept = [part for part in parts if part.partition("=")[0].lower() not in _REPLACED]
    return "; ".join([*kept, "Secure", "SameSite=None", "Partitioned"])
