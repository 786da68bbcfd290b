import dataclasses
import socket
import sqlite3
import subprocess
import time

import psycopg
import pytest
import sqlalchemy as sa

from digitlab.doctor.checks import Severity
from digitlab.doctor.database_checks import database
from digitlab.runs.store.store import Store


def look(settings):
    return {finding.name: finding for finding in database(settings)}


def with_url(settings, url):
    return dataclasses.replace(settings, database_url=url)


def test_a_database_that_is_not_there_yet_is_not_made(settings, tmp_path):
    assert look(settings)["database"].severity is Severity.OK
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_use_is_sound_and_stays_as_it_is(settings, small):
    store = Store(settings.database_url)
    store.create(small, "Mine")
    before = store.runs()
    found = look(settings)
    assert {finding.severity for finding in found.values()} == {Severity.OK}
    assert "up to date" in found["database"].text
    assert store.runs() == before
    assert store.create(small).number == 2
    store.close()


def test_a_check_does_not_migrate_an_older_database(settings):
    settings.data.mkdir()
    file = settings.data / "digitlab.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE runs (number INTEGER PRIMARY KEY, title TEXT, config TEXT, state TEXT)")
    before = file.read_bytes()
    found = list(database(settings))
    assert "journal" in found[0].text
    assert "The app adds drawings, epochs," in found[1].text
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_or_is_locked_is_wrong(settings, small):
    settings.data.mkdir()
    file = settings.data / "digitlab.db"
    file.write_bytes(b"no database" * 1000)
    assert look(settings)["database"].severity is Severity.WRONG
    file.unlink()
    Store(settings.database_url).close()
    with sqlite3.connect(file) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        found = look(settings)["database"]
        connection.rollback()
    assert found.severity is Severity.WRONG
    assert "locked" in found.text


def test_a_file_that_was_deleted_in_use_is_wrong(settings, small):
    store = Store(settings.database_url)
    store.create(small)
    (settings.data / "digitlab.db").unlink()
    found = look(settings)["database"]
    assert found.severity is Severity.WRONG
    assert "was deleted or moved while the lab has it open" in found.text
    store.file_trouble()  # the app looks each second, and saves what it held
    (saved,) = settings.data.glob("*-rescued-*")
    assert f"restore {saved}" in look(settings)["database"].text
    store.close()
    found = look(settings)["database"]
    assert found.severity is Severity.WRONG
    assert f"restore {saved}" in found.remedy
    assert not (settings.data / "digitlab.db").exists()


def test_a_file_that_was_replaced_in_use_is_not_opened(settings, small):
    Store(settings.database_url).close()
    store = Store(settings.database_url)
    file = settings.data / "digitlab.db"
    file.rename(file.with_name("mine.db"))
    file.write_bytes(b"another file")
    assert "was replaced by another file" in look(settings)["database"].text
    store.file_trouble()
    store.close()
    file.unlink()
    file.with_name("mine.db").rename(file)
    assert [finding.severity for finding in database(settings)][:2] == [Severity.WARNING, Severity.OK]


def test_a_run_whose_process_is_gone_is_named(settings, small):
    ended = subprocess.Popen(["true"])
    ended.wait()
    store = Store(settings.database_url)
    number = store.create(small).number
    store.claim(number, f"{socket.gethostname()}/{ended.pid}/x")
    store.close()
    assert look(settings)["runs"].severity is Severity.WARNING
    assert str(number) in look(settings)["runs"].text


def test_a_deaf_server_is_wrong_soon_and_its_password_is_hidden(settings):
    with socket.socket() as deaf:  # takes the connection, and never says a word
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"postgresql+psycopg://digitlab:geheim@127.0.0.1:{deaf.getsockname()[1]}/digitlab"
        began = time.monotonic()
        found = look(with_url(settings, url))["database"]
    assert found.severity is Severity.WRONG
    assert time.monotonic() - began < 20
    assert "geheim" not in found.text + found.remedy


def test_an_address_of_an_unknown_kind_is_wrong(settings):
    assert look(with_url(settings, "nosuchdb://x/y"))["database"].severity is Severity.WRONG


def test_postgresql_is_looked_at_without_a_trace(postgres_url, settings, small):
    settings = with_url(settings, postgres_url)
    assert "writable and empty" in look(settings)["database"].text
    assert "writable and empty" in look(settings)["database"].text
    store = Store(postgres_url)
    assert store.create(small).number == 1
    assert "up to date" in look(settings)["database"].text
    assert store.create(small).number == 2
    store.close()


@pytest.fixture
def reader_url(postgres_url):
    """The same database, for a user who may only look."""
    address = sa.make_url(postgres_url).set(username="reader", password="geheim")
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'geheim'")
    yield address.render_as_string(hide_password=False)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP ROLE reader")


def test_a_user_who_may_not_write_is_found_out(postgres_url, reader_url, settings):
    Store(postgres_url).close()
    found = look(with_url(settings, reader_url))["database"]
    assert found.severity is Severity.WRONG
    assert "permission denied" in found.text
    assert "geheim" not in found.text
