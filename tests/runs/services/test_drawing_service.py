"""What may be kept as somebody's own digit, and how much of it."""

import numpy as np
import pytest

from digitlab.errors import BundleRejected, DrawingNotFound, InvalidSetting, LimitReached, NotAllowed
from digitlab.preprocessing import bundles
from digitlab.runs.records import drawing as drawing_record
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.services.drawing_service import DrawingService
from digitlab.runs.store.lazy_store import LazyStore
from digitlab.runs.store.store import Store

ADA = Person(id="ada", name="Ada")
NOBODY = Person(id="")


@pytest.fixture
def own(settings):
    store = Store(settings.database_url)
    yield DrawingService(lambda: store)
    store.close()


def drawing(label=7, **more):
    return Drawing(**{"label": label, "image": np.full((28, 28), label, np.uint8), "source": "request", **more})


def test_a_drawing_is_one_of_ten_digits_in_the_one_form():
    with pytest.raises(InvalidSetting, match="10 is not a digit"):
        drawing(10)
    with pytest.raises(ValueError, match="uint8"):
        drawing(image=np.zeros((20, 20), np.uint8))


@pytest.mark.parametrize("person", [NOBODY, OPERATOR])
def test_nothing_is_kept_of_those_of_whom_nothing_is_known(own, person):
    with pytest.raises(NotAllowed, match="Log in"):
        own.save([drawing()], person)
    assert own.for_person(person) == []
    assert own.counts(person) == [0] * 10
    assert own.digits(person)[0].shape == (0, 28, 28)
    assert own.delete([1], person) == 0


def test_a_person_may_have_many_drawings_but_not_any_number(own):
    own.save([drawing()] * (drawing_record.MAX_DRAWINGS - 1), ADA)
    with pytest.raises(LimitReached, match=r"You can have 5,000 drawings\. You have 4,999, and tried to add 2"):
        own.save([drawing()] * 2, ADA)
    own.save([drawing()], ADA)
    assert own.counts(ADA)[7] == drawing_record.MAX_DRAWINGS


def test_strokes_without_end_are_refused(own):
    with pytest.raises(LimitReached, match="Clear the canvas"):
        own.save([drawing(strokes="x" * 600_000)], ADA)


def test_a_drawing_cannot_be_relabelled_as_no_digit(own):
    number = own.save([drawing(3)], ADA)[0].number
    with pytest.raises(InvalidSetting, match="not a digit"):
        own.relabel(number, 11, ADA)
    with pytest.raises(DrawingNotFound, match="My digits"):
        own.relabel(number + 1, 4, ADA)
    assert [kept.label for kept in own.for_person(ADA)] == [3]


def test_drawings_are_digits_and_none_are_none():
    images, labels = digits_of([drawing(7), drawing(2)])
    assert (images.shape, labels.tolist(), labels.dtype) == ((2, 28, 28), [7, 2], np.uint8)
    assert digits_of([])[0].shape == (0, 28, 28)


def test_the_digit_of_which_there_are_fewest_is_wanted():
    assert drawing_record.scarcest([3, 2, 2, 5, 2, 9, 9, 9, 9, 9]) == 1


def test_what_goes_out_as_a_file_comes_in_again_once(own):
    own.save([drawing(3), drawing(9)], ADA)
    files = {"mine.zip": own.as_zip(ADA), "mine.npz": own.as_npz(ADA)}
    for name, content in files.items():
        assert own.import_bundle(content, name, ADA) == (0, 2)
    assert own.import_bundle(files["mine.zip"], "mine.zip", Person(id="bob")) == (2, 0)
    assert own.import_bundle(files["mine.npz"], "mine.npz", Person(id="bob")) == (0, 2)
    assert own.counts(Person(id="bob")) == own.counts(ADA)
    assert {kept.source for kept in own.for_person(Person(id="bob"))} == {"import"}


def test_a_picture_twice_is_one_drawing_unless_labels_differ(own):
    image = np.ones((1, 28, 28), np.uint8)
    content = bundles.to_npz(np.concatenate([image] * 3), np.array([4, 4, 5], np.uint8))
    assert own.import_bundle(content, "mine.npz", ADA) == (2, 1)


def test_of_a_file_with_one_bad_picture_nothing_is_kept(own):
    with pytest.raises(BundleRejected, match="find any writing"):
        own.import_bundle(bundles.to_zip([drawing(3).image, drawing(0).image], [3, 0], "ab"), "mine.zip", ADA)
    assert own.for_person(ADA) == []


def test_only_its_owner_gets_a_whole_drawing(own):
    number = own.save([drawing(picture=b"png", strokes="[]")], ADA)[0].number
    assert own.get(number, ADA).picture == b"png"
    assert own.for_person(ADA, with_pictures=False)[0].picture is None
    with pytest.raises(DrawingNotFound):
        own.get(number, Person(id="bob"))
    with pytest.raises(DrawingNotFound):
        own.get(number, NOBODY)


def test_without_room_nothing_is_saved_and_no_file_opened(settings):
    def no_room():
        raise LimitReached("The lab's folders are full.")

    full = DrawingService(LazyStore(settings.database_url), no_room)
    for verb in (lambda: full.save([drawing()], ADA), lambda: full.import_bundle(b"no ZIP", "evil.zip", ADA)):
        with pytest.raises(LimitReached, match="full"):
            verb()
