"""The files that people have uploaded, which Streamlit keeps in memory by session."""

import asyncio
from collections.abc import Mapping

import streamlit as st
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from digitlab.server import garbage


def files_of_sessions() -> Mapping[str, Mapping[str, UploadedFileRec]]:
    """Return the files by their ids, by session."""
    return _manager().file_storage


def forget_ended_sessions() -> None:
    """Forget sessions that are over and cannot be resumed any more, with all that they hold, such as files."""
    sessions = runtime.get_instance()._session_mgr  # Streamlit has no public way to ask for a disconnected session
    assert isinstance(sessions, WebsocketSessionManager)
    storage = sessions._session_storage
    assert isinstance(storage, MemorySessionStorage)
    len(storage._cache)  # forgets those whose time is over
    garbage.collect_soon()
    for session in list(_manager().file_storage):
        if sessions.get_session_info(session) is None:
            _manager().remove_session_files(session)


class UploadCleanup:
    """ASGI middleware that has a session forgotten when it has ended, with its files.

    A browser may come back to its session for `server.disconnectedSessionTTL` seconds. After that Streamlit forgets it
    when another session ends, which may be days later.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "websocket":
                seconds = st.get_option("server.disconnectedSessionTTL")
                asyncio.get_running_loop().call_later(seconds + 1, forget_ended_sessions)


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager
