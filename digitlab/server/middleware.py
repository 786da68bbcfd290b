"""What every request to the server goes through before Streamlit handles it."""

from starlette.middleware import Middleware

from digitlab.server.closed_tabs import ClosedTabs
from digitlab.server.embedded_cookies import EmbeddedCookies
from digitlab.server.host_check import HostCheck
from digitlab.server.page_style import PageStyle
from digitlab.server.reading_route import ReadingRoute
from digitlab.server.security_headers import SecurityHeaders
from digitlab.server.upload_limits import UploadLimiter
from digitlab.server.uploads import UploadCleanup
from digitlab.settings import Settings
from digitlab.ui.visitor_cookie import Visitors


def middleware() -> list[Middleware]:
    """Return the middleware, from the outside in. A setting that is not allowed has no effect; each page says so."""
    settings, _, _ = Settings.from_valid_variables()
    return [
        Middleware(ClosedTabs),
        Middleware(HostCheck, settings.hosts),
        Middleware(SecurityHeaders, settings.embedded_by),
        *([Middleware(EmbeddedCookies)] if settings.embedded_by else []),
        Middleware(ReadingRoute),
        Middleware(Visitors),
        Middleware(PageStyle),
        Middleware(UploadLimiter),
        Middleware(UploadCleanup),
    ]
