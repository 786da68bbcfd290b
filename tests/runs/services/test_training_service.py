"""What people may do with runs; that workers then train them is in tests/test_lab.py."""

import dataclasses

import pytest

from digitlab.errors import InvalidSetting, LimitReached, NotAllowed
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import RunState
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.training_service import TrainingService

ANN, BEN = Person(id="ann"), Person(id="ben")


@pytest.fixture
def trainings(settings, record, changes):
    limited = dataclasses.replace(settings, max_runs_per_person=1, max_epochs=5)
    return TrainingService(limited, record, Limits(limited), lambda: changes.append(1))


def test_each_wish_is_recorded_and_told_on(trainings, record, changes, small):
    number = trainings.start(small, "Mine", ANN).number
    trainings.pause(number, ANN)
    assert record().run(number).state is RunState.PAUSED
    assert trainings.resume(number, ANN, 4).config.epochs == 4
    trainings.stop(number, ANN)
    trainings.rename(number, "Still mine", ANN)
    assert (record().run(number).state, record().run(number).title) == (RunState.STOPPED, "Still mine")
    trainings.delete(number, ANN)
    assert record().runs() == []
    assert len(changes) == 6


def test_what_is_refused_changes_nothing(trainings, record, changes, small):
    number = trainings.start(small, "", ANN).number
    for verb in (trainings.stop, trainings.pause, trainings.delete):
        with pytest.raises(NotAllowed, match="somebody else"):
            verb(number, BEN)
    with pytest.raises(LimitReached):
        trainings.start(small, "", ANN)
    with pytest.raises(InvalidSetting):
        trainings.start(dataclasses.replace(small, epochs=6), "", BEN)
    with pytest.raises(NotAllowed, match="Log in"):
        trainings.start(small, "", Person(id=""))
    assert (len(record().runs()), len(changes)) == (1, 1)
