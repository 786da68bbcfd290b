"""The SQLite file is deleted, moved or replaced while it is open."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from digitlab.errors import DatabaseFileLost
from digitlab.runs.store.database_file import rescued_files
from digitlab.runs.store.lazy_store import LazyStore
from digitlab.runs.store.store import Store


@pytest.fixture
def path(settings):
    return settings.data / "digitlab.db"


@pytest.fixture
def store(settings, path, small):
    """A store with a run, whose file another process might delete."""
    store = Store(settings.database_url)
    store.create(small, "Mine")
    yield store
    store.close()


def titles(path):
    with closing(sqlite3.connect(path)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM runs ORDER BY number")]


def names(folder):
    return {file.name for file in folder.iterdir()}


def make_other(path, title):
    """Put another lab's database in the place of a file, as a hasty operator does."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        target.execute("UPDATE runs SET title = ?", (title,))
        target.commit()
    other.replace(path)


def test_a_deleted_file_is_told_and_no_run_is_taken(store, path, small):
    path.unlink()
    for ask in (store.runs, lambda: store.create(small), store.queue, store.last_heartbeats):
        with pytest.raises(DatabaseFileLost, match="was deleted or moved while the lab has it open"):
            ask()
    assert not path.exists()


def test_what_a_deleted_file_held_is_saved_once(store, path):
    path.unlink()
    assert "is saved in" in store.file_trouble()
    (saved,) = rescued_files(path)
    assert f"python -m digitlab restore {saved} and start" in store.file_trouble()
    assert titles(saved) == ["Mine"]
    assert saved.stat().st_mode & 0o077 == 0
    with pytest.raises(DatabaseFileLost):
        store.runs()
    assert rescued_files(path) == [saved]
    assert names(path.parent) <= {saved.name, "digitlab.db-wal", "digitlab.db-shm", "digitlab.db.in-use"}


def test_two_processes_save_it_once_together(store, settings, path):
    other = Store(settings.database_url)
    path.unlink()
    with ThreadPoolExecutor() as pool:
        assert all(
            "is saved in" in trouble for trouble in pool.map(lambda opened: opened.file_trouble(), [store, other])
        )
    assert len(rescued_files(path)) == 1
    other.close()


def test_a_deleted_folder_is_made_again_for_what_is_saved(store, path):
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    store.file_trouble()
    assert [titles(saved) for saved in rescued_files(path)] == [["Mine"]]


def test_where_it_cannot_be_saved_the_reason_is_told(store, path):
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    path.parent.write_text("in the way")
    assert "could not be saved beside it" in store.file_trouble()


def test_a_replaced_file_is_told_and_stays_whole(store, path, small):
    make_other(path, "Theirs")
    with pytest.raises(DatabaseFileLost, match=r"replaced by another file.* restore .* --replace and start"):
        store.create(small)
    assert [titles(saved) for saved in rescued_files(path)] == [["Mine"]]
    store.close()
    assert titles(path) == ["Theirs"]  # what was in the other's journal is not in it
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_moved_back_is_used_again(store, path, small):
    path.rename(path.with_name("away.db"))
    assert store.file_trouble()
    path.with_name("away.db").rename(path)
    assert store.file_trouble() == ""
    store.create(small, "Later")
    assert titles(path) == ["Mine", "Later"]


def test_a_worker_makes_no_new_file(settings, path):
    settings.data.mkdir()
    with pytest.raises(DatabaseFileLost, match=r"is missing\. Start the app"):
        Store(settings.database_url, may_create=False)
    assert not path.exists()


@pytest.mark.parametrize("may_create", [True, False])
def test_nobody_opens_another_file_than_those_before(store, settings, path, may_create):
    make_other(path, "Theirs")
    with pytest.raises(DatabaseFileLost, match="replaced"):
        Store(settings.database_url, may_create=may_create)
    path.unlink()
    with pytest.raises(DatabaseFileLost, match="deleted"):
        Store(settings.database_url, may_create=may_create)
    assert not path.exists()


def test_a_restart_begins_no_empty_record_beside_a_saved_one(store, settings, path):
    path.unlink()
    store.file_trouble()
    store.close()
    lazy = LazyStore(settings.database_url)
    with pytest.raises(DatabaseFileLost, match=r"is missing, and .*-rescued-"):
        lazy()
    assert "python -m digitlab restore" in lazy.file_trouble()
    assert not path.exists()
    rescued_files(path)[0].rename(path)
    assert [run.title for run in lazy().runs()] == ["Mine"]
    assert lazy.file_trouble() == ""
    lazy.close()
