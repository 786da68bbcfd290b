"""Limits what a session uploads: Streamlit keeps each file in memory until the session ends, even unasked ones."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from digitlab.server.request_language import language_of
from digitlab.server.uploads import files_of_sessions
from digitlab.translation import _, in_language

MEGABYTE = 1_000_000
_ADDRESS = re.compile(r".*/_stcore/upload_file/([^/]+)/[^/]+", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much is kept.

    Attributes:
        files: Number of files of one session.
        size: Bytes of all files of one session. A file that replaces another is there beside it for a moment.
        size_of_all: Bytes of the files of all sessions.
    """

    files: int = 100
    size: int = 150 * MEGABYTE
    size_of_all: int = 600 * MEGABYTE


@dataclass(slots=True, eq=False)
class _Upload:
    """A file that is being uploaded: its size is the announced one or, once that is larger, what arrived."""

    session: str
    language: str
    size: int
    arrived: int = 0


class UploadLimiter:
    """ASGI middleware that refuses files beyond `UploadLimits`; nothing is kept of those whose size is announced.

    Args:
        app: What takes the files.
        limits: How much it may keep.
        files: Returns what it keeps: files by their ids, by session.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: UploadLimits = UploadLimits(),
        files: Callable[[], Mapping[str, Mapping[str, UploadedFileRec]]] = files_of_sessions,
    ) -> None:
        self._app = app
        self._limits = limits
        self._files = files
        self._uploads: set[_Upload] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI request."""
        session = _session(scope)
        if session is None:
            await self._app(scope, receive, send)
            return
        size = Headers(scope=scope).get("content-length", "")
        upload = _Upload(session, language_of(scope), int(size) if re.fullmatch(r"\d{1,15}", size) else 0)
        self._uploads.add(upload)
        try:
            refusal = self._refusal(upload)
            if refusal is None:
                await self._app(scope, self._counted(receive, upload), send)
                return
        finally:
            self._uploads.remove(upload)
        if upload.size <= self._limits.size:  # a browser that is still sending would not see the answer
            await _discard(receive)
        await PlainTextResponse(refusal.detail, refusal.status_code)(scope, receive, send)

    def _counted(self, receive: Receive, upload: _Upload) -> Receive:
        """Return a function that receives an upload's parts until there are too many."""

        async def receive_part() -> Message:
            message = await receive()
            upload.arrived += len(message.get("body", b""))
            upload.size = max(upload.size, upload.arrived)
            if (refusal := self._refusal(upload)) is not None:
                raise refusal
            return message

        return receive_part

    def _refusal(self, upload: _Upload) -> HTTPException | None:
        """Return why an upload may not go on, or None."""
        with in_language(upload.language):
            return self._excess(upload)

    def _excess(self, upload: _Upload) -> HTTPException | None:
        limits, kept = self._limits, self._files()
        own = list(kept.get(upload.session, {}).values())
        if len(own) + sum(other.session == upload.session for other in self._uploads) > limits.files:
            text = _(
                "This page has uploaded {count} files, and cannot keep more. Reload the page, then upload the file "
                "again.",
                count=limits.files,
            )
            return HTTPException(413, text)
        coming = sum(other.size for other in self._uploads if other.session == upload.session)
        if sum(map(_size, own)) + coming > limits.size:
            text = _(
                "The files of a page may have {megabytes} MB together. Reload the page, then upload the file again.",
                megabytes=limits.size // MEGABYTE,
            )
            return HTTPException(413, text)
        if _size_of_all(kept) + sum(other.arrived for other in self._uploads) > limits.size_of_all:
            return HTTPException(503, _("Too many people are uploading large files now. Try again in a few minutes."))
        return None


async def _discard(receive: Receive) -> None:
    while (await receive()).get("more_body", False):
        pass


def _session(scope: Scope) -> str | None:
    """Return the session that a request uploads a file to, or None if it does something else."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    found = _ADDRESS.fullmatch(scope["path"])
    return found and found[1]


def _size(file: UploadedFileRec) -> int:
    return len(file.data) + len(file.name) + len(file.type)


def _size_of_all(kept: Mapping[str, Mapping[str, UploadedFileRec]]) -> int:
    return sum(_size(file) for files in list(kept.values()) for file in list(files.values()))
