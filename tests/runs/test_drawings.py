"""What may be kept as somebody's own digit, and how much of it."""

import numpy as np
import pytest

from digitlab.errors import DrawingNotFound, InvalidSetting, LimitReached, NotAllowed
from digitlab.runs import drawings
from digitlab.runs.drawings import Drawing, Drawings
from digitlab.runs.people import OPERATOR, Person
from digitlab.runs.store import Store

ADA = Person(id="ada", name="Ada")
NOBODY = Person(id="")


@pytest.fixture
def own(settings):
    store = Store(settings.database_url)
    yield Drawings(lambda: store)
    store.close()


def drawing(label=7, **more):
    return Drawing(**{"label": label, "image": np.full((28, 28), label, np.uint8), "source": "request", **more})


def test_a_drawing_is_one_of_ten_digits_in_the_one_form():
    with pytest.raises(InvalidSetting, match="10 is no digit"):
        drawing(10)
    with pytest.raises(ValueError, match="uint8"):
        drawing(image=np.zeros((20, 20), np.uint8))


@pytest.mark.parametrize("person", [NOBODY, OPERATOR])
def test_nothing_is_kept_of_those_of_whom_nothing_is_known(own, person):
    with pytest.raises(NotAllowed, match="Log in"):
        own.keep([drawing()], person)
    assert own.of(person) == []
    assert own.counts(person) == [0] * 10
    assert own.digits(person)[0].shape == (0, 28, 28)
    assert own.delete([1], person) == 0


def test_a_person_may_have_many_drawings_but_not_any_number(own):
    own.keep([drawing()] * (drawings.MOST - 1), ADA)
    with pytest.raises(LimitReached, match="4,999 drawings, and 2 would come; 5,000 can be kept"):
        own.keep([drawing()] * 2, ADA)
    own.keep([drawing()], ADA)
    assert own.counts(ADA)[7] == drawings.MOST


def test_strokes_without_end_are_refused(own):
    with pytest.raises(LimitReached, match="Clear the field"):
        own.keep([drawing(strokes="x" * 600_000)], ADA)


def test_a_drawing_that_is_to_be_called_no_digit_keeps_its_label(own):
    number = own.keep([drawing(3)], ADA)[0].number
    with pytest.raises(InvalidSetting, match="no digit"):
        own.relabel(number, 11, ADA)
    with pytest.raises(DrawingNotFound, match="My digits"):
        own.relabel(number + 1, 4, ADA)
    assert [kept.label for kept in own.of(ADA)] == [3]
