"""Every declared setting reaches the plain Keras code, so that a new one cannot be forgotten there."""

import pytest

from digitlab.fields import settings_of
from digitlab.networks.code import KerasCode
from digitlab.networks.config import TrainingConfig

OTHER_VALUES = {
    "preset": "convolutional",
    "optimizer": "sgd",
    "schedule": "cosine",
    "early_stopping": 3,
    "learning_rate": 0.5,
}


def another_value(name):
    """A value of a setting that is allowed, and not its default."""
    setting = settings_of(TrainingConfig)[name]
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    if setting.kind is bool:
        return not setting.default
    return setting.low if setting.default != setting.low else setting.kind(setting.high)


def written(config):
    """Whatever the code of a training says, as script and as notebook."""
    code = KerasCode(config=config, title="A run")
    return code.script(), code.notebook()


@pytest.mark.parametrize("name", list(settings_of(TrainingConfig)))
def test_a_setting_changes_the_code(name):
    changed = TrainingConfig().with_values({name: another_value(name)})
    assert changed != TrainingConfig()
    before, after = written(TrainingConfig()), written(changed)
    assert before[0] != after[0]
    assert before[1] != after[1]
