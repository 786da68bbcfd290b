"""ZIP files from outside, checked before anything is unpacked. Nothing in them is ever written to a disk."""

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from digitlab.errors import BundleRejected
from digitlab.translation import Text

END_RECORD = struct.Struct("<4s4H2LH")  # the record at the end of a ZIP, with the size of the central directory
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # that are allowed
_MAX_ENTRIES = 12_000  # files and folders, with those that some systems add for each
_MAX_DIRECTORY = 300 * _MAX_ENTRIES  # bytes of the central directory: enough for long names
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The limits of what an archive may hold.

    Attributes:
        max_files: Number of files.
        max_file_size: Bytes of each file, unpacked.
        max_total_size: Bytes of all files, unpacked.
    """

    max_files: int
    max_file_size: int
    max_total_size: int


class Archive:
    """The files of a ZIP, without those that operating systems add.

    Example:
        >>> content = io.BytesIO()
        >>> with zipfile.ZipFile(content, "w") as file:
        ...     file.writestr("7/a.png", b"...")
        >>> archive = Archive(content.getvalue(), "digits.zip", ArchiveLimits(10, 1000, 10_000))
        >>> archive.names, archive.read("7/a.png")
        (['7/a.png'], b'...')
    """

    def __init__(self, content: bytes, name: str, limits: ArchiveLimits) -> None:
        """Read and check the central directory.

        Args:
            content: The content of the file.
            name: The name of the file in messages.
            limits: What it may hold.

        Raises:
            BundleRejected: It is not a ZIP file, is damaged or too large, or has paths that lead out of it, links or
                passwords.
        """
        self._name = name
        _check_directory(content, name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise BundleRejected(
                Text("{name} is not a ZIP file, or is damaged. Create it again.", name=name)
            ) from error
        entries = self._zip.infolist()
        for entry in entries:
            _check(entry, name)
        self._files = {entry.filename: entry for entry in entries if not (entry.is_dir() or _is_of_a_system(entry))}
        if len(self._files) > limits.max_files:
            raise BundleRejected(
                Text(
                    "{name} holds {count:,} files; up to {allowed:,} are allowed. Split it into several files.",
                    name=name,
                    count=len(self._files),
                    allowed=limits.max_files,
                )
            )
        for entry in self._files.values():
            if entry.file_size > limits.max_file_size:
                raise BundleRejected(
                    Text(
                        "{file} has {size} MB unpacked; up to {allowed} MB are allowed. Make it smaller.",
                        file=self.describe(entry.filename),
                        size=_megabytes(entry.file_size),
                        allowed=_megabytes(limits.max_file_size),
                    )
                )
        total = sum(entry.file_size for entry in entries)
        if total > limits.max_total_size:
            raise BundleRejected(
                Text(
                    "{name} has {size} MB unpacked; up to {allowed} MB are allowed. Split it into several files.",
                    name=name,
                    size=_megabytes(total),
                    allowed=_megabytes(limits.max_total_size),
                )
            )

    @property
    def names(self) -> list[str]:
        """The paths of the files in the archive, in their order."""
        return list(self._files)

    def describe(self, file: str) -> str:
        """Return a name for a file in the archive that can start a sentence: "7/a.png in digits.zip"."""
        return _described(file, self._name)

    def read(self, file: str) -> bytes:
        """Unpack one file, never more bytes than the directory declares; `BundleRejected` if it is damaged."""
        entry = self._files[file]
        try:
            with self._zip.open(entry) as opened:
                return opened.read(entry.file_size)  # without a size, all of it would be unpacked first
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            ValueError,
            struct.error,
        ) as error:
            raise BundleRejected(
                Text("{file} is damaged. Create the archive again.", file=self.describe(file))
            ) from error


def printable(text: str) -> str:
    """Return a text that comes from a file with "?" for each character that cannot be printed.

    Example:
        >>> printable(f"7{chr(27)}.png")
        '7?.png'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _check_directory(content: bytes, name: str) -> None:
    """Reject a central directory that would take much memory, before it is read.

    Python's `zipfile` uses the last end record, and the directory's size rather than its number of entries.
    """
    place = content.rfind(b"PK\x05\x06", -65_557)
    if place < 0 or len(content) - place < END_RECORD.size:
        raise BundleRejected(Text("{name} is not a ZIP file. Choose one, or create it again.", name=name))
    _, _, _, _, entries, length, _, _ = END_RECORD.unpack_from(content, place)
    is_large = content[max(0, place - 20) : place].startswith(b"PK\x06\x07")  # there is a 64-bit directory
    if is_large or entries > _MAX_ENTRIES or length > _MAX_DIRECTORY:
        raise BundleRejected(Text("{name} declares too many files. Split it into several files.", name=name))


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    described = _described(entry.filename, name)
    if not PurePosixPath(entry.filename).parts and not entry.filename.endswith("/"):
        raise BundleRejected(Text("A file in {name} has no name. Create the archive again.", name=name))
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or ":" in path or "\0" in entry.orig_filename:
        raise BundleRejected(
            Text("{file} has a path that leads out of the archive. Create the archive again.", file=described)
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BundleRejected(Text("{file} is a link to another file. Replace it with the file itself.", file=described))
    if entry.flag_bits & _IS_ENCRYPTED:
        raise BundleRejected(
            Text("{file} is locked with a password. Create the archive again without one.", file=described)
        )
    if entry.compress_type not in COMPRESSIONS:
        raise BundleRejected(
            Text(
                "{file} has an unsupported compression. Create the archive again as a standard ZIP (deflate).",
                file=described,
            )
        )


def _is_of_a_system(entry: zipfile.ZipInfo) -> bool:
    """Whether an operating system or a file manager added it."""
    path = PurePosixPath(entry.filename)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _described(file: str, archive: str) -> Text:
    return Text("{file} in {archive}", file=_short(file), archive=archive)


def _short(text: str) -> str:
    """A file's name, printable and short enough for a sentence."""
    clean = printable(text)
    return clean if len(clean) <= 60 else f"{clean[:28]}...{clean[-28:]}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
