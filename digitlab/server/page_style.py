"""Adds to the page what would move its content if it came later.

That is the language, which decides where lines are broken; the app's style sheet; and hints to load the code of fields
and pictures at once: until its code is there, a field is a grey bar of another size.
"""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from digitlab.server.request_language import language_of
from digitlab.ui.style import SHEET

# At the end of the body: of two rules that are equally specific the later one counts, and Streamlit writes its own into
# the head.
_END = b"</body>"
_LANGUAGE = b'<html lang="en">'  # as Streamlit writes it
_PARTS = (
    *("BidiComponent", "Button", "ButtonGroup", "Checkbox", "DownloadButton", "Expander", "Html", "Metric"),
    *("NumberInput", "PageLink", "Radio", "Selectbox", "Slider", "TextInput", "rehype-raw"),
)  # by the names of their files in Streamlit; the last reads HTML within Markdown, in which terms are explained


class PageStyle:
    """ASGI middleware that adds the app's style sheet to the page, and says in which language the page will be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        code = Path(file_util.get_static_dir(), "static", "js")
        files = sorted(path.name for part in _PARTS for path in code.glob(f"{part}.*.js"))
        links = [f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in files]
        self._added = f"<style>{SHEET}</style>{''.join(links)}".encode() + _END

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_with_style(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    body = body.replace(_LANGUAGE, f'<html lang="{language_of(scope)}">'.encode(), 1)
                    await _send_page(start, body.replace(_END, self._added, 1), send)

        # A page that is compressed could not be added to.
        headers_sent = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        is_page = "text/html" in Headers(scope=scope).get("accept", "")
        await self._app({**scope, "headers": headers_sent} if is_page else scope, receive, send_with_style)


def _is_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    is_html = headers.get("content-type", "").startswith("text/html")
    return is_html and message["status"] == 200 and "content-encoding" not in headers


async def _send_page(start: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified", "accept-ranges"):  # of the file without the style sheet
        del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": body})
