import pytest

from digitlab.server.request_language import language_of


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"accept-language": "ko-KR,ko;q=0.9,en-US;q=0.8"}, "ko"),
        ({"accept-language": "ko;q=0.1, en-US;q=0.8"}, "en"),
        ({"accept-language": "de, fr;q=0.5"}, "en"),
        ({"accept-language": "ko;q=much, ,"}, "ko"),
        ({"accept-language": "en", "cookie": "other=1; digitlab_language=ko"}, "ko"),
        ({"accept-language": "ko", "cookie": "digitlab_language=en"}, "en"),
        ({"accept-language": "ko", "cookie": "digitlab_language=tlh"}, "ko"),
    ],
)
def test_language_is_that_of_the_page_or_of_the_browser(headers, language):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert language_of({"type": "http", "headers": raw}) == language


def test_language_that_the_address_asks_for_comes_first():
    scope = {"type": "http", "headers": [(b"accept-language", b"en")], "query_string": b"view=Code&lang=ko"}
    assert language_of(scope) == "ko"
    assert language_of(scope | {"query_string": b"lang=tlh"}) == "en"
