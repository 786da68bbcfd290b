"""Reads and writes people's drawings in the database; a part of `store`."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digitlab import logs
from digitlab.errors import DrawingNotFound
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person
from digitlab.runs.store.schema import drawings as _drawings
from digitlab.translation import Text

_BATCH = 500  # numbers in one statement: older versions of SQLite allow 999


class DrawingStore:
    """Reads and writes drawings. Every method takes a person, and reads or changes only their drawings.

    Deletion: SQLite overwrites deleted rows with zeros (`secure_delete`), and its journal is written back and
    truncated, so the bytes are in neither file. PostgreSQL hides deleted rows, and its automatic vacuum reuses their
    space. PostgreSQL's write-ahead log, and backups of either database, keep them as long as their operator does.

    Example:
        >>> from digitlab.runs.store.store import Store
        >>> store, ann, ben = Store("sqlite:///lab.db"), Person(id="1", name="Ann"), Person(id="2", name="Ben")
        >>> seven = Drawing(label=7, image=np.zeros((28, 28), np.uint8), source="request")
        >>> saved = store.drawings.add([seven], ann, now=0.0)
        >>> sum(store.drawings.counts(ann)), sum(store.drawings.counts(ben))
        (1, 0)
        >>> store.close()
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._transaction = transaction

    def add(self, drawings: Sequence[Drawing], person: Person, now: float) -> list[Drawing]:
        """Save drawings as a person's, all or none, and return them as saved."""
        saved = []
        with self._transaction() as connection:
            for drawing in drawings:
                new = replace(drawing, owner=person.id, owner_name=person.name, created=now)
                insert = sa.insert(_drawings).values(_as_row(new)).returning(_drawings.c.number)
                saved.append(replace(new, number=connection.execute(insert).scalar_one()))
        return saved

    def for_person(self, person: Person, *, with_pictures: bool = True) -> list[Drawing]:
        """Return a person's drawings, the newest first; without pictures and strokes it is faster."""
        columns = [column for column in _drawings.columns if with_pictures or column.name not in ("picture", "strokes")]
        query = sa.select(*columns).where(_drawings.c.owner == person.id).order_by(_drawings.c.number.desc())
        with self._transaction() as connection:
            return [_as_drawing(row) for row in connection.execute(query)]

    def get(self, number: int, person: Person) -> Drawing:
        """Return one drawing with picture and strokes. `DrawingNotFound` if the person has none of that number."""
        own = sa.and_(_drawings.c.number == number, _drawings.c.owner == person.id)
        with self._transaction() as connection:
            row = connection.execute(sa.select(_drawings).where(own)).one_or_none()
        if row is None:
            raise _not_found(number)
        return _as_drawing(row)

    def digits(self, person: Person) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a person's images, uint8 (n, 28, 28), and labels, uint8 (n,), the oldest first."""
        query = sa.select(_drawings.c.image, _drawings.c.label).where(_drawings.c.owner == person.id)
        with self._transaction() as connection:
            found = connection.execute(query.order_by(_drawings.c.number)).all()
        images = np.frombuffer(b"".join(row.image for row in found), np.uint8).reshape(-1, 28, 28)
        return images, np.array([row.label for row in found], np.uint8)

    def counts(self, person: Person) -> list[int]:
        """Return how many drawings a person has of each digit, 0 to 9."""
        query = sa.select(_drawings.c.label, sa.func.count().label("total")).where(_drawings.c.owner == person.id)
        with self._transaction() as connection:
            found = {row.label: row.total for row in connection.execute(query.group_by(_drawings.c.label))}
        return [found.get(label, 0) for label in range(10)]

    def relabel(self, number: int, label: int, person: Person) -> None:
        """Change the label of a drawing. `DrawingNotFound` if the person has none of that number."""
        own = sa.and_(_drawings.c.number == number, _drawings.c.owner == person.id)
        with self._transaction() as connection:
            found = connection.execute(sa.update(_drawings).where(own).values(label=label)).rowcount
        if not found:
            raise _not_found(number)

    def delete(self, numbers: Collection[int], person: Person) -> int:
        """Delete drawings of a person, as the class says; return how many there were."""
        chosen, deleted = sorted(numbers), 0
        with self._transaction() as connection:
            for start in range(0, len(chosen), _BATCH):
                batch = _drawings.c.number.in_(chosen[start : start + _BATCH])
                deleted += connection.execute(
                    sa.delete(_drawings).where(batch, _drawings.c.owner == person.id)
                ).rowcount
        with self._transaction() as connection:
            if connection.dialect.name == "sqlite":
                # Waits for readers. If there are readers all the time, the next deletion does it, or the last process
                # that closes the file.
                is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                if is_busy:
                    logs.log("journal not truncated", person=person.id)
        return deleted


def _not_found(number: int) -> DrawingNotFound:
    return DrawingNotFound(
        Text("You have no drawing {number}. It may have been deleted; see My digits.", number=number)
    )


def _as_row(drawing: Drawing) -> dict[str, Any]:
    values = {column.name: getattr(drawing, column.name) for column in _drawings.columns if column.name != "number"}
    return values | {"image": drawing.image.tobytes()}


def _as_drawing(row: sa.Row[Any]) -> Drawing:
    image = np.frombuffer(row.image, np.uint8).reshape(28, 28)
    return Drawing(**{**row._mapping, "image": image})
