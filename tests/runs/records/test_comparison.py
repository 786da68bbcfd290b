import dataclasses

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.networks.config import TrainingConfig
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.recognition import Recogniser
from digitlab.runs.records.comparison import Contender, contenders, differences, milliseconds
from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.runs.records.run import Run, RunState


def epoch(number, seconds):
    return EpochMetrics(epoch=number, loss=0.5, accuracy=0.9, seconds=seconds)


def contender(**values):
    return Contender(**{"key": "one", "label": "One", "config": TrainingConfig(), "epochs": ()} | values)


@pytest.fixture
def card(ready_made):
    return ModelCard.from_json((ready_made / "tutorial.json").read_text())


def run(**values):
    return Run(number=7, title="New", config=TrainingConfig(), created=0.0, **{"state": RunState.RUNNING} | values)


def test_networks_and_runs_that_have_none_yet_can_be_compared(card):
    found = contenders([card], lambda cards: {"tutorial": "T"}, [run()], lambda number: [epoch(1, 2.0)])
    assert {key: shown.label for key, shown in found.items()} == {"tutorial": "T", "run:7": "New (run 7, running)"}


def test_a_run_is_left_out_if_it_has_a_network_or_no_epoch(card):
    done = run(state=RunState.FINISHED, model="tutorial")
    assert list(contenders([card], lambda _: {"tutorial": "T"}, [done], lambda _: [epoch(1, 2.0)])) == ["tutorial"]
    assert list(contenders([card], lambda _: {"tutorial": "T"}, [run()], lambda _: [])) == ["tutorial"]


def test_only_settings_that_differ_are_told():
    other = dataclasses.replace(
        TrainingConfig(), epochs=20, calibration=True, early_stopping=3, augmentation=Augmentation(shift=1.5)
    )
    assert differences([contender(), contender(config=other)]) == {
        "Epochs": ["10", "20"],
        "Calibrated probabilities": ["no", "yes"],
        "Early stopping after": ["none", "3"],
        "Shift": ["0", "1.5"],
    }
    assert differences([contender(), contender()]) == differences([contender()]) == differences([]) == {}


def test_the_first_epoch_counts_only_where_it_is_alone():
    assert contender(epochs=(epoch(1, 9.0), epoch(2, 1.0), epoch(3, 2.0), epoch(4, 1.0))).seconds_per_epoch == 1
    assert contender(epochs=(epoch(1, 9.0),)).seconds_per_epoch == 9
    assert contender().seconds_per_epoch is None


def test_a_reading_takes_a_few_milliseconds(ready_made, digits):
    assert 0.001 < milliseconds(Recogniser.load(ready_made / "tutorial.keras"), digits.x_test[:20]) < 100


def test_settings_that_nobody_knows_are_not_invented(card):
    origin = Origin(file="x.keras", source="", sha256="0", layers=7, scale="0 to 1", is_softmax_added=False)
    brought = dataclasses.replace(card, name="brought", origin=origin)
    found = contenders([brought], lambda _: {"brought": "B"}, [], lambda _: [])["brought"]
    other = dataclasses.replace(TrainingConfig(), epochs=20)
    assert differences([found, contender(), contender(config=other)]) == {"Epochs": ["unknown", "10", "20"]}
    assert differences([found, contender()]) == {}


def test_what_a_network_was_improved_from_is_a_setting(card):
    tuned = dataclasses.replace(TrainingConfig(), tuning=FineTuning(base="tutorial", learned=(1, 2)))
    different = differences([contender(), contender(config=tuned)])
    assert different == {"Fine-tuned from": ["none", "tutorial"], "Drawings trained on": ["0", "2"]}
