"""The lab on the command line: `python -m digitlab --help`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from digitlab.cli import (
    argparse_texts,
    backup,
    ctrl_c,
    improvement,
    learning_rate,
    models,
    output,
    runs,
    search,
    setup,
    training,
)
from digitlab.cli.output import OutputClosed
from digitlab.cli.parser import parser
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.settings import Settings, preferred_language, quiet_tensorflow
from digitlab.translation import error_text, in_language

COMMANDS: dict[str, Callable[[argparse.Namespace, Lab], int]] = {
    "train": training.train,
    "find-learning-rate": learning_rate.find_learning_rate,
    "search": search.search,
    "evaluate": models.evaluate,
    "read": models.read,
    "export": models.export,
    "import": models.import_,
    "improve": improvement.improve,
    "keep": improvement.keep,
    "forget": improvement.forget,
    "runs": runs.list_runs,
    "stop": runs.stop,
    "pause": runs.pause,
    "resume": runs.resume,
    "rate": runs.change_rate,
    "rename": runs.rename,
    "delete": runs.delete,
}
WITHOUT_LAB: dict[str, Callable[[argparse.Namespace], int]] = {
    "workers": setup.workers,
    "doctor": setup.doctor,
    "backup": backup.backup,
    "restore": backup.restore,
}
_INTERRUPTED, _CLOSED = 130, 141  # what shells show for programs that SIGINT and SIGPIPE end


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. It speaks the language that the environment asks for.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong arguments, 130 interrupted by Ctrl-C, 141 done as far as possible,
        but the reader of the output has left.
    """
    with in_language(output.writable(preferred_language())), argparse_texts.translated():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    try:
        ctrl_c.raise_interrupt()
        output.prepare()
        return _run(parser().parse_args(arguments))
    except KeyboardInterrupt:
        output.drop(sys.stdout)  # it may wait for a full pipe
        return _INTERRUPTED
    except OutputClosed:
        return _CLOSED
    except DigitLabError as error:
        output.tell(f"digitlab: {error_text(error)}")
        return 1
    finally:
        output.finish()


def _run(options: argparse.Namespace) -> int:
    quiet_tensorflow()
    if options.command in WITHOUT_LAB:
        return WITHOUT_LAB[options.command](options)
    with Lab(Settings.from_environment()) as lab:
        return COMMANDS[options.command](options, lab)
