"""The language of a session: what the address asks for, what was chosen before, or what the browser prefers."""

import json

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab import translation
from digitlab.translation import ENGLISH, LANGUAGES, _

PARAMETER = "lang"  # in the address
COOKIE = "digitlab_language"
_KEY = "language"  # in the session, and of the field


def current() -> str:
    """Return the code of the language of the session whose page is running; English outside of any."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    code: str = st.session_state.get(_KEY, ENGLISH)
    return code


def choose() -> None:
    """Settle the language; call it once at the start of each page, before any text is shown.

    `?lang=ko` in the address comes first, then the choice of this session, the cookie of an earlier one, and the
    browser's own language.
    """
    asked = st.query_params.get(PARAMETER)
    if asked in LANGUAGES and asked != st.session_state.get("asked_language"):
        st.session_state[_KEY] = st.session_state.asked_language = asked
    if st.session_state.get(_KEY) not in LANGUAGES:
        st.session_state[_KEY] = _preferred()


def show_field() -> None:
    """Let a person switch the language; it is remembered in a cookie, and everything on the page stays as it is."""
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key=_KEY,
        persist_state="session",
        label_visibility="collapsed",
        on_change=_forget_address,
    )
    _remember(key="language-memory", data={"code": current(), "cookie": COOKIE}, height="content")


def _preferred() -> str:
    for code in (st.context.cookies.get(COOKIE, ""), (st.context.locale or "").lower().split("-")[0]):
        if code in LANGUAGES:
            return code
    return ENGLISH


def _forget_address() -> None:
    st.session_state.pop("asked_language", None)
    st.query_params.pop(PARAMETER, None)


translation.choose_language(current)
_remember = st.components.v2.component(
    "digitlab_language",
    js=f"""
export default function ({{ data }}) {{
  document.documentElement.lang = data.code
  const path = new URL(document.baseURI).pathname.replace(/[^/]*$/, "") || "/"
  const secure = location.protocol === "https:" ? "; Secure" : ""
  if (data.code !== {json.dumps(ENGLISH)} || document.cookie.includes(data.cookie + "="))
    document.cookie = `${{data.cookie}}=${{data.code}}; Path=${{path}}; Max-Age=31536000; SameSite=Lax${{secure}}`
}}
""",
)
