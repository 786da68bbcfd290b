"""The archive of a backup: a ZIP with the database, the networks, and a manifest with size and SHA-256 of each part."""

import hashlib
import json
import re
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from digitlab.errors import BackupDamaged
from digitlab.networks.recognition import CARD, SUFFIX
from digitlab.runs.models.cleanup import CHECKPOINT
from digitlab.runs.models.repository import KERAS
from digitlab.runs.models.snapshot_store import SNAPSHOT
from digitlab.runs.records.model_card import NAME
from digitlab.settings import ROOT
from digitlab.translation import Text, message_of

DATABASE = "database.db"
FOLDERS = {"checkpoints": CHECKPOINT, "snapshots": SNAPSHOT}
"""The folders within that of the networks, and how their files are named."""

_MODELS = "models"
_MANIFEST = "manifest.json"
_FORMAT = 1  # higher once an older version could not restore an archive
_BLOCK = 2**20  # bytes
_MAX_MANIFEST = 64 * 2**20  # bytes: some 400,000 parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file in an archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive holds.

    Attributes:
        format: Version of the format.
        made: When, as an ISO time in UTC.
        made_by: The version of DigitLab.
        parts: All files but the manifest.
    """

    format: int
    made: str
    made_by: str
    parts: tuple[Part, ...]


def is_network_file(name: str) -> bool:
    """Whether a file in the folder of networks belongs to a network."""
    stem, dot, ending = name.partition(".")
    return bool(NAME.fullmatch(stem)) and dot + ending in (KERAS, SUFFIX, CARD)


def model_part(*names: str) -> str:
    """Return the name of the part for a file in the folder of networks, or in a folder within."""
    return "/".join([_MODELS, *names])


def path_of(part: str) -> tuple[str, ...]:
    """Return folder and name of a part within the folder of networks; empty for the database.

    Example:
        >>> path_of("models/checkpoints/run-1-0f.npz")
        ('checkpoints', 'run-1-0f.npz')
    """
    return () if part == DATABASE else tuple(part.split("/")[1:])


class ArchiveWriter:
    """Writes an archive, part by part.

    Example:
        >>> import io
        >>> writer = ArchiveWriter(Path("lab.zip"))
        >>> writer.add(DATABASE, io.BytesIO(b"rows"))
        >>> writer.finish()
        >>> zipfile.ZipFile("lab.zip").namelist()
        ['database.db', 'manifest.json']
    """

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "x", compresslevel=1)
        self._parts: list[Part] = []

    def add(self, name: str, content: BinaryIO) -> None:
        """Add a part. Files of networks are compressed already."""
        info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith((".db", CARD)) else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:
            while block := content.read(_BLOCK):
                digest.update(block)
                size += len(block)
                target.write(block)
        self._parts.append(Part(name=name, size=size, sha256=digest.hexdigest()))

    def finish(self) -> None:
        """Write the manifest, and close the file."""
        made = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        manifest = Manifest(format=_FORMAT, made=made, made_by=_version(), parts=tuple(self._parts))
        self._zip.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1))
        self._zip.close()

    def close(self) -> None:
        """Close the file, finished or not."""
        self._zip.close()


class BackupArchive:
    """An archive that was opened: its manifest is sound, and names exactly the files that are in it.

    Example:
        >>> import io
        >>> writer = ArchiveWriter(Path("saved.zip"))
        >>> writer.add(DATABASE, io.BytesIO(b"rows"))
        >>> writer.finish()
        >>> with open_archive(Path("saved.zip")) as archive:
        ...     archive.check()
        ...     [(part.name, part.size) for part in archive.manifest.parts]
        [('database.db', 4)]
    """

    def __init__(self, path: Path, opened: zipfile.ZipFile) -> None:
        self._path, self._zip = path, opened
        self.manifest = _read_manifest(path, opened)

    def extract(self, part: Part, target: BinaryIO | None = None) -> None:
        """Write a part to a file, if one is given. `BackupDamaged` if it is not what was saved."""
        digest, size = hashlib.sha256(), 0
        with translate_errors(self._path), self._zip.open(part.name) as source:
            while size <= part.size and (block := source.read(_BLOCK)):
                digest.update(block)
                size += len(block)
                if target is not None:
                    target.write(block)
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise BackupDamaged(
                Text("{name} in {path} is not what was saved. Take another backup.", name=part.name, path=self._path)
            )

    def check(self) -> None:
        """Read all parts; `BackupDamaged` if one is not what was saved."""
        for part in self.manifest.parts:
            self.extract(part)


@contextmanager
def open_archive(path: Path) -> Iterator[BackupArchive]:
    """Open an archive.

    Raises:
        BackupDamaged: It is no backup of DigitLab, is damaged, or is from a newer version.
    """
    with translate_errors(path):
        opened = zipfile.ZipFile(path)
    with opened:
        yield BackupArchive(path, opened)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raise `BackupDamaged` in place of the errors of a damaged ZIP."""
    try:
        yield
    except OSError as error:
        raise BackupDamaged(
            Text(
                "{path} cannot be read ({reason}). Choose another file.", path=path, reason=error.strerror or str(error)
            )
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError) as error:
        raise BackupDamaged(
            Text(
                "{path} is damaged, or no backup of DigitLab ({reason}). Take another backup.",
                path=path,
                reason=message_of(error),
            )
        ) from error


def _read_manifest(path: Path, opened: zipfile.ZipFile) -> Manifest:
    with translate_errors(path):
        if opened.getinfo(_MANIFEST).file_size > _MAX_MANIFEST:
            raise ValueError(Text("its manifest is too large"))
        manifest = _parsed(json.loads(opened.read(_MANIFEST)))
        infos = {info.filename: info for info in opened.infolist() if info.filename != _MANIFEST}
        sizes = {part.name: part.size for part in manifest.parts}
        if {name: info.file_size for name, info in infos.items()} != sizes or len(opened.infolist()) != len(sizes) + 1:
            raise ValueError(Text("its files are not those of its manifest"))
        if DATABASE not in sizes or not all(map(_is_part, sizes)):
            raise ValueError(Text("it holds other files than a lab has"))
    return manifest


def _parsed(content: object) -> Manifest:
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise ValueError(Text("its manifest has no format"))
    if content["format"] > _FORMAT:
        raise BackupDamaged(
            Text(
                "This backup is from {version}. Update DigitLab first.",
                version=content.get("made_by") or Text("a newer version"),
            )
        )
    with suppress(KeyError, TypeError):
        parts = tuple(
            Part(name=str(part["name"]), size=int(part["size"]), sha256=str(part["sha256"]))
            for part in content["parts"]
        )
        return Manifest(
            format=content["format"], made=str(content["made"]), made_by=str(content["made_by"]), parts=parts
        )
    raise ValueError(Text("its manifest is incomplete"))


def _is_part(name: str) -> bool:
    """Whether a name is that of a file that a lab has; so none can lead out of its folders."""
    if name == DATABASE:
        return True
    top, *folders, file = name.split("/")
    if top != _MODELS or len(folders) > 1:
        return False
    pattern: re.Pattern[str] | None = FOLDERS.get(folders[0]) if folders else None
    return bool(pattern and pattern.fullmatch(file)) if folders else is_network_file(file)


def _version() -> str:
    with suppress(OSError, KeyError):
        return f"DigitLab {tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))['project']['version']}"
    return "DigitLab"
