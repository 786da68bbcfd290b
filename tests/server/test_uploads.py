from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from digitlab.server.uploads import forget_ended_sessions


@pytest.mark.parametrize(("seconds", "kept"), [(0, []), (100, ["ann"])])
def test_a_session_whose_time_is_over_is_forgotten(monkeypatch, seconds, kept):
    storage, files = MemorySessionStorage(ttl_seconds=seconds), MemoryUploadedFileManager("/_stcore/upload_file")
    sessions = WebsocketSessionManager(storage, files, ScriptCache(), None)
    monkeypatch.setattr(
        runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=sessions, uploaded_file_mgr=files)
    )
    storage.save(SessionInfo(client=None, session=SimpleNamespace(id="ann")))
    files.add_file("ann", UploadedFileRec("1", "", "", b"digits"))
    forget_ended_sessions()
    assert list(storage._cache._data) == kept
    assert list(files.file_storage) == kept
