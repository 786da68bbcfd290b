"""What is recorded of people's drawings, on both databases; and that what is deleted is gone."""

import random

import numpy as np
import pytest
import sqlalchemy as sa

from digitlab.errors import DrawingNotFound
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person
from digitlab.runs.store.store import Store

ADA, BOB = Person(id="ada", name="Ada"), Person(id="bob")
TEACHER = Person(id="tess", is_teacher=True)


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def drawing(label=7, **more):
    return Drawing(**{"label": label, "image": np.full((28, 28), label, np.uint8), "source": "request", **more})


def keep(store, person, *labels):
    return [saved.number for saved in store.drawings.add([drawing(label) for label in labels], person, 0.0)]


def test_a_drawing_comes_back_as_it_was(store):
    whole = drawing(3, picture=b"png", strokes="[]", read=8, network="mine", source="correction")
    kept = store.drawings.add([whole], ADA, 12.5)[0]
    found = store.drawings.for_person(ADA)[0]
    assert (found.number, found.owner, found.owner_name, found.created) == (kept.number, "ada", "Ada", 12.5)
    assert (found.label, found.picture, found.strokes, found.read, found.network, found.source) == (
        3, b"png", "[]", 8, "mine", "correction",
    )  # fmt: skip
    assert np.array_equal(found.image, whole.image)


def test_the_newest_comes_first_and_as_digits_the_oldest(store):
    numbers = keep(store, ADA, 4, 5, 6)
    assert [saved.number for saved in store.drawings.for_person(ADA)] == numbers[::-1]
    images, labels = store.drawings.digits(ADA)
    assert (images.shape, images.dtype, labels.dtype) == ((3, 28, 28), np.uint8, np.uint8)
    assert labels.tolist() == images[:, 0, 0].tolist() == [4, 5, 6]
    assert store.drawings.counts(ADA) == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0]


def test_who_has_none_has_an_empty_set(store):
    images, labels = store.drawings.digits(BOB)
    assert (images.shape, labels.shape) == ((0, 28, 28), (0,))


@pytest.mark.parametrize("other", [BOB, TEACHER], ids=lambda person: person.id)
def test_not_even_a_teacher_sees_or_changes_others_drawings(store, other):
    number = keep(store, ADA, 4)[0]
    assert store.drawings.for_person(other) == []
    assert store.drawings.counts(other) == [0] * 10
    with pytest.raises(DrawingNotFound):
        store.drawings.relabel(number, 5, other)
    assert store.drawings.delete([number], other) == 0
    assert [saved.label for saved in store.drawings.for_person(ADA)] == [4]


def test_a_drawing_is_called_something_else(store):
    first, second = keep(store, ADA, 4, 4)
    store.drawings.relabel(second, 9, ADA)
    assert {saved.number: saved.label for saved in store.drawings.for_person(ADA)} == {first: 4, second: 9}


def test_many_drawings_are_deleted_and_no_number_comes_again(store):
    numbers = keep(store, ADA, *[1] * 1200)
    assert store.drawings.delete(numbers, ADA) == 1200
    assert store.drawings.for_person(ADA) == []
    assert keep(store, ADA, 1)[0] > numbers[-1]


def test_an_older_database_gets_drawings_and_keeps_its_runs(store, database_url, small):
    number = store.create(small).number
    with store._database.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE drawings"))
    newer = Store(database_url)
    assert keep(newer, ADA, 4)
    assert newer.run(number).number == number
    newer.close()


def test_no_byte_of_a_deleted_drawing_stays_in_the_files(settings):
    """Also where a file with many drawings was shuffled about before by deletions and relabellings."""
    chance, store, reader = random.Random(1), Store(settings.database_url), Store(settings.database_url)
    pictures = {}
    for size in [300, 900, 3000, 9000] * 25:
        strokes = chance.randbytes(16).hex() * (size // 160)
        picture, image = chance.randbytes(size), np.frombuffer(chance.randbytes(784), np.uint8).reshape(28, 28)
        kept = store.drawings.add([drawing(1, image=image, picture=picture, strokes=strokes)], ADA, 0.0)[0]
        pictures[kept.number] = picture, image.tobytes(), strokes.encode()
    for number in chance.sample(sorted(pictures), 30):
        store.drawings.relabel(number, 2, ADA)
    assert len(reader.drawings.for_person(ADA)) == 100  # another process has the file open, as workers do
    gone = chance.sample(sorted(pictures), 75)
    for start in range(0, 75, 15):
        store.drawings.delete(gone[start : start + 20], ADA)
    left = _bytes(settings.data)
    found = [number for number in gone for kept in pictures[number] if _any_of(kept, left)]
    assert found == []
    assert all(_any_of(pictures[number][1], left) for number in pictures.keys() - set(gone))
    store.close()
    reader.close()


def _bytes(folder):
    files = sorted(folder.glob("digitlab.db*"))
    assert {"digitlab.db", "digitlab.db-wal"} <= {path.name for path in files}
    return b"".join(path.read_bytes() for path in files)


def _any_of(kept, content):
    """Whether 24 bytes of it, from anywhere in it, are there."""
    return any(kept[start : start + 24] in content for start in range(0, len(kept) - 24, 24))
