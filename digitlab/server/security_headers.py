"""Headers that say what a browser may do with a response: what a page loads, who may frame it, what others learn."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

# What a page may load, run and connect to.
_SOURCES = {
    "default-src": "'self'",
    "script-src": "'self' blob: {inline}",  # components' code comes in messages, and is loaded from a blob
    "style-src": "'self' 'unsafe-inline'",  # Streamlit writes styles into the page
    "img-src": "'self' blob: data:",  # digits are in the HTML
    "font-src": "'self' data:",  # the canvas brings its own
    "connect-src": "'self' ws://{host} wss://{host}",  # in some browsers 'self' does not include the WebSocket
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "{ancestors}",
}
_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())


class SecurityHeaders:
    """ASGI middleware that adds `Content-Security-Policy` and its like to every response.

    Args:
        app: What responds.
        embedded_by: As `Settings.embedded_by`.
    """

    def __init__(self, app: ASGIApp, embedded_by: Iterable[str] = ()) -> None:
        self._app = app
        self._ancestors = " ".join(["'self'", *embedded_by])
        self._inline = " ".join(inline_scripts(Path(file_util.get_static_dir(), "index.html").read_text("utf-8")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = self._headers(Headers(scope=scope).get("host", "localhost"))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self, host: str) -> dict[str, str]:
        policy = _POLICY.format(inline=self._inline, host=host, ancestors=self._ancestors)
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",  # an address names the run or the drawing that is looked at
        }
        # Browsers that know frame-ancestors ignore this one, which can name no other origins.
        return headers | ({"x-frame-options": "SAMEORIGIN"} if self._ancestors == "'self'" else {})


def inline_scripts(html: str) -> list[str]:
    """Return the hashes of the scripts in a page, by which a policy allows them and no others.

    Example:
        >>> inline_scripts("<script>alert(1)</script>")
        ["'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"]
    """
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
