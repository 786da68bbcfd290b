"""A ZIP file from outside, looked at before anything is unpacked; nothing of it is ever written to a disk."""

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from digitlab.errors import BundleRejected

_ENTRIES = 12_000  # files and folders, with what some systems add to each
_DIRECTORY = 300 * _ENTRIES  # bytes of the table of contents: a long name for each
_END = struct.Struct("<4s4H2LH")  # the record at the end of a ZIP, which says how long that table is
_USUAL = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold.

    Attributes:
        files: How many files.
        each: How many bytes one of them may have, unpacked.
        total: How many bytes all may have, unpacked.
    """

    files: int
    each: int
    total: int


class Archive:
    """The files of a ZIP by their names, those apart that a system adds for itself."""

    def __init__(self, content: bytes, name: str, bounds: ArchiveLimits) -> None:
        """Look at the table of contents.

        Args:
            content: The file.
            name: What to call it in a sentence.
            bounds: What it may hold.

        Raises:
            BundleRejected: No ZIP, a damaged one, or one with too much in it, with names that lead out of it, with
                links or passwords.
        """
        self._name = name
        _check_directory(content, name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise BundleRejected(f"{name} is no ZIP file, or a damaged one. Make it anew and try again.") from error
        entries = self._zip.infolist()
        for entry in entries:
            _check(entry, name)
        self._files = {entry.filename: entry for entry in entries if not (entry.is_dir() or _is_of_a_system(entry))}
        if len(self._files) > bounds.files:
            raise BundleRejected(
                f"{name} holds {len(self._files):,} files; up to {bounds.files:,} are taken. Split it, and try again."
            )
        for entry in self._files.values():
            if entry.file_size > bounds.each:
                raise BundleRejected(
                    f"{self.describe(entry.filename)} has {_megabytes(entry.file_size)} MB unpacked; up to "
                    f"{_megabytes(bounds.each)} MB are taken. Make it smaller."
                )
        total = sum(entry.file_size for entry in entries)
        if total > bounds.total:
            raise BundleRejected(
                f"{name} has {_megabytes(total)} MB unpacked; up to {_megabytes(bounds.total)} MB are taken. "
                "Bring it in in parts."
            )

    @property
    def names(self) -> list[str]:
        """The names of the files, with their folders, in their order."""
        return list(self._files)

    def describe(self, file: str) -> str:
        """Return how a sentence about one file begins."""
        return f"In {self._name}, {_short(file)}"

    def read(self, file: str) -> bytes:
        """Unpack one file: never more than its table of contents says. `BundleRejected` if it is damaged."""
        entry = self._files[file]
        try:
            with self._zip.open(entry) as opened:
                return opened.read(entry.file_size)  # without a number, all of it would be unpacked, and then cut
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            ValueError,
            struct.error,
        ) as error:
            raise BundleRejected(f"{self.describe(file)} is damaged. Make the file anew.") from error


def _check_directory(content: bytes, name: str) -> None:
    """Refuse a table of contents that would take much memory, before it is read.

    Python's `zipfile` goes by the last such record, and by its length rather than by its number of entries.
    """
    place = content.rfind(b"PK\x05\x06", -65_557)
    if place < 0 or len(content) - place < _END.size:
        raise BundleRejected(f"{name} is no ZIP file. Choose one, or make it anew.")
    _, _, _, _, entries, length, _, _ = _END.unpack_from(content, place)
    is_large = content[max(0, place - 20) : place].startswith(b"PK\x06\x07")  # it has a table of the 64-bit kind
    if is_large or entries > _ENTRIES or length > _DIRECTORY:
        raise BundleRejected(f"{name} has too many files in it, or says so. Split it, and try again.")


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    told = f"In {name}, {_short(entry.filename)}"
    if not PurePosixPath(entry.filename).parts and not entry.filename.endswith("/"):
        raise BundleRejected(f"In {name}, a file has no name. Make the file anew.")
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or ":" in path or "\0" in entry.orig_filename:
        raise BundleRejected(f"{told} leads out of the file's own folder. Such a file is not taken; make it anew.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BundleRejected(f"{told} is a link to another file. Put the file itself there.")
    if entry.flag_bits & _IS_ENCRYPTED:
        raise BundleRejected(f"{told} is locked with a password. Make the file anew without one.")
    if entry.compress_type not in _USUAL:
        raise BundleRejected(
            f"{told} is packed in a way that is not taken. Make the file anew as a usual ZIP (deflate)."
        )


def _is_of_a_system(entry: zipfile.ZipInfo) -> bool:
    """Whether a system or a file manager has put it there, and no person."""
    path = PurePosixPath(entry.filename)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _short(text: str) -> str:
    """A file's name as it can stand in a sentence."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= 60 else f"{clean[:28]}...{clean[-28:]}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
