"""What people may do in a lab, and how much."""

import dataclasses

import numpy as np
import pytest

from digitlab.errors import InvalidSetting, LimitReached, NotAllowed
from digitlab.lab import Lab
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import RunState


@pytest.mark.parametrize("person", [Person(id="ben"), Person(id=""), Person(id="", name="ann")], ids=str)
def test_what_others_may_do_with_a_run_is_to_see_it(settings, small, person):
    lab = Lab(settings)
    number = lab.start_training(small, "", Person(id="ann")).number
    before = lab.run(number)
    verbs = [lab.stop, lab.pause, lab.resume, lab.delete_run, lambda *who: lab.rename_run(who[0], "Mine", who[1])]
    for verb in verbs:
        with pytest.raises(NotAllowed):
            verb(number, person)
    assert lab.run(number) == before
    assert [run.number for run in lab.runs()] == [number]


@pytest.mark.parametrize("person", [Person(id="ann"), Person(id="t", is_teacher=True), OPERATOR], ids=str)
def test_owners_teachers_and_the_operator_may_change_a_run(settings, small, person):
    lab = Lab(settings)
    number = lab.start_training(small, "", Person(id="ann")).number
    lab.rename_run(number, "Mine", person)
    lab.pause(number, person)
    assert lab.resume(number, person).owner == "ann"
    lab.stop(number, person)
    assert (lab.run(number).title, lab.run(number).state) == ("Mine", RunState.STOPPED)
    lab.delete_run(number, person)
    assert lab.runs() == []


def test_of_whom_nothing_is_known_starts_no_training(settings, small):
    lab = Lab(settings)
    with pytest.raises(NotAllowed, match="Log in"):
        lab.start_training(small, "", Person(id=""))
    assert lab.runs() == []


def test_past_a_limit_a_sentence_says_so(settings, small):
    ann, limited = Person(id="ann"), dataclasses.replace(settings, max_runs_per_person=1, max_epochs=5)
    with Lab(limited) as lab:
        lab.start_training(small, "", ann)
        with pytest.raises(LimitReached, match=r"runs per person in this lab: 1 at most\. You have 1\."):
            lab.start_training(small, "", ann)
        lab.start_training(small, "", Person(id="ben"))
        with pytest.raises(InvalidSetting, match="not 6"):
            lab.start_training(dataclasses.replace(small, epochs=6), "", Person(id="eva"))
    with Lab(dataclasses.replace(settings, max_gigabytes=1e-9)) as full, pytest.raises(LimitReached, match="GB"):
        full.start_training(small, "", Person(id="eva"))


def test_people_have_their_own_drawings_until_the_lab_is_full(settings):
    ada, bob = Person(id="ada"), Person(id="bob")
    image = np.full((28, 28), 9, np.uint8)
    with Lab(settings) as lab:
        kept = lab.drawings.save([Drawing(label=3, image=image, source="request")], ada)[0]
        lab.drawings.relabel(kept.number, 4, ada)
        assert lab.drawings.import_bundle(lab.drawings.as_zip(ada), "hers.zip", bob) == (1, 0)
        assert lab.drawings.delete([kept.number], bob) == 0
        assert [lab.drawings.counts(person)[4] for person in (ada, bob)] == [1, 1]
        assert lab.drawings.get(kept.number, ada).label == lab.drawings.digits(ada)[1][0] == 4
    with Lab(dataclasses.replace(settings, max_gigabytes=1e-9)) as full:
        with pytest.raises(LimitReached, match="DIGITLAB_MAX_GIGABYTES"):
            full.drawings.save([kept], ada)
        assert full.drawings.delete([kept.number], ada) == 1
