"""The page has the style sheet before Streamlit's code runs."""

from pathlib import Path

import pytest
from asgi_request import respond
from starlette.responses import HTMLResponse, JSONResponse, Response
from streamlit import file_util

from digitlab.server.page_style import PageStyle
from digitlab.ui.style import SHEET

PAGE = "<html><body><p>한국어</p></body></html>"


def ask(response: Response, **headers: str) -> tuple[dict[str, str], str]:
    names, body = respond(PageStyle(response), "/", "https", headers)
    return dict(names), body


def test_the_style_sheet_is_at_the_end_of_the_page():
    headers, body = ask(HTMLResponse(PAGE, headers={"etag": "1", "x-other": "2"}), accept="text/html")
    assert body.startswith("<html><body><p>한국어</p><style>")
    assert SHEET in body
    assert int(headers["content-length"]) == len(body.encode())
    assert "etag" not in headers
    assert headers["x-other"] == "2"


def test_page_says_its_language_before_its_code_runs():
    """Korean lines are broken between words only: said later, all of the page would move."""
    page = (Path(file_util.get_static_dir()) / "index.html").read_text()
    assert '<html lang="en">' in page
    _headers, body = ask(HTMLResponse(page), **{"accept": "text/html", "accept-language": "ko-KR"})
    assert '<html lang="ko">' in body


@pytest.mark.parametrize(
    "response",
    [JSONResponse("</body>"), HTMLResponse(PAGE, 404), HTMLResponse(PAGE, headers={"content-encoding": "x"})],
)
def test_other_responses_stay_as_they_are(response):
    assert ask(response)[1].encode() == response.body


def test_hints_name_files_that_streamlit_has():
    links = [link.split('"')[0] for link in ask(HTMLResponse(PAGE))[1].split('href="./')[1:]]
    assert len(links) > 10
    assert all(Path(file_util.get_static_dir(), link).exists() for link in links)
