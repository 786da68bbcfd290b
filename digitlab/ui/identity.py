"""Who uses the page: a visitor, known by a cookie, or a person who has logged in."""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError

from digitlab import logs
from digitlab.errors import InvalidSetting
from digitlab.runs.records.people import Person, person_id
from digitlab.translation import Text, _, translated
from digitlab.ui import messages
from digitlab.ui.visitor_cookie import COOKIE, is_token, new_token

_MAX_NAME_LENGTH = 40
_LOG_IN_LABELS = {  # by what a person logs in for: with one service without a name, and with a named one
    "log-in": (Text("Log in"), Text("Log in with {provider}")),
    "train": (Text("Log in to train"), Text("Log in with {provider} to train")),
    "search": (Text("Log in to search"), Text("Log in with {provider} to search")),
    "improve": (Text("Log in to improve a network"), Text("Log in with {provider} to improve a network")),
    "mydigits": (Text("Log in to save your digits"), Text("Log in with {provider} to save your digits")),
    "import": (Text("Log in to import a network"), Text("Log in with {provider} to import a network")),
}
_PERSON_MENU = {"log-out": Text("Log out")}


def person() -> Person:
    """Return who uses the page.

    If log-in is set up, a visitor who has not logged in has no id and may change nothing. Otherwise a browser that
    accepts no cookies is a new person on each visit.

    Raises:
        InvalidSetting: The secrets cannot be read, or their settings for log-in are not allowed.
    """
    if _providers():
        teachers = _teachers()
        if not st.user.is_logged_in:
            return Person(id="")
        user = person_of(st.user.to_dict(), teachers)
        if st.session_state.get("logged_in") != user.id:
            st.session_state.logged_in = user.id
            logs.log("person logged in", person=user.id, is_teacher=user.is_teacher)
        return user
    token = st.context.cookies.get(COOKIE, "")
    if not is_token(token):
        token = st.session_state.setdefault("token", new_token())
    return Person(id=person_id(token))


def person_of(claims: Mapping[str, Any], teachers: Collection[str]) -> Person:
    """Return the person that a log-in service describes.

    Args:
        claims: The service's OpenID Connect claims.
        teachers: E-mail addresses in lower case. An address that the service calls unverified makes nobody a teacher.

    Raises:
        InvalidSetting: The claims lack issuer or subject.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise InvalidSetting(
            Text("The log-in service did not say who logged in. Use one that supports OpenID Connect.")
        )
    email = str(claims.get("email") or "").strip()
    name = str(claims.get("name") or "").strip() or email.partition("@")[0]
    # Lower case turns letters that only look alike, such as the Kelvin sign, into ASCII.
    is_verified = email.isascii() and str(claims.get("email_verified", True)).lower() == "true"
    return Person(
        id=person_id(str(issuer), str(subject)),
        name=name[:_MAX_NAME_LENGTH],
        is_teacher=is_verified and email.lower() in teachers,
    )


def show() -> None:
    """If log-in is set up, offer to log in, or show the person's name and offer to log out."""
    user = person()
    if not _providers():
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        if user.id == "":
            offer_to_log_in("log-in")
            return
        name = messages.escape_markdown(user.name or _("Logged in"))
        if st.menu_button(
            _("{name} (teacher)", name=name) if user.is_teacher else name,
            list(_PERSON_MENU),
            format_func=lambda choice: translated(_PERSON_MENU[choice]),
            icon=":material/person:",
            key="log-out",
        ):
            st.logout()


def offer_to_log_in(purpose: str, *, is_main: bool = False) -> None:
    """Show a button for each log-in service, or none if log-in is not set up; `purpose` as in `_LOG_IN_LABELS`."""
    plain, named = _LOG_IN_LABELS[purpose]
    for provider in _providers():
        name = messages.escape_markdown(provider.capitalize())
        if st.button(
            translated(named).format(provider=name) if provider else translated(plain),
            type="primary" if is_main else "secondary",
            icon=":material/login:",
            width="stretch" if is_main else "content",
            key=f"{purpose}-{provider}",
        ):
            _log_in(provider)


def _log_in(provider: str) -> None:
    try:
        st.login(provider or None)
    except StreamlitAuthError as error:
        raise InvalidSetting(Text("Log-in failed: {reason}", reason=" ".join(str(error).split()))) from error


def _providers() -> list[str]:
    """Return the names of the log-in services in the secrets; an empty name if there is a single one without a name."""
    auth = _secrets("auth")
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and "client_id" in value]
    return [""] if auth and not named else named


def _teachers() -> Collection[str]:
    listed = _secrets("digitlab").get("teachers", [])
    if not isinstance(listed, list) or not all(isinstance(email, str) for email in listed):
        raise InvalidSetting(
            Text(
                "In the secrets, teachers must be a list of e-mail addresses. "
                "Example: teachers = ['ada@school.example']."
            )
        )
    return {email.strip().lower() for email in listed}


def _secrets(name: str) -> Mapping[str, Any]:
    """Return a section of Streamlit's secrets; empty if it does not exist."""
    try:
        section = st.secrets.get(name, {})
    except (OSError, UnicodeError) as error:
        if getattr(error, "error_id", None) == "no-secrets-found":
            return {}
        raise InvalidSetting(
            Text(
                "The secrets file cannot be read, so DigitLab cannot identify people. Its path is in the server's log. "
                "Fix the file, or delete it to run without log-in."
            )
        ) from error
    if not isinstance(section, Mapping):
        raise InvalidSetting(
            Text("In the secrets, {name} must be a section. Write [{name}] on a line of its own.", name=name)
        )
    return section
