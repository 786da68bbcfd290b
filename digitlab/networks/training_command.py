"""The command that repeats a training."""

import shlex

from digitlab.fields import settings_of
from digitlab.networks import rate_changes
from digitlab.networks.config import LAYERS, TrainingConfig
from digitlab.networks.layers import stacks


def as_command(config: TrainingConfig) -> str:
    """Return the command that trains with these settings, without what the preset brings.

    Empty for a fine-tuned network: nobody else has its drawings.
    """
    if config.tuning:
        return ""
    settings = settings_of(TrainingConfig)
    changes = {name: value for name, value in config.changes().items() if name in settings}
    options = [settings[name].as_option(value) for name, value in changes.items()]
    if config.layers is not None:
        options.append(f"--{LAYERS} {shlex.quote(stacks.as_text(config.layers))}")
    if config.learning_rate_changes:
        options.append(f"--learning-rate-changes {rate_changes.as_text(config.learning_rate_changes)}")
    return " ".join(["python -m digitlab train", *options])
