"""A cookie that tells browsers apart: a random token, which says nothing about the person."""

import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "digitlab_person"
_A_YEAR = 365 * 24 * 3600  # seconds
_CONDITIONS = (b"if-none-match", b"if-modified-since")


def new_token() -> str:
    """Return 32 random bytes as text."""
    return secrets.token_urlsafe(32)


def is_token(value: str) -> bool:
    """Whether a value has the form of a token from `new_token`."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", value, re.ASCII) is not None


class Visitors:
    """ASGI middleware that gives a token to a browser that opens a page without one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        if scope["type"] != "http" or _has_token(scope):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _cookie(new_token(), is_secure=came_by_https(scope)))
                    headers["cache-control"] = "private, no-cache"  # a proxy must not give it to another browser
            await send(message)

        # "Not modified" would be a response without a page, and so without a cookie.
        headers_sent = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONS]
        await self._app({**scope, "headers": headers_sent}, receive, send_with_cookie)


def _has_token(scope: Scope) -> bool:
    return is_token(cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, ""))


def came_by_https(scope: Scope) -> bool:
    """Whether the browser's connection is encrypted, up to this server or to a proxy in front of it."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return scope["scheme"] == "https" or forwarded == "https"


def _cookie(token: str, *, is_secure: bool) -> str:
    path = "/" + (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{COOKIE}={token}; Path={path}; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax" + "; Secure" * is_secure
