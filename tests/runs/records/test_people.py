import pytest

from digitlab.errors import NotAllowed
from digitlab.runs.records.people import OPERATOR, Person, check_may_change, person_id

ANN, BEN = Person(id="ann"), Person(id="ben")
TEACHER = Person(id="teacher", is_teacher=True)
NOBODY = Person(id="")


@pytest.mark.parametrize("person", [ANN, TEACHER, OPERATOR])
def test_what_is_one_s_own_may_be_changed_and_by_teachers_all(person):
    assert person.may_change("ann")
    assert person.may_train


@pytest.mark.parametrize("owner", ["ann", "", "teacher"])
def test_what_is_somebody_else_s_may_not(owner):
    assert not BEN.may_change(owner)
    assert not BEN.owns(owner)


def test_an_unknown_person_may_change_nothing():
    assert not NOBODY.may_change("")
    assert not NOBODY.owns("")
    assert not NOBODY.may_train


def test_an_id_tells_people_apart_but_not_what_made_it():
    ids = {person_id("token"), person_id("issuer", "subject"), person_id("issuer", "other")}
    assert len(ids) == 3
    assert all(len(known_id) == 32 and set(known_id) <= set("0123456789abcdef") for known_id in ids)
    assert person_id("token") == person_id("token")


def test_who_may_not_change_it_is_told_what_and_who_may():
    check_may_change(ANN, "ann", "this network")
    with pytest.raises(NotAllowed, match=r"belongs to somebody else\. Only they or a teacher"):
        check_may_change(BEN, "ann", "this network")
