"""Which host names the server answers to, and which pages may open its WebSocket."""

import ipaddress
import re
from collections.abc import Iterable

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from digitlab.server.request_language import language_of
from digitlab.translation import _, in_language

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(:\d{1,5})?", re.ASCII)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_POLICY_VIOLATION = 1008  # the code with which a WebSocket is closed


class HostCheck:
    """ASGI middleware that answers requests for `localhost`, for IP addresses and for configured host names only.

    The owner of a name can let it lead to this machine (DNS rebinding). A browser then takes the lab for the server of
    a page at that name, whose scripts could read everything in the lab. An IP address leads nowhere else. A request
    without a host comes from no browser, and is answered.

    A page of another origin may not open the WebSocket, unless Streamlit's settings for CORS allow it. Streamlit
    rejects it, too, but only after it has asked a service on the internet for the address of this machine.

    Example:
        >>> check = HostCheck(app=None, names=["*.school.example"])
        >>> [check.answers_to(host) for host in ("192.0.2.7:8501", "digits.school.example", "elsewhere.example")]
        [True, True, False]
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = frozenset(names) | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        headers = Headers(scope=scope) if scope["type"] in ("http", "websocket") else {}
        host = headers.get("host", "")
        is_answered = self.answers_to(host)
        if scope["type"] == "websocket" and not (is_answered and _may_connect(headers.get("origin", ""), host)):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        elif not is_answered:
            with in_language(language_of(scope)):
                response = _refusal(host)
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def answers_to(self, host: str) -> bool:
        """Whether requests for a host, with or without a port, are answered."""
        if not host:
            return True
        name = _name(host)
        if name is None:
            return False
        parents = (f"*.{parent}" for parent in _parents(name))
        return _is_address(name) or not self._names.isdisjoint([name, "*", *parents])


def _name(host: str) -> str | None:
    """Return the name in a `Host` header, in lower case and without port; None if there is none."""
    found = _HOST.fullmatch(host.lower())
    return found and found[1]


def _parents(name: str) -> list[str]:
    """Return the domains that a name is in: `b.c` and `c` for `a.b.c`."""
    labels = name.split(".")
    return [".".join(labels[k:]) for k in range(1, len(labels))]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _may_connect(origin: str, host: str) -> bool:
    """Whether a page of an origin may open the WebSocket; a client that is no browser names no origin."""
    if not origin or not st.get_option("server.enableCORS") or origin in st.get_option("server.corsAllowedOrigins"):
        return True
    scheme, _sign, page = origin.lower().partition("://")
    return host.lower() in (page, page + _DEFAULT_PORTS.get(scheme, ""))


def _refusal(host: str) -> PlainTextResponse:
    name = _name(host)
    if name is None:
        text = _("The host of this request is not a name. Use the address that you were given.")
        return PlainTextResponse(text, 403)
    return PlainTextResponse(
        _(
            "DigitLab does not answer to the name {name}. If it should, set DIGITLAB_HOSTS={name} and start it again. "
            "Otherwise use localhost or the IP address of its machine.",
            name=name,
        ),
        status_code=403,
        headers={"x-content-type-options": "nosniff"},
    )
