"""The command `find-learning-rate`."""

import argparse
import dataclasses

from digitlab.cli.output import show
from digitlab.cli.setting_options import config_from
from digitlab.lab import Lab
from digitlab.networks.training_command import as_command
from digitlab.translation import _, translated


def find_learning_rate(options: argparse.Namespace, lab: Lab) -> int:
    """Test learning rates for a training in this process, and print the one that is suggested; 1 if there is none."""
    config = config_from(options)
    test = lab.find_learning_rate_here(config)
    rate = test.suggested
    result = {
        "learning_rate": rate,
        "ending": test.ending,
        "batch_size": test.batch_size,
        "rates": test.rates,
        "losses": test.losses,
        "smoothed_losses": test.smoothed.tolist(),
    }
    lines = [translated(test.summary)]
    if rate is not None:
        command = as_command(dataclasses.replace(config, learning_rate=rate))
        lines = [_("Suggested learning rate: {rate:g}", rate=rate), *lines]
        lines += [_("Train with it: {command}", command=command)] if command else []
    show(options, result, "\n".join(lines))
    return 0 if rate is not None else 1
