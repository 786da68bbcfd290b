"""A lab is saved to a file and restored from it; what is wrong is refused, and then nothing has changed."""

import dataclasses
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing

import numpy as np
import pytest

from digitlab.errors import BackupDamaged, BackupRefused, DatabaseFileLost
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person
from digitlab.runs.services import restore as restoring
from digitlab.runs.services.backup import make_backup
from digitlab.runs.services.restore import restore
from digitlab.runs.store.database_file import rescued_files
from digitlab.runs.store.store import Store
from digitlab.settings import ROOT

ANN = Person(id="ann", name="Ann")
NETWORK = ("mine.keras", "mine.tflite", "mine.json")
BESIDE = ("checkpoints/run-1-0f.npz", "snapshots/run-1-0f-epoch-2.npz")


@pytest.fixture
def file(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "lab.zip"


@pytest.fixture
def store(settings, small):
    """A lab that runs: with a run, a drawing, a network, a checkpoint, a snapshot and files that are none of these."""
    store = Store(settings.database_url)
    store.create(small, "Mine")
    store.drawings.add([Drawing(label=7, image=np.full((28, 28), 9, np.uint8), source="correction")], ANN, 1.0)
    for name in (*NETWORK, *BESIDE, "notes.txt"):
        path = settings.models / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(f"content of {name}")
    yield store
    store.close()


@pytest.fixture
def backup(store, settings, file):
    """A backup of that lab, which runs no longer."""
    make_backup(settings, file)
    store.close()
    return file


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Settings of a lab that is not there yet."""
    data = tmp_path / "elsewhere"
    return dataclasses.replace(
        settings, data=data, models=data / "models", database_url=f"sqlite:///{data / 'digitlab.db'}"
    )


def holds(settings):
    """The runs, the labels of Ann's drawings, and the files of networks."""
    store = Store(settings.database_url)
    titles = [run.title for run in store.runs()]
    labels = [drawing.label for drawing in store.drawings.for_person(ANN)]
    store.close()
    files = {str(path.relative_to(settings.models)) for path in settings.models.rglob("*") if path.is_file()}
    return titles, labels, files


def everything(*folders):
    """All files with their content, but not the lock file."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in paths if path.suffix != ".in-use"}


def test_a_running_lab_is_saved_and_restored_elsewhere(store, settings, elsewhere, file):
    content = make_backup(settings, file)
    assert (content.runs, content.drawings, content.networks) == (1, 1, 1)
    assert file.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]
    done = restore(elsewhere, file, replace=False)
    assert done.content == content
    assert done.set_aside == ()
    assert holds(elsewhere) == (["Mine"], [7], {*NETWORK, *BESIDE})
    assert (elsewhere.models / "mine.keras").read_text() == "content of mine.keras"


def test_ready_made_networks_are_not_in_a_backup(store, settings, ready_made, file):
    for name in ("tutorial.keras", "tutorial.tflite", "tutorial.json"):
        shutil.copy(ready_made / name, settings.models)
    make_backup(dataclasses.replace(settings, ready_made=settings.models), file)
    assert not [name for name in zipfile.ZipFile(file).namelist() if "tutorial" in name]


def test_a_restore_moves_aside_what_was_there(backup, settings, small):
    later = Store(settings.database_url)
    later.create(small, "Later")
    later.close()
    (settings.models / "newer.json").write_text("newer")
    before = everything(settings.data, settings.models)
    with pytest.raises(BackupRefused, match=r"holds something\. Nothing was changed.*--replace"):
        restore(settings, backup, replace=False)
    assert everything(settings.data, settings.models) == before
    done = restore(settings, backup, replace=True)
    titles, labels, files = holds(settings)
    assert (titles, labels) == (["Mine"], [7])
    assert {name for name in files if "set-aside" not in name} == {*NETWORK, *BESIDE, "notes.txt"}
    data, models = done.set_aside
    with closing(sqlite3.connect(data / "digitlab.db")) as old:
        assert old.execute("SELECT title FROM runs").fetchall() == [("Mine",), ("Later",)]
    assert (models / "newer.json").read_text() == "newer"
    assert (models / BESIDE[0]).read_text() == f"content of {BESIDE[0]}"


def test_a_lab_that_holds_nothing_is_replaced_without_asking(backup, elsewhere):
    Store(elsewhere.database_url).close()
    restore(elsewhere, backup, replace=False)
    assert holds(elsewhere)[0] == ["Mine"]


def test_a_running_lab_is_not_restored(backup, settings):
    store = Store(settings.database_url)
    before = everything(settings.models)
    with pytest.raises(BackupRefused, match="is running"):
        restore(settings, backup, replace=True)
    (settings.data / "digitlab.db").unlink()  # also when it has lost its file
    with pytest.raises(BackupRefused, match="is running"):
        restore(settings, backup, replace=True)
    assert everything(settings.models) == before
    store.close()


def test_a_file_that_another_program_has_open_is_not_replaced(backup, settings):
    with closing(sqlite3.connect(settings.data / "digitlab.db")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM runs").fetchone()
        with pytest.raises(BackupRefused, match="Another program has"):
            restore(settings, backup, replace=True)
    assert holds(settings)[0] == ["Mine"]


def test_a_rescued_database_is_restored_beside_its_networks(store, settings):
    (settings.data / "digitlab.db").unlink()
    store.file_trouble()
    store.close()
    (saved,) = rescued_files(settings.data / "digitlab.db")
    done = restore(settings, saved, replace=False)
    assert not done.has_networks
    assert not rescued_files(settings.data / "digitlab.db")  # it is done with, and moved aside
    assert holds(settings) == (["Mine"], [7], {*NETWORK, *BESIDE, "notes.txt"})


def change(file, edit):
    """Write an archive again, with other parts: `edit` changes a dictionary of names and contents."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    edit(parts)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def rename_part(new):
    """Have a network's file and its entry in the manifest lead elsewhere."""

    def edit(parts):
        parts[new] = parts.pop("models/mine.keras")
        parts["manifest.json"] = parts["manifest.json"].replace(b'"models/mine.keras"', json.dumps(new).encode())

    return edit


def from_a_newer_version(parts):
    parts["manifest.json"] = parts["manifest.json"].replace(b'"format": 1', b'"format": 99')


DAMAGES = {
    "a changed part": lambda parts: parts.update({"models/mine.keras": b"Content of mine.keras"}),
    "a longer part": lambda parts: parts.update({"models/mine.keras": b"content of mine.keras and more"}),
    "a missing part": lambda parts: parts.pop("models/mine.keras"),
    "a part too many": lambda parts: parts.update({"models/more.keras": b""}),
    "no manifest": lambda parts: parts.pop("manifest.json"),
    "no JSON": lambda parts: parts.update({"manifest.json": b"{"}),
    "a list": lambda parts: parts.update({"manifest.json": b"[]"}),
    "an empty manifest": lambda parts: parts.update({"manifest.json": b'{"format": 1}'}),
    "a newer version": from_a_newer_version,
    "a path upwards": rename_part("models/../../evil.keras"),
    "an absolute path": rename_part("/tmp/evil.keras"),
    "a path to the database": rename_part("models/../digitlab.db"),
    "a hidden file": rename_part("models/.evil.keras"),
    "another folder": rename_part("models/evil/mine.keras"),
    "another drive": rename_part("models/c:mine.keras"),
    "backslashes": rename_part("models\\..\\mine.keras"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_changes_nothing(backup, settings, damage):
    change(backup, DAMAGES[damage])
    before = everything(settings.data.parent)
    with pytest.raises(BackupDamaged):
        restore(settings, backup, replace=True)
    assert everything(settings.data.parent) == before


def test_a_truncated_or_flipped_archive_changes_nothing(backup, settings):
    content = backup.read_bytes()
    before = everything(settings.data, settings.models)
    flipped = bytearray(content)
    with zipfile.ZipFile(backup) as archive:
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
    flipped[largest.header_offset + largest.compress_size // 2] ^= 1  # in its data: not all else in a ZIP file counts
    for broken in (content[: len(content) // 2], b"", b"PK", bytes(flipped), b"SQLite format 3\0" + b"x" * 5000):
        backup.write_bytes(broken)
        with pytest.raises(BackupDamaged):
            restore(settings, backup, replace=True)
        assert everything(settings.data, settings.models) == before


def test_a_database_of_something_else_is_refused(tmp_path, elsewhere):
    other = tmp_path / "other.db"
    for statement in ("CREATE TABLE songs (title)", "CREATE TABLE runs (number)", "CREATE VIEW v AS SELECT 1"):
        with closing(sqlite3.connect(other)) as connection:
            connection.execute(statement)
        if "TABLE runs" not in statement:
            with pytest.raises(BackupDamaged, match=r"not a database of DigitLab|has a view"):
                restore(elsewhere, other, replace=True)
    assert not list(elsewhere.data.glob("*.db"))


MOVES = 12  # of a restore: one database, three files of a network and two folders, away and in their place


@pytest.mark.parametrize("move", [0, 1, 5, 6, 7, MOVES - 1])
def test_a_restore_that_fails_half_way_puts_everything_back(backup, settings, monkeypatch, move):
    rename, steps = type(ROOT).rename, iter(range(100))

    def failing(source, target):
        if next(steps) == move:
            raise OSError(28, "No space left on device")
        return rename(source, target)

    before = holds(settings), everything(settings.models)
    monkeypatch.setattr(type(ROOT), "rename", failing)
    with pytest.raises(BackupRefused, match="Nothing was restored"):
        restore(settings, backup, replace=True)
    assert (holds(settings), everything(settings.models)) == before
    assert not list(settings.data.glob("*restor*"))
    assert not list(settings.data.glob("set-aside*"))
    restore(settings, backup, replace=True)
    assert next(steps) > MOVES


KILLED = """
import os, sys, pathlib
from digitlab.cli.main import main
rename, moves = pathlib.Path.rename, int(sys.argv[1])
def killed(source, target):
    global moves
    moves -= 1
    return rename(source, target) if moves >= 0 else os._exit(9)
pathlib.Path.rename = killed
main(["restore", sys.argv[2], "--replace"])
"""


def test_a_killed_restore_lets_no_lab_start_and_is_undone(backup, settings, small):
    later = Store(settings.database_url)
    later.create(small, "Later")
    later.close()
    before = everything(settings.models)
    command = [sys.executable, "-c", KILLED, "6", str(backup)]
    assert subprocess.run(command, env=settings.environment(), cwd=ROOT, check=False).returncode == 9
    assert everything(settings.models) != before
    with pytest.raises(DatabaseFileLost, match="was interrupted"):
        Store(settings.database_url)
    with pytest.raises(BackupDamaged):
        restore(settings, settings.models / "notes.txt", replace=True)
    assert everything(settings.models) == before
    assert holds(settings)[0] == ["Later", "Mine"]
    restore(settings, backup, replace=True)
    assert holds(settings)[0] == ["Mine"]


def test_a_backup_replaces_no_file_and_is_not_in_the_lab(store, settings, file):
    file.write_text("mine")
    for target, reason in {
        file: "already exists",
        file.parent: "is a folder",
        file.parent / "no" / "lab.zip": "does not exist",
        settings.data / "lab.zip": "inside the lab",
        settings.models / "lab.zip": "inside the lab",
    }.items():
        with pytest.raises(BackupRefused, match=reason):
            make_backup(settings, target)
    assert file.read_text() == "mine"


def test_where_there_is_no_lab_no_backup_is_made(elsewhere, store, settings, file):
    with pytest.raises(BackupRefused, match=r"There is no lab to save.*DIGITLAB_DATA"):
        make_backup(elsewhere, file)
    (settings.data / "digitlab.db").unlink()
    with pytest.raises(BackupRefused, match="was deleted or moved while the lab has it open"):
        make_backup(settings, file)
    store.file_trouble()
    store.close()
    with pytest.raises(BackupRefused, match="restore that first"):
        make_backup(settings, file)
    assert not list(file.parent.iterdir())


def test_a_damaged_database_is_not_saved(store, settings, file):
    store.close()
    database = settings.data / "digitlab.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(database.read_bytes())
    content[4096 * 2 : 4096 * 4] = os.urandom(4096 * 2)
    database.write_bytes(content)
    with pytest.raises(BackupRefused, match="No backup was made"):
        make_backup(settings, file)
    assert not list(file.parent.iterdir())


def test_other_databases_and_addresses_are_told_what_to_use(settings, backup):
    server = dataclasses.replace(settings, database_url="postgresql+psycopg://me:secret@host/lab")
    with pytest.raises(BackupRefused, match="pg_dump"):
        make_backup(server, backup.with_name("x.zip"))
    with pytest.raises(BackupRefused, match="pg_restore"):
        restore(server, backup, replace=False)
    with pytest.raises(BackupRefused, match="with its own tools"):
        restore(dataclasses.replace(settings, models="memory://x/y"), backup, replace=False)


def test_a_full_disk_is_told_before_anything_changes(backup, elsewhere, monkeypatch):
    monkeypatch.setattr(restoring, "_RESERVE", 1e18)
    with pytest.raises(BackupRefused, match="Free some space"):
        restore(elsewhere, backup, replace=False)
    assert not list(elsewhere.data.glob("*.db"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give folders away")
def test_root_restores_nothing_into_the_lab_of_somebody_else(backup, elsewhere):
    elsewhere.data.mkdir()
    os.chown(elsewhere.data, 65534, -1)
    with pytest.raises(BackupRefused, match="belongs to the user 65534"):
        restore(elsewhere, backup, replace=False)
    assert not list(elsewhere.data.iterdir())
