import asyncio

import pytest
from catalogues import korean_catalogue
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from digitlab.server.host_check import HostCheck


async def page(_request):
    return PlainTextResponse("a page")


async def connect(websocket):
    await websocket.accept()
    await websocket.close()


APP = Starlette(routes=[Route("/", page), WebSocketRoute("/", connect)])


def ask(kind="http", names=(), **headers):
    """One request to a server with these names of its own; gives what it sends."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "method": "GET", "path": "/", "query_string": b"", "headers": raw}
    sent = []

    async def receive():
        return {"type": "http.request" if kind == "http" else "websocket.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(HostCheck(APP, names)(scope, receive, send))
    return sent


def is_connected(host, origin):
    return ask("websocket", host=host, origin=origin)[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8501", "localhost.", "127.0.0.1:8501", "192.168.1.20", "[::1]:8501", "[fe80::1]"]
)
def test_localhost_and_addresses_are_answered(host):
    assert ask(host=host)[0]["status"] == 200


def test_a_request_without_a_host_is_answered():
    assert ask()[0]["status"] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_another_name_is_refused_by_http_and_websocket(host):
    start, body = ask(host=host)
    assert start["status"] == 403
    assert f"DIGITLAB_HOSTS={host.removesuffix(':8501')}" in body["body"].decode()
    assert ask("websocket", host=host) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    "host", ["", "a b", "<script>", "localhost@evil.example", "localhost:port", "ä.example", "[::1"]
)
def test_what_is_no_name_is_not_repeated(host):
    start, body = ask(host=f"{host};x")
    assert start["status"] == 403
    assert ";x" not in body["body"].decode()


@pytest.mark.parametrize(
    ("names", "host", "is_answered"),
    [
        (["lab.example"], "lab.example", True),
        (["lab.example"], "Lab.Example:443", True),
        (["lab.example"], "a.lab.example", False),
        (["*.example"], "a.lab.example", True),
        (["*.example"], "example", False),
        (["*.example"], "evilexample", False),
        (["*"], "anything.example", True),
        (["*"], "no name", False),
    ],
)
def test_configured_names_are_answered(names, host, is_answered):
    assert HostCheck(APP, names).answers_to(host) is is_answered


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("localhost", "http://localhost"),
        ("localhost:443", "https://localhost"),
    ],
)
def test_the_labs_own_pages_open_the_websocket(host, origin):
    assert is_connected(host, origin)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:9", "http://127.0.0.1", "null", "http://[::1"]
)
def test_other_pages_do_not_open_the_websocket(origin):
    assert not is_connected("127.0.0.1:8501", origin)


def test_streamlits_settings_for_other_origins_hold(monkeypatch):
    options = {"server.enableCORS": True, "server.corsAllowedOrigins": ["https://hub.example"]}
    monkeypatch.setattr("streamlit.get_option", options.get)
    assert is_connected("127.0.0.1:8501", "https://hub.example")
    assert not is_connected("127.0.0.1:8501", "https://other.example")
    options["server.enableCORS"] = False
    assert is_connected("127.0.0.1:8501", "https://other.example")


def test_a_refusal_is_in_the_browser_s_language(tmp_path):
    english = "The host of this request is not a name. Use the address that you were given."
    with korean_catalogue(tmp_path, {english: "이 요청의 호스트는 이름이 아닙니다."}):
        _start, body = ask(host="a b", **{"accept-language": "ko"})
        assert body["body"].decode() == "이 요청의 호스트는 이름이 아닙니다."
        _start, body = ask(host="a b", **{"accept-language": "fr"})
        assert body["body"].decode() == english
