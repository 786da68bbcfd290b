"""How a record is opened, on both databases; and that nobody waits long for one that does not answer."""

import contextlib
import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from digitlab.errors import DatabaseUnavailable, InvalidSetting
from digitlab.runs.store.store import Store

MAX_COUNT = 8  # seconds that anybody waits; six are promised, on a machine that is not busy


def test_a_bad_address_is_one_sentence_without_its_password(tmp_path):
    with pytest.raises(InvalidSetting, match="DIGITLAB_DATABASE_URL") as caught:
        Store("nodatabase://me:secret@host/x")
    assert "secret" not in str(caught.value)


def test_a_refused_password_is_not_repeated(postgres):
    with pytest.raises(DatabaseUnavailable, match="password authentication failed") as caught:
        Store(postgres.address("postgresql+psycopg", "postgres", password="secret"))
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_a_database_is_refused(tmp_path):
    (tmp_path / "file").write_text("hello" * 1000)
    with pytest.raises(DatabaseUnavailable, match="DIGITLAB_DATA"):
        Store(f"sqlite:///{tmp_path}/file/digitlab.db")
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        Store(f"sqlite:///{tmp_path}/file")


def how_long(ask):
    """The seconds after which somebody is told that the record is away, and the sentence."""
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable) as caught:
        ask()
    return time.monotonic() - began, str(caught.value)


def test_a_lost_server_is_told_at_once_and_its_return_noticed(postgres, postgres_url, small):
    store = Store(postgres_url)
    number = store.create(small).number
    with postgres.stopped():
        seconds, sentence = how_long(store.runs)
        assert seconds < 2
        assert re.search(r"does not respond: .*[Cc]onnection", sentence)
        assert "\n" not in sentence
        assert ":***@127.0.0.1" in sentence
    assert [run.number for run in store.runs()] == [number]
    store.close()


def test_a_server_that_is_frozen_holds_nobody_up_for_long(postgres, postgres_url, small):
    store = Store(postgres_url)
    number = store.create(small).number
    with postgres.frozen():
        asking = [store.runs, lambda: store.create(small), lambda: store.record_heartbeat(number, "a", None)]
        reports = []
        threads = [threading.Thread(target=lambda ask=ask: reports.append(how_long(ask))) for ask in asking * 8]
        for thread in threads:
            thread.start()
        reports.append(how_long(lambda: Store(postgres_url)))
        for thread in threads:
            thread.join()
        assert len(reports) == 25  # more than there may be connections
        assert max(seconds for seconds, _ in reports) < 2 * MAX_COUNT
        assert min(seconds for seconds, _ in reports) < MAX_COUNT
    assert store.run(number).number == number
    store.close()


def test_a_locked_file_is_read_at_once_and_writers_are_told(settings, small):
    store = Store(settings.database_url)
    number = store.create(small).number
    with contextlib.closing(sqlite3.connect(settings.data / "digitlab.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        reader = Store(settings.database_url)
        assert [run.number for run in reader.runs()] == [number]
        assert time.monotonic() - began < 2
        # Who asks for the last heartbeats is told, too, or a worker that cannot give one would be taken for lost.
        with ThreadPoolExecutor() as pool:
            asked = list(pool.map(how_long, (lambda: store.create(small), store.last_heartbeats)))
        assert max(seconds for seconds, _ in asked) < MAX_COUNT
        assert all("locked" in sentence for _, sentence in asked)
        other.execute("ROLLBACK")
    assert store.create(small).number == number + 1
    store.close()
    reader.close()
