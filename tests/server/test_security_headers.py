import pytest
from asgi_request import respond
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from digitlab.server.embedded_cookies import EmbeddedCookies
from digitlab.server.security_headers import SecurityHeaders, inline_scripts
from digitlab.ui.visitor_cookie import Visitors


async def page(_request):
    response = HTMLResponse("a page")
    response.set_cookie("_streamlit_xsrf", "token", samesite="lax")
    return response


APP = Starlette(routes=[Route("/", page)])


def ask(app, path="/", scheme="https", host="lab.example"):
    """The headers of an answer, as names and values."""
    return respond(app, path, scheme, {"host": host})[0]


def policy(headers):
    """What a response's policy allows, by directive."""
    directives = (part.strip().split() for part in dict(headers)["content-security-policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_response_is_guarded(path):
    headers = dict(ask(SecurityHeaders(APP), path))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert policy(headers.items())["default-src"] == ["'self'"]


def test_a_page_runs_no_script_that_is_written_into_it():
    scripts = policy(ask(SecurityHeaders(APP)))["script-src"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:", "*"} & set(scripts)
    assert len([source for source in scripts if source.startswith("'sha256-")]) == 1  # Streamlit's own


def test_the_hash_of_a_script_allows_no_other():
    assert inline_scripts("<script>a</script>") != inline_scripts("<script>b</script>")
    assert inline_scripts('<script type="module" src="./a.js"></script>') == []


def test_a_page_connects_to_its_own_host_only():
    allowed = policy(ask(SecurityHeaders(APP), host="192.0.2.7:8501"))["connect-src"]
    assert allowed == ["'self'", "ws://192.0.2.7:8501", "wss://192.0.2.7:8501"]


def test_no_other_site_shows_the_lab_in_a_frame():
    headers = ask(SecurityHeaders(APP))
    assert policy(headers)["frame-ancestors"] == ["'self'"]
    assert dict(headers)["x-frame-options"] == "SAMEORIGIN"


def test_configured_sites_show_the_lab_in_a_frame():
    headers = ask(SecurityHeaders(APP, ["https://lms.example", "https://*.school.example:8443"]))
    assert policy(headers)["frame-ancestors"] == ["'self'", "https://lms.example", "https://*.school.example:8443"]
    assert "x-frame-options" not in dict(headers)


def cookies(scheme):
    headers = ask(EmbeddedCookies(Visitors(APP)), scheme=scheme)
    return [value.split("; ") for name, value in headers if name == "set-cookie"]


def test_all_cookies_are_kept_in_the_frame_of_another_site():
    for cookie in cookies("https"):
        assert cookie[-3:] == ["Secure", "SameSite=None", "Partitioned"]
        assert sum(part.lower().startswith(("secure", "samesite")) for part in cookie) == 2
    assert {cookie[0].partition("=")[0] for cookie in cookies("https")} == {"_streamlit_xsrf", "digitlab_person"}


def test_cookies_stay_as_they_are_without_https():
    assert [part for cookie in cookies("http") for part in cookie if part in ("Secure", "Partitioned")] == []
