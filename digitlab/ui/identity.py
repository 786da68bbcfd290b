"""Who looks at the page: a browser that is known by its cookie, or somebody who has logged in."""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError

from digitlab import logs
from digitlab.errors import InvalidSetting
from digitlab.runs.records.people import Person, person_id
from digitlab.ui import messages
from digitlab.ui.visitor_cookie import COOKIE, is_token, new_token

_MAX_NAME_LENGTH = 40


def person() -> Person:
    """Return who looks at the page.

    Where log-in is set up, whoever has not logged in has no id, and may change nothing. Elsewhere a browser that keeps
    no cookies is somebody else with each visit.

    Raises:
        InvalidSetting: The secrets cannot be read, or what they say about log-in is not allowed.
    """
    if _providers():
        teachers = _teachers()
        if not st.user.is_logged_in:
            return Person(id="")
        one = person_of(st.user.to_dict(), teachers)
        if st.session_state.get("logged_in") != one.id:
            st.session_state.logged_in = one.id
            logs.log("person here", person=one.id, is_teacher=one.is_teacher)
        return one
    token = st.context.cookies.get(COOKIE, "")
    if not is_token(token):
        token = st.session_state.setdefault("token", new_token())
    return Person(id=person_id(token))


def person_of(claims: Mapping[str, Any], teachers: Collection[str]) -> Person:
    """Return who has logged in.

    Args:
        claims: What the log-in service says, in OpenID Connect's words.
        teachers: E-mail addresses in small letters. One that the service calls unverified makes nobody a teacher.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise InvalidSetting("The log-in service does not say who has logged in. Name one that speaks OpenID Connect.")
    email = str(claims.get("email") or "").strip()
    name = str(claims.get("name") or "").strip() or email.partition("@")[0]
    # Letters that only look alike, such as the Kelvin sign, become ASCII when they are made small.
    is_verified = email.isascii() and str(claims.get("email_verified", True)).lower() == "true"
    return Person(
        id=person_id(str(issuer), str(subject)),
        name=name[:_MAX_NAME_LENGTH],
        is_teacher=is_verified and email.lower() in teachers,
    )


def show() -> None:
    """Offer to log in where that is set up; show the name of who has done so, and offer to log out."""
    one = person()
    if not _providers():
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        if one.id == "":
            offer_to_log_in("log-in")
            return
        label = messages.escape_markdown(one.name or "Logged in") + (" (teacher)" if one.is_teacher else "")
        if st.menu_button(label, ["Log out"], icon=":material/person:", key="log-out"):
            st.logout()


def offer_to_log_in(key: str, purpose: str = "", *, is_main: bool = False) -> None:
    """Show a button for each log-in service, or none where nobody can log in."""
    for provider in _providers():
        by = f" with {messages.escape_markdown(provider.capitalize())}" if provider else ""
        if st.button(
            f"Log in{by}{purpose}",
            type="primary" if is_main else "secondary",
            icon=":material/login:",
            width="stretch" if is_main else "content",
            key=f"{key}-{provider}",
        ):
            _log_in(provider)


def _log_in(provider: str) -> None:
    try:
        st.login(provider or None)
    except StreamlitAuthError as error:
        raise InvalidSetting(f"Nobody can log in: {' '.join(str(error).split())}") from error


def _providers() -> list[str]:
    """The names of the log-in services in the secrets; empty text for the only one, that has no name."""
    auth = _secrets("auth")
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and "client_id" in value]
    return [""] if auth and not named else named


def _teachers() -> Collection[str]:
    listed = _secrets("digitlab").get("teachers", [])
    if not isinstance(listed, list) or not all(isinstance(email, str) for email in listed):
        raise InvalidSetting(
            "In the secrets, teachers is not a list of e-mail addresses. Write: teachers = ['ada@school.example']."
        )
    return {email.strip().lower() for email in listed}


def _secrets(name: str) -> Mapping[str, Any]:
    """Return a section of Streamlit's secrets, empty if it is not there."""
    try:
        section = st.secrets.get(name, {})
    except (OSError, UnicodeError) as error:
        if getattr(error, "error_id", None) == "no-secrets-found":
            return {}
        raise InvalidSetting(
            "The file of secrets cannot be read, so nobody can be told apart; the server's log says where. "
            "Mend it, or remove it to do without log-in."
        ) from error
    if not isinstance(section, Mapping):
        raise InvalidSetting(f"In the secrets, {name} is not a section. Write [{name}] on a line of its own.")
    return section
