"""Numbers that no database can hold, through all that takes the number of a run or a drawing from people."""

import dataclasses
import itertools

import pytest

from digitlab.errors import DrawingNotFound, InvalidSetting, RunNotFound
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import HERE, OPERATOR

NUMBERS = (0, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**32, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**40)


@pytest.fixture
def lab(settings, database_url):
    """A lab with each database, with a run that was stopped."""
    with Lab(dataclasses.replace(settings, database_url=database_url)) as lab:
        run = lab.start_training(TrainingConfig(), "", OPERATOR)
        lab.stop(run.number, OPERATOR)
        yield lab


def test_an_impossible_number_is_one_that_does_not_exist(lab):
    requests = {
        "stop": lambda number: lab.stop(number, OPERATOR),
        "pause": lambda number: lab.pause(number, OPERATOR),
        "resume": lambda number: lab.resume(number, OPERATOR),
        "rename": lambda number: lab.rename_run(number, "Mine", OPERATOR),
        "delete": lambda number: lab.delete_run(number, OPERATOR),
        "run": lab.run,
    }
    for number, (verb, request) in itertools.product(NUMBERS, requests.items()):
        with pytest.raises(RunNotFound) as refused:
            request(number)
        assert str(refused.value) == f"There is no run {number}. See the list of runs.", verb
    for number in NUMBERS:
        with pytest.raises(DrawingNotFound, match=f"^You have no drawing {number}. It may have been deleted"):
            lab.drawings.get(number, HERE)
        with pytest.raises(DrawingNotFound, match=f"^You have no drawing {number}. It may have been deleted"):
            lab.drawings.relabel(number, 3, HERE)
    assert lab.drawings.delete(NUMBERS, HERE) == 0


def test_epochs_beyond_all_bounds_are_a_wrong_setting(lab):
    for epochs in (-1, 0, 501, 2**31, 2**63, 10**40):
        with pytest.raises(InvalidSetting, match=f"{epochs}"):
            lab.resume(1, OPERATOR, epochs)
    assert lab.run(1).state == "stopped"
