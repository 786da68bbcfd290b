"""One request to an ASGI app, as a server makes it, without a server."""

import asyncio
from collections.abc import Mapping
from typing import Any


def respond(app: Any, path: str, scheme: str, headers: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """Return the headers of an app's response, as names and values, and its body."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "scheme": scheme, "query_string": b"", "headers": raw}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]], sent[1]["body"].decode()
