"""The lab on the command line: `python -m digitlab --help`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from digitlab.cli import improvement, models, runs, setup, training
from digitlab.cli.parser import parser
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.settings import Settings, quiet_tensorflow

COMMANDS: dict[str, Callable[[argparse.Namespace, Lab], int]] = {
    "train": training.train,
    "evaluate": models.evaluate,
    "read": models.read,
    "export": models.export,
    "import": models.import_,
    "improve": improvement.improve,
    "forget": improvement.forget,
    "runs": runs.list_runs,
    "stop": runs.stop,
    "pause": runs.pause,
    "resume": runs.resume,
    "rename": runs.rename,
    "delete": runs.delete,
}
WITHOUT_LAB: dict[str, Callable[[argparse.Namespace], int]] = {"workers": setup.workers, "doctor": setup.doctor}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong arguments, 130 interrupted by Ctrl-C.
    """
    options = parser().parse_args(arguments)
    quiet_tensorflow()
    try:
        if options.command in WITHOUT_LAB:
            return WITHOUT_LAB[options.command](options)
        with Lab(Settings.from_environment()) as lab:
            return COMMANDS[options.command](options, lab)
    except DigitLabError as error:
        print(f"digitlab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # the shells' status for Ctrl-C
