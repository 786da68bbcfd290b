"""A backup of a lab, made while it runs: its database with runs and drawings, networks, checkpoints and snapshots."""

import io
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from digitlab.errors import BackupRefused
from digitlab.networks.recognition import CARD
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_storage import open_models
from digitlab.runs.services.backup_archive import (
    DATABASE,
    FOLDERS,
    ArchiveWriter,
    is_network_file,
    model_part,
    open_archive,
)
from digitlab.runs.store import database_file, schema, sqlite_copy
from digitlab.settings import Settings
from digitlab.storage.folder import sync
from digitlab.storage.storage import Storage
from digitlab.translation import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupContent:
    """How much a backup holds."""

    runs: int
    drawings: int
    networks: int


def make_backup(settings: Settings, file: Path) -> BackupContent:
    """Save a lab to a new file, and read the file again.

    Raises:
        BackupRefused: There is no lab, its database is damaged or PostgreSQL, or the file cannot be written.
        StorageError: The networks cannot be read.
    """
    database = database_of(settings, _HOW_TO_SAVE)
    _check_target(settings, file)
    if message := database_file.loss(database):
        raise BackupRefused(message)
    if not database.exists():
        saved = database_file.rescued_files(database)
        if saved:
            raise BackupRefused(
                Text(
                    "There is no lab to save: {database} does not exist. {saved} holds what was in it: restore that "
                    "first.",
                    database=database,
                    saved=saved[0],
                )
            )
        raise BackupRefused(
            Text("There is no lab to save: {database} does not exist. Check DIGITLAB_DATA.", database=database)
        )
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".digitlab-backup-") as folder:
            return _make(settings, database, Path(folder), file)
    except OSError as error:
        raise BackupRefused(
            Text(
                "{file} cannot be written ({reason}). No backup was made.",
                file=file,
                reason=error.strerror or str(error),
            )
        ) from error
    except sqlite3.Error as error:
        raise BackupRefused(
            Text("{database} cannot be read ({reason}). No backup was made.", database=database, reason=str(error))
        ) from error


def _make(settings: Settings, database: Path, folder: Path, file: Path) -> BackupContent:
    copy, archive = folder / DATABASE, folder / "archive.zip"
    sqlite_copy.copy_file(database, copy)
    if problem := sqlite_copy.problem(copy):
        raise BackupRefused(
            Text(
                "{database} cannot be saved: {problem}. No backup was made. Restore an earlier one.",
                database=database,
                problem=problem,
            )
        )
    networks = 0
    with closing(ArchiveWriter(archive)) as writer:
        with copy.open("rb") as rows:
            writer.add(DATABASE, rows)
        for name, content in _model_files(settings):
            with content:
                writer.add(name, content)
            networks += name.endswith(CARD)
        writer.finish()
    with open_archive(archive) as written:
        written.check()
    sync(archive)
    archive.chmod(0o600)  # it holds people's drawings
    archive.rename(file)
    sync(file.parent)
    counts = sqlite_copy.counts(copy)
    return BackupContent(runs=counts["runs"], drawings=counts["drawings"], networks=networks)


def _model_files(settings: Settings) -> Iterator[tuple[str, BinaryIO]]:
    """Yield each file of people's networks with the name of its part; ready-made networks are with the project."""
    ready_made = {card.name for card in ModelFiles(settings).cards() if card.is_ready_made}
    storage = open_models(settings)
    for name in storage.entries():
        is_own = is_network_file(name) and name.partition(".")[0] not in ready_made
        if is_own and (content := _open(storage, name)):
            yield model_part(name), content
    for folder, pattern in FOLDERS.items():
        storage = open_models(settings, folder)
        for name in storage.entries():
            if pattern.fullmatch(name) and (content := _open(storage, name)):
                yield model_part(folder, name), content


def _open(storage: Storage, name: str) -> BinaryIO | None:
    """Return the content of a file; None if it was deleted meanwhile."""
    with suppress(FileNotFoundError):
        path = storage.local_path(name)
        return path.open("rb") if path else io.BytesIO(storage.read(name))
    return None


def _check_target(settings: Settings, file: Path) -> None:
    if file.is_dir():
        raise BackupRefused(
            Text("{file} is a folder. Name a file in it, such as {example}.", file=file, example=file / "digitlab.zip")
        )
    if file.exists():
        raise BackupRefused(
            Text("{file} already exists. A backup never replaces a file: choose another name.", file=file)
        )
    if not file.absolute().parent.is_dir():
        raise BackupRefused(
            Text("The folder {folder} does not exist. Create it, or choose another one.", folder=file.absolute().parent)
        )
    inside = [place for place in (settings.data, settings.models) if isinstance(place, Path)]
    if any(file.absolute().resolve().is_relative_to(place.resolve()) for place in inside):
        raise BackupRefused(
            Text(
                "{file} would be inside the lab, and be lost together with it. Choose another folder, best "
                "on another disk.",
                file=file,
            )
        )


def database_of(settings: Settings, hint: Text) -> Path:
    """Return the file of a lab's database. `BackupRefused`, with the hint, if it is PostgreSQL or in memory."""
    path = schema.sqlite_file(settings.database_url)
    if path is None:
        raise BackupRefused(hint)
    return path


_HOW_TO_SAVE = Text(
    "This lab's database is not a SQLite file. PostgreSQL has its own tools: save it with `pg_dump --format=custom "
    "--file=digitlab.dump NAME`, then copy what DIGITLAB_MODELS names. docs/deploy.md has all steps."
)
