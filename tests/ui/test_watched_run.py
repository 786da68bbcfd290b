"""Which run the page Watch it learn opens with."""

import pytest

from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState
from digitlab.ui.watch import run_choice

ANN = Person(id="ann")


@pytest.mark.parametrize(
    ("runs", "first"),
    [
        pytest.param(
            [("bob", "finished", 4), ("ann", "failed", 0), ("ann", "finished", 4), ("ann", "finished", 9)], 2, id="own"
        ),
        pytest.param([("ann", "failed", 1), ("bob", "running", 1), ("", "finished", 4)], 1, id="an example"),
        pytest.param([("ann", "running", 1), ("ann", "finished", 4)], 0, id="own that is trained"),
        pytest.param([("bob", "finished", 4), ("ann", "running", 0)], 1, id="own that begins"),
        pytest.param([("ann", "failed", 0), ("bob", "finished", 0)], None, id="nothing to play"),
        pytest.param([], None, id="no run"),
    ],
)
def test_a_person_sees_their_own_newest_run_with_a_film(runs, first):
    listed = [
        Run(number=number, title="Run", owner=owner, config=TrainingConfig(), state=RunState(state), created=0.0)
        for number, (owner, state, _count) in enumerate(runs)
    ]
    chosen = run_choice.first_choice(listed, ANN, lambda run: [None] * runs[run.number][2])
    assert (chosen and chosen.number) == first


def test_a_run_of_others_is_listed_as_theirs():
    run = Run(number=3, title="Three", owner="bob", config=TrainingConfig(), state=RunState.FINISHED, created=0.0)
    assert run_choice.label(run, ANN) == "3: Three, finished, by another user"
    assert run_choice.label(run, Person(id="bob")) == "3: Three, finished"
