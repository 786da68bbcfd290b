import re

import pytest
from asgi_request import respond
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from digitlab.ui.visitor_cookie import COOKIE, Visitors, is_token, new_token


async def page(request):
    return HTMLResponse(request.headers.get("if-none-match", ""), headers={"cache-control": "public"})


async def data(request):
    return JSONResponse({})


APP = Visitors(Starlette(routes=[Route("/", page), Route("/data", data)]))


def ask(path="/", scheme="http", **headers):
    """One request to the app, as a server makes it; gives the headers of the answer, and its body."""
    answered, body = respond(APP, path, scheme, {name.replace("_", "-"): value for name, value in headers.items()})
    return dict(answered), body


def cookie(**asked):
    return ask(**asked)[0].get("set-cookie", "")


def test_a_new_browser_gets_a_token_hidden_from_scripts():
    headers, _ = ask()
    pair, rest = headers["set-cookie"].split("; ", 1)
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}", pair)
    assert rest == "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    assert "private" in headers["cache-control"]
    assert cookie(cookie=f"other=1; {pair}") == ""


def test_what_is_no_page_brings_no_token():
    assert cookie(path="/data") == ""
    assert cookie(path="/nowhere") == ""


@pytest.mark.parametrize("value", ["", "x", "a" * 42, "a" * 44, "ä" * 43, "a b" * 14 + "c", "../" * 14 + "a"])
def test_what_is_no_token_is_replaced(value):
    assert not is_token(value)
    assert cookie(cookie=f"{COOKIE}={value}").startswith(f"{COOKIE}=")


@pytest.mark.parametrize(
    ("asked", "is_secure"),
    [
        ({"scheme": "https"}, True),
        ({"x_forwarded_proto": "https"}, True),
        ({"x_forwarded_proto": "HTTPS, http"}, True),
        ({"x_forwarded_proto": "http, https"}, False),
        ({}, False),
    ],
)
def test_a_cookie_that_came_by_https_stays_there(asked, is_secure):
    assert cookie(**asked).endswith("; Secure") == is_secure


def test_a_cached_page_is_sent_again_with_a_token():
    assert ask(if_none_match="etag")[1] == ""
    assert ask(if_none_match="etag", cookie=f"{COOKIE}={new_token()}")[1] == "etag"


def test_no_token_is_like_another():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(is_token(token) for token in tokens)
