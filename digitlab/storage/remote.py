"""A storage at an address, through fsspec, which is imported on first use because that takes a while."""

import errno
import os
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from digitlab.errors import StorageError, StorageUnavailable
from digitlab.storage.storage import ABANDONED_AFTER, LEFTOVER, Entry, Storage
from digitlab.translation import Text

# These show a name only once its content is complete; elsewhere a partial file is written and renamed.
_WHOLE_AT_ONCE = {"memory", "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "oss"}
_TIMES = ("LastModified", "last_modified", "updated", "modified", "mtime", "modify", "created")
_MARKS = ("ETag", "etag", "md5Hash", "content_md5", "ino")


class Remote(Storage):
    """Files at an fsspec address. Put passwords and keys into fsspec's own configuration.

    Example:
        >>> storage = Remote("memory://lab")
        >>> storage.write("note.txt", b"seven")
        >>> storage.read("note.txt"), storage.entries()["note.txt"].size
        (b'seven', 5)
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._is_whole_at_once = address.partition("://")[0] in _WHOLE_AT_ONCE
        self._opened: tuple[Any, str] | None = None
        self.where = re.sub(r"//.*@", "//***@", self._address.partition("?")[0])

    def entries(self) -> dict[str, Entry]:
        return {name: _entry(info) for name, info in self._infos().items() if not LEFTOVER.fullmatch(name)}

    def entry(self, name: str) -> Entry | None:
        with self.translate_errors(), suppress(FileNotFoundError):
            fs, root = self._open()
            fs.invalidate_cache()
            info = fs.info(f"{root}/{name}")
            return _entry(info) if info["type"] == "file" else None
        return None

    def read(self, name: str) -> bytes:
        content: bytes | None = None
        with self.translate_errors(), suppress(FileNotFoundError):
            fs, root = self._open()
            content = fs.cat_file(f"{root}/{name}")
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return content

    def write(self, name: str, content: bytes) -> None:
        with self.translate_errors():
            fs, root = self._open()
            if self._is_whole_at_once:
                fs.pipe_file(f"{root}/{name}", content)
                return
            partial = f"{root}/.{name}.{uuid.uuid4().hex[:8]}.part"
            fs.makedirs(root, exist_ok=True)
            try:
                fs.pipe_file(partial, content)
                fs.mv(partial, f"{root}/{name}")
            finally:
                if fs.exists(partial):
                    fs.rm_file(partial)

    def put(self, files: Sequence[Path]) -> None:
        self.delete(files[-1].name)
        try:
            for file in files:
                with self.translate_errors():
                    content = file.read_bytes()
                self.write(file.name, content)
        except StorageError:
            with suppress(StorageError):  # the address may be unreachable altogether
                for file in reversed(files):
                    self.delete(file.name)
            raise

    def delete(self, name: str) -> None:
        with self.translate_errors(), suppress(FileNotFoundError):
            fs, root = self._open()
            fs.rm_file(f"{root}/{name}")

    def remove_leftovers(self) -> None:
        old = time.time() - ABANDONED_AFTER
        for name, info in self._infos().items():
            if LEFTOVER.fullmatch(name) and 0 < _entry(info).modified < old:
                self.delete(name)

    def forget(self) -> None:
        self._opened = None

    def _infos(self) -> dict[str, Mapping[str, Any]]:
        with self.translate_errors(), suppress(FileNotFoundError):
            fs, root = self._open()
            fs.invalidate_cache()  # other processes write there, too
            infos = fs.ls(root, detail=True)
            return {info["name"].rpartition("/")[2]: info for info in infos if info["type"] == "file"}
        return {}

    def _open(self) -> tuple[Any, str]:
        import fsspec

        if self._opened is None:
            try:
                self._opened = fsspec.url_to_fs(self._address, skip_instance_cache=True)
            except (ImportError, ValueError, TypeError) as error:  # their texts may hold the address' password
                raise StorageUnavailable(
                    Text(
                        "The address {place} cannot be used ({kind}). Check DIGITLAB_MODELS, and that the package "
                        "for it is installed here.",
                        place=self.where,
                        kind=type(error).__name__,
                    )
                ) from error
        return self._opened


def _entry(info: Mapping[str, Any]) -> Entry:
    times = [_seconds(info[name]) for name in _TIMES if info.get(name)]
    marks = [str(info[name]) for name in _MARKS if name in info]
    return Entry(int(info["size"] or 0), next(iter(times), 0.0), str([info["size"], *times, *marks]))


def _seconds(when: Any) -> float:
    """Return seconds since 1970 from any of the forms that fsspec's packages use; 0 for another."""
    with suppress(ValueError, TypeError):
        if isinstance(when, str) and not when.replace(".", "").isdecimal():
            when = datetime.fromisoformat(when)
        return when.timestamp() if isinstance(when, datetime) else float(when)
    return 0.0
