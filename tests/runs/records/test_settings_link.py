import json

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.layers.kinds import Conv2D, Dense, Flatten, Skip
from digitlab.networks.presets import PRESETS
from digitlab.runs.records.settings_link import _packed, as_file, as_link, from_file, from_link

CONFIGS = [
    *map(TrainingConfig.from_preset, PRESETS),
    TrainingConfig(epochs=3, batch_size=64, optimizer="sgd", learning_rate=1e-9, validation_split=0, seed=2**31 - 1),
    TrainingConfig(preset="fast", augmentation=Augmentation(rotation=20, elastic=0.5), early_stopping=2, epochs=500),
    TrainingConfig(layers=(Conv2D(filters=4, l2=1e-5), Conv2D(filters=4), Skip(over=1), Flatten(), Dense()), epochs=2),
    TrainingConfig(preset="handwriting", written_digits=0, averaging=False, calibration=False, schedule="one-cycle"),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.preset)
def test_settings_travel_as_a_link_and_as_a_file(config):
    assert from_link(as_link(config)) == config
    assert from_file(as_file(config)) == config
    assert from_file(as_file(config).encode()) == config


def test_a_link_is_short_and_needs_no_escapes():
    assert as_link(TrainingConfig()) == "1~preset_is_tutorial~epochs_is_10~seed_is_1"
    assert all(len(as_link(config)) < 300 for config in CONFIGS)


@pytest.mark.parametrize(
    ("link", "match"),
    [
        ("", "cannot be read"),
        ("2~preset_is_tutorial", "version '2'"),
        ("1~preset_is_secret", "preset is 'secret'"),
        ("1~epochs_is_501", "epochs is 501"),
        ("1~epochs_is_ten", "epochs is 'ten'"),
        ("1~epochs_is_5~epochs_is_6", "epochs_is_6"),
        ("1~epochs", "'epochs'"),
        ("1~learning_rate_is_nan", "learning rate is nan"),
        ("1~learning_rate_is_" + "9" * 5000, "learning rate is inf"),
        ("1~rotation_is_90", "rotation is 90"),
        ("1~averaging_is_1", "averaging is 1"),
        ("1~__class___is_x", "no setting '__class__'"),
        ("1~augmentation_is_x", "no setting 'augmentation'"),
        ("1~layers_is_eJw", "layers in this link cannot be read"),
        ("1~layers_is_none", "layers in this link cannot be read"),
        ("1~layers_is_" + _packed([{"type": "Lambda"}]), "Layer 1: there is no type 'Lambda'"),
        ("1~layers_is_" + _packed([{"type": "Flatten"}] * 200), "200 layers; at most 64"),
        ("1~layers_is_" + _packed(["x" * 10_000_000]), "layers in this link cannot be read"),
        ("1~preset_is_<script>", "cannot be read"),
        ("1~" + "x" * 20_000, "cannot be read"),
    ],
)
def test_a_link_of_bad_settings_is_rejected_with_the_reason(link, match):
    with pytest.raises(InvalidSetting, match=match):
        from_link(link)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "not a settings file"),
        (b"\xff\xfe", "not a settings file"),
        (b"[" * 9000, "not a settings file"),
        (b"{}", "not a settings file"),
        (b" " * 20_000 + b"{}", "not a settings file"),
        (b'{"digitlab_settings": 9}', "version '9'"),
        (b'{"digitlab_settings": 1, "epochs": 0}', "epochs is 0"),
        (b'{"digitlab_settings": 1, "preset": ["tutorial"]}', "preset is"),
        (b'{"digitlab_settings": 1, "optimizer": {"class_name": "x"}}', "optimizer is"),
        (b'{"digitlab_settings": 1, "shift": "2"}', "shift is '2'"),
    ],
)
def test_a_file_of_bad_settings_is_rejected_with_the_reason(content, match):
    with pytest.raises(InvalidSetting, match=match):
        from_file(content)


def test_a_file_may_be_written_by_hand():
    assert from_file(json.dumps({"digitlab_settings": 1, "epochs": 2})) == TrainingConfig(epochs=2)


def test_what_a_network_was_fine_tuned_on_is_not_shared():
    tuned = fine_tuning_config(TrainingConfig(), FineTuning(base="tutorial", learned=(1, 2), held_back=(3,)))
    assert "tuning" not in as_link(tuned) + as_file(tuned)
    with pytest.raises(InvalidSetting, match="no setting 'tuning'"):
        from_file('{"digitlab_settings": 1, "tuning": {"base": "tutorial", "learned": [1], "held_back": [2]}}')
