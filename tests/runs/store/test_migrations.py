"""Databases of the first version and of version 0.1.0, each on both kinds of database, are opened and stay usable."""

import sqlite3
from pathlib import Path

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from digitlab.networks.metrics import Progress
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import RunState
from digitlab.runs.store import migrations, schema
from digitlab.runs.store.store import Store

DATABASES = Path(__file__).parent / "databases"
ANN = Person(id="a" * 32, name="Ann")
LONG_NAME = "host.in.a.long.domain/" + "1" * 100


def restore(url, version):
    """Fill an empty database from a dump."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as connection:
            connection.executescript((DATABASES / f"{version}.sqlite.sql").read_text())
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute((DATABASES / f"{version}.postgresql.sql").read_text())


def missing(url):
    engine = schema.engine_for(url)
    with engine.connect() as connection:
        found = set(migrations.changes(connection))
    engine.dispose()
    return found


@pytest.fixture
def lab_0_1_0(database_url):
    restore(database_url, "version_0_1_0")
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def first_lab(database_url):
    restore(database_url, "first_version")
    store = Store(database_url)
    yield store
    store.close()


def test_runs_of_version_0_1_0_are_read(lab_0_1_0):
    waiting, paused, finished = lab_0_1_0.runs()
    assert (waiting.title, waiting.state, waiting.owner) == ("Tutorial 3", RunState.QUEUED, ANN.id)
    assert (paused.title, paused.state, paused.owner_name) == ("Ann's \u2713 try", RunState.PAUSED, "Ann")
    assert paused.progress == Progress(epoch=2, batch=10, batches=100)
    assert (finished.state, finished.test_accuracy, finished.is_attended) == (RunState.FINISHED, 0.966, True)


def test_epochs_and_observations_of_version_0_1_0_are_read(lab_0_1_0):
    assert [epoch.epoch for epoch in lab_0_1_0.epochs.all(1)] == [1, 2]
    assert [epoch.validation_loss for epoch in lab_0_1_0.epochs.all(2)] == [None]
    assert [seen.epoch for seen in lab_0_1_0.epochs.observations(1)] == [0, 1, 2]


def test_drawings_of_version_0_1_0_are_read(lab_0_1_0):
    seven, two, one = lab_0_1_0.drawings.for_person(ANN)
    assert [drawing.label for drawing in (one, two, seven)] == [1, 2, 7]
    assert (one.strokes, one.picture) == ('[{"type":"path"}]', b"\x89PNG\x00\x01")
    assert (two.source, two.picture, two.read, two.network) == ("import", None, None, "")
    assert np.array_equal(seven.image, np.full((28, 28), 140, np.uint8))


def test_runs_of_the_first_version_are_read(first_lab):
    waiting, finished = first_lab.runs()
    assert (waiting.state, waiting.attempt, waiting.owner, waiting.is_named) == (RunState.QUEUED, 0, "", False)
    assert (finished.model, [epoch.loss for epoch in first_lab.epochs.all(1)]) == ("tutorial-1", [0.5, 0.25])
    assert first_lab.epochs.observations(1) == first_lab.drawings.for_person(ANN) == []


@pytest.mark.parametrize("version", ["first_version", "version_0_1_0"])
def test_an_old_database_can_be_written(database_url, small, version):
    restore(database_url, version)
    store = Store(database_url)
    waiting = store.queue()[0][0]
    assert store.claim(waiting, LONG_NAME)  # longer than the first version allowed
    number = store.create(small, person=ANN).number
    assert number > max(run.number for run in store.runs()[1:])
    store.request_pause(number)
    assert store.run(number).state is RunState.PAUSED
    store.close()


@pytest.mark.parametrize("version", ["first_version", "version_0_1_0"])
def test_nothing_is_missing_after_a_migration(database_url, version):
    restore(database_url, version)
    lacks = missing(database_url)
    assert {"runs.owner", "ix_runs_owner", "drawings", "observations"} <= lacks or version == "version_0_1_0"
    Store(database_url).close()
    assert missing(database_url) == set()


def test_each_missing_column_of_each_table_is_added(database_url):
    store = Store(database_url)
    with store._database.engine.begin() as connection:
        for name, column in (("epochs", "validation_loss"), ("drawings", "strokes"), ("runs", "so_far")):
            connection.execute(sa.text(f"ALTER TABLE {name} DROP COLUMN {column}"))
        connection.execute(sa.text("DROP TABLE observations"))
        connection.execute(sa.text("DROP INDEX ix_drawings_owner"))
    lost = {"epochs.validation_loss", "drawings.strokes", "runs.so_far", "observations", "ix_drawings_owner"}
    store.close()
    assert missing(database_url) == lost
    Store(database_url).close()
    assert missing(database_url) == set()


def test_a_column_of_a_newer_version_is_named_and_does_no_harm(database_url, small):
    store = Store(database_url)
    with store._database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE epochs ADD COLUMN temperature INTEGER"))
        assert migrations.unknown_columns(connection) == ["epochs.temperature"]
    store.close()
    older = Store(database_url)
    assert older.create(small).number == 1
    older.close()


def test_a_column_that_was_added_can_be_added_to_rows(settings):
    """`server_default` or NULL: else the migration would fail in a database that has rows."""
    restore(settings.database_url, "first_version")
    old = {name for name in missing(settings.database_url) if "." in name}
    added = [column for table in schema.metadata.tables.values() for column in table.columns if str(column) in old]
    assert len(added) == len(old) > 5
    assert all(column.nullable or column.server_default is not None for column in added)
