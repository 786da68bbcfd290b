"""What people may do to steer a run; `tests/worker/` has what workers do then."""

import dataclasses
import math

import pytest

from digitlab.errors import InvalidSetting, LimitReached, NotAllowed, RunIsOver, RunNotFound
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.rate_changes import MAX_CHANGES, RateChange
from digitlab.runs.records.people import Person
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.training_service import TrainingService

ANN, BEN = Person(id="ann"), Person(id="ben")


@pytest.fixture
def trainings(settings, record):
    return TrainingService(settings, record, Limits(settings), lambda: None)


def refuse(*_question):
    raise AssertionError("no worker is to be asked")


def test_a_rate_is_requested_by_the_owner_alone(trainings, record, small):
    number = trainings.start(small, "", ANN).number
    trainings.change_rate(number, 0.25, ANN)
    assert record().run(number).wanted_rate == 0.25
    with pytest.raises(NotAllowed, match="somebody else"):
        trainings.change_rate(number, 0.5, BEN)
    with pytest.raises(RunNotFound):
        trainings.change_rate(number + 1, 0.5, ANN)
    assert record().run(number).wanted_rate == 0.25


@pytest.mark.parametrize("rate", [math.nan, math.inf, -1.0, 0.0, 1e-10, 1e300, 10**400])
def test_a_rate_out_of_bounds_is_refused(trainings, record, small, rate):
    number = trainings.start(small, "", ANN).number
    with pytest.raises(InvalidSetting, match=r"The setting learning rate is .* from 1e-09 to 1000"):
        trainings.change_rate(number, rate, ANN)
    assert record().run(number).wanted_rate is None


def test_what_is_over_or_changed_too_often_is_not_steered(trainings, record, small):
    changes = tuple(RateChange(batch=n, rate=0.1) for n in range(MAX_CHANGES))
    number = trainings.start(dataclasses.replace(small, learning_rate_changes=changes), "", ANN).number
    with pytest.raises(LimitReached, match="100 times"):
        trainings.change_rate(number, 0.25, ANN)
    number = trainings.start(small, "", ANN).number
    trainings.stop(number, ANN)
    with pytest.raises(RunIsOver, match="it is stopped"):
        trainings.change_rate(number, 0.25, ANN)


def test_single_batches_are_refused_where_they_cannot_be(trainings, small):
    tuned = dataclasses.replace(small, tuning=FineTuning(base="x", learned=(1,)))
    number = trainings.start(tuned, "", ANN).number
    for steer in (
        lambda: trainings.train_one_batch(number, ANN, refuse),
        lambda: trainings.change_rate(number, 1, ANN),
    ):
        with pytest.raises(InvalidSetting, match="is a fine-tuning"):
            steer()
    own = trainings.start(small, "", ANN).number
    with pytest.raises(NotAllowed):
        trainings.train_one_batch(own, BEN, refuse)
