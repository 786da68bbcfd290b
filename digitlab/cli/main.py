"""The lab on the command line: `python -m digitlab --help`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from digitlab.cli import (
    argparse_texts,
    backup_commands,
    ctrl_c,
    improvement_commands,
    learning_rate_command,
    model_commands,
    output,
    run_commands,
    search_command,
    setup_commands,
    train_command,
)
from digitlab.cli.output import OutputClosed
from digitlab.cli.parser import parser
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.settings import Settings, preferred_language, quiet_tensorflow
from digitlab.translation import error_text, in_language

COMMANDS: dict[str, Callable[[argparse.Namespace, Lab], int]] = {
    "train": train_command.train,
    "find-learning-rate": learning_rate_command.find_learning_rate,
    "search": search_command.search,
    "evaluate": model_commands.evaluate,
    "read": model_commands.read,
    "export": model_commands.export,
    "import": model_commands.import_,
    "improve": improvement_commands.improve,
    "keep": improvement_commands.keep,
    "forget": improvement_commands.forget,
    "runs": run_commands.list_runs,
    "stop": run_commands.stop,
    "pause": run_commands.pause,
    "resume": run_commands.resume,
    "rate": run_commands.change_rate,
    "rename": run_commands.rename,
    "delete": run_commands.delete,
}
WITHOUT_LAB: dict[str, Callable[[argparse.Namespace], int]] = {
    "workers": setup_commands.workers,
    "doctor": setup_commands.doctor,
    "backup": backup_commands.backup,
    "restore": backup_commands.restore,
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
