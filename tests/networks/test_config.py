import dataclasses
import json

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.networks.config import PRESET_NAMES, PRESETS, FineTuning, TrainingConfig, as_command, fine_tuning_config


def test_the_tutorial_s_settings_are_the_tutorial_s():
    config = PRESETS["tutorial"].config
    assert (config.epochs, config.batch_size, config.optimizer, config.learning_rate) == (10, 32, "adam", 0.001)
    assert (config.validation_split, config.fitted_digits, config.validation_digits) == (0.2, 48_000, 12_000)
    assert not config.augmentation


def test_every_preset_is_named_and_is_its_own():
    assert tuple(PRESETS) == PRESET_NAMES
    assert all(preset.config.preset == name for name, preset in PRESETS.items())


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
def test_a_value_that_does_not_fit_is_refused_by_its_name(name, value):
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
    assert (config.redrawn_digits, config.other_drawings) == (800, 1500)
    assert config.pictures_per_epoch == 800 + 3000 + 800 + 1500
    assert TrainingConfig().pictures_per_epoch == 48_000


def test_a_config_survives_json():
    config = TrainingConfig(preset="convolutional", augmentation=Augmentation(shift=1.5), early_stopping=4)
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_tuning_survives_json_and_keeps_the_settings_of_its_network():
    base = PRESETS["handwriting"].config
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


def test_an_unknown_setting_is_refused():
    with pytest.raises(InvalidSetting, match="momentum"):
        TrainingConfig.from_dict({"momentum": 0.9})


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingConfig().epochs = 3
