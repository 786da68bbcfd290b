"""Stacks of layers as JSON: read back as they were, or refused with a sentence."""

import time

import pytest
from random_stacks import random_stack

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.layers.kinds import Conv2D, Dense, Flatten, GlobalAveragePooling2D
from digitlab.networks.layers.stacks import as_file, as_json, as_text, from_json, from_text, in_a_line
from digitlab.networks.presets import PRESETS
from digitlab.networks.training_command import as_command


def test_any_stack_survives_json():
    for seed in range(100):
        stack = random_stack(seed)
        assert from_text(as_file(stack)) == from_text(as_text(stack).encode()) == from_json(as_json(stack)) == stack


def test_presets_are_stacks_like_any_other():
    for preset in PRESETS.values():
        assert from_text(as_file(preset.layers)) == preset.layers
    assert in_a_line(PRESETS["tutorial"].layers) == "Flatten, Dense 128"


FLATTEN = '{"type": "Flatten"}'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not a file of layers"),
        (b"\xff\xfe\x00", "not a file of layers"),
        ("[" * 20_000, "not a file of layers"),
        (" " * 60_000 + "[]", "not a file of layers"),
        ("[1" + "0" * 5000 + "]", "not a file of layers"),
        ("{}", "layers are {}. Give a list"),
        ("null", "layers are None"),
        ("[]", "ends with maps of 28 x 28 x 1"),
        ("[" + ",".join([FLATTEN] * 200) + "]", "has 200 layers; at most 64 are allowed"),
        ("[[]]", "Layer 1 is []. Give its type"),
        ('[{"type": 5}]', "Layer 1 is {'type': 5}"),
        ('[{"type": "Lambda"}]', "Layer 1: there is no type 'Lambda'. Choose one of Dense, Conv2D"),
        ('[{"type": "Layer"}]', "there is no type 'Layer'"),
        (f'[{FLATTEN}, {{"type": "Dense", "unit": 3}}]', "Layer 2: Dense has no setting 'unit'. It has activation"),
        ('[{"type": "Flatten", "__class__": 3}]', "Layer 1: Flatten has no setting '__class__'. It has none."),
        (f'[{FLATTEN}, {{"type": "Dense", "units": 1000000000}}]', "Layer 2: The setting units is 1000000000. Choose"),
        (f'[{FLATTEN}, {{"type": "Dense", "units": true}}]', "Layer 2: The setting units is True"),
        (f'[{FLATTEN}, {{"type": "Dense", "units": 8.0}}]', "Layer 2: The setting units is 8.0"),
        (f'[{FLATTEN}, {{"type": "Dense", "l2": NaN}}]', "Layer 2: The setting l2 is nan"),
        (f'[{FLATTEN}, {{"type": "Dense", "activation": "__import__"}}]', "activation is '__import__'. Choose one of"),
        ('[{"type": "Conv2D", "filters": [1]}]', "Layer 1: The setting filters is [1]"),
        ('[{"type": "Conv2D", "padding": ["same"]}]', "Layer 1: The setting padding is ['same']"),
    ],
)
def test_a_tampered_file_is_refused_at_once(content, sentence):
    started = time.process_time()
    with pytest.raises(InvalidSetting) as caught:
        from_text(content)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.process_time() - started < 1


def test_layers_are_part_of_the_settings():
    config = TrainingConfig(layers=(Conv2D(filters=4), Flatten()), epochs=2)
    assert config.as_dict()["layers"] == [{"type": "Conv2D", "filters": 4}, {"type": "Flatten"}]
    assert TrainingConfig.from_dict(config.as_dict()) == config
    assert (config.network_name, config.network_title) == ("own", "Own network")
    assert "layers" not in TrainingConfig().as_dict()
    assert as_command(config).endswith("""--layers '[{"type":"Conv2D","filters":4},{"type":"Flatten"}]'""")
    assert config.network_key != TrainingConfig().network_key == "tutorial"


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"layers": [Flatten()]}, "Give a tuple of layers"),
        ({"layers": (Flatten(), Conv2D())}, "Layer 2: Conv2D needs height and width"),
        ({"layers": (Conv2D(filters=128), GlobalAveragePooling2D()), "batch_size": 4096}, "Choose at most 2,671"),
    ],
)
def test_layers_that_cannot_work_are_rejected(values, match):
    with pytest.raises(InvalidSetting, match=match):
        TrainingConfig(**values)


def test_a_designed_network_is_fine_tuned_as_one_of_its_kind():
    tuning = FineTuning(base="own", learned=(1,))
    sizes = [
        fine_tuning_config(TrainingConfig(layers=layers), tuning).batch_size
        for layers in ((Flatten(), Dense()), (Conv2D(), Flatten()))
    ]
    assert sizes == [240, 100]
