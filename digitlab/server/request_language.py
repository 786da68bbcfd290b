"""The language of the person who sent a request, for answers that come before any page."""

from starlette.datastructures import Headers, QueryParams
from starlette.requests import cookie_parser
from starlette.types import Scope

from digitlab.translation import ENGLISH, LANGUAGES
from digitlab.ui.language import COOKIE, PARAMETER


def language_of(scope: Scope) -> str:
    """Return the language that the address asks for, or else that was chosen on a page.

    Without either, it is the browser's most wanted one that DigitLab has; else English.

    Example:
        >>> language_of({"headers": [(b"accept-language", b"fr, ko-KR;q=0.8, en;q=0.7")]})
        'ko'
    """
    headers = Headers(scope=scope)
    asked = QueryParams(scope.get("query_string", b"")).get(PARAMETER, "")
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    accepted = sorted(headers.get("accept-language", "").split(","), key=_weight, reverse=True)
    codes = [asked, chosen, *(name.partition(";")[0].strip().lower().split("-")[0] for name in accepted)]
    return next((code for code in codes if code in LANGUAGES), ENGLISH)


def _weight(accepted: str) -> float:
    """Return how much a language is wanted, 0 to 1."""
    weight = accepted.partition(";q=")[2].strip()
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
