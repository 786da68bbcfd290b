import dataclasses
import json

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.fields import settings_of
from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.presets import PRESETS
from digitlab.networks.training_command import as_command


def test_the_tutorial_s_settings_are_the_tutorial_s():
    config = TrainingConfig.from_preset("tutorial")
    assert (config.epochs, config.batch_size, config.optimizer, config.learning_rate) == (10, 32, "adam", 0.001)
    assert (config.validation_split, config.fitted_digits, config.validation_digits) == (0.2, 48_000, 12_000)
    assert not config.augmentation


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_brings_settings_that_are_allowed(name):
    config = TrainingConfig.from_preset(name, epochs=3)
    assert (config.preset, config.epochs) == (name, 3)
    assert config.changes().keys() >= {"preset", "epochs", "seed"}


def test_there_is_no_preset_of_another_name():
    with pytest.raises(InvalidSetting, match="preset is 'transformer'"):
        TrainingConfig.from_preset("transformer")


def test_a_fine_tuning_takes_what_its_preset_declares(monkeypatch):
    tuning = FineTuning(base="tutorial", learned=(1,))
    rates = [
        (c.batch_size, c.learning_rate)
        for c in (fine_tuning_config(TrainingConfig.from_preset(name), tuning) for name in PRESETS)
    ]
    assert rates == [(240, 0.002), *[(100, 0.0007)] * 4]
    monkeypatch.setitem(PRESETS, "fast", dataclasses.replace(PRESETS["tutorial"]))
    assert fine_tuning_config(TrainingConfig(preset="fast"), tuning).batch_size == 240


def test_values_are_changed_by_name_wherever_they_belong():
    config = TrainingConfig.from_preset("fast").with_values({"rotation": 5, "seed": 3})
    assert (config.augmentation, config.seed) == (Augmentation(shift=1, rotation=5), 3)
    assert config.changes() == {"preset": "fast", "epochs": 2, "seed": 3, "rotation": 5}
    with pytest.raises(InvalidSetting, match="no setting 'tuning'"):
        config.with_values({"tuning": None})


def test_every_number_has_bounds_and_a_default_within():
    for setting in settings_of(TrainingConfig).values():
        setting.check(setting.default)
        assert setting.choices or setting.kind is bool or setting.low < setting.high


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preset", "transformer"),
        ("epochs", 0),
        ("epochs", 2.5),
        ("epochs", True),
        ("batch_size", -1),
        ("optimizer", "lion"),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("schedule", "linear"),
        ("validation_split", 1),
        ("training_digits", 99),
        ("seed", -1),
        ("augmentation", None),
        ("early_stopping", 0),
        ("written_digits", -1),
        ("written_digits", 200_001),
        ("calibration", 1),
        ("averaging", "yes"),
    ],
)
def test_a_value_that_is_not_allowed_is_rejected_by_name(name, value):
    with pytest.raises(InvalidSetting, match=name.replace("_", " ")):
        TrainingConfig(**{name: value})


def test_early_stopping_needs_something_to_watch():
    with pytest.raises(InvalidSetting, match="validation"):
        TrainingConfig(validation_split=0, early_stopping=3)


def test_a_calibration_needs_digits_to_be_fitted_on():
    with pytest.raises(InvalidSetting, match="validation"):
        TrainingConfig(validation_split=0, calibration=True)


def test_the_pictures_of_an_epoch_are_counted():
    config = TrainingConfig(training_digits=1000, written_digits=3000)
    assert (config.redrawn_digits, config.non_digits) == (800, 1500)
    assert config.pictures_per_epoch == 800 + 3000 + 800 + 1500
    assert TrainingConfig().pictures_per_epoch == 48_000


def test_a_config_survives_json():
    config = TrainingConfig(preset="convolutional", augmentation=Augmentation(shift=1.5), early_stopping=4)
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_fine_tuning_survives_json_and_keeps_other_settings():
    base = TrainingConfig.from_preset("handwriting")
    config = fine_tuning_config(base, FineTuning(base="handwriting", learned=(1, 2), held_back=(3,)))
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config
    assert (config.preset, config.averaging, config.written_digits) == ("handwriting", True, base.written_digits)
    assert config.epochs < base.epochs
    assert as_command(config) == ""


def test_a_drawing_is_learned_or_held_back():
    with pytest.raises(InvalidSetting, match="Drawing 2"):
        FineTuning(base="tutorial", learned=(1, 2), held_back=(2, 3))
    with pytest.raises(InvalidSetting, match="drawings to learn from"):
        FineTuning(base="tutorial", learned=())


def test_an_unknown_setting_is_rejected():
    with pytest.raises(InvalidSetting, match="momentum"):
        TrainingConfig.from_dict({"momentum": 0.9})


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingConfig().epochs = 3
