"""The commands and their options."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from digitlab.cli import output, search_options, setting_options
from digitlab.networks.file_formats import FORMATS
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.translation import _

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_WRONG_ARGUMENTS = 2  # exit status
_Add: TypeAlias = Callable[..., argparse.ArgumentParser]


class _Parser(argparse.ArgumentParser):
    """Writes help and errors as results are written: argparse does not always notice that it cannot."""

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        if file is None:
            output.write(self.format_help().rstrip())
        else:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        output.tell(self.format_usage() + _("{program}: error: {message}", program=self.prog, message=message))
        sys.exit(_WRONG_ARGUMENTS)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; it puts the name of the command into `command`.

    Example:
        >>> options = parser().parse_args(["train", "--preset", "fast", "--seed", "7"])
        >>> options.command, setting_options.config_from(options).seed
        ('train', 7)
    """
    top = _Parser(prog="python -m digitlab", description=_("DigitLab without a browser."))
    add = top.add_subparsers(title=_("commands"), required=True, metavar="COMMAND", dest="command").add_parser
    commands = (
        _train(add),
        _find_learning_rate(add),
        _search(add),
        _evaluate(add),
        _read(add),
        _export(add),
        _import(add),
    )
    for command in (*commands, *_improvement(add), *_runs(add), *_backup(add), _doctor(add)):
        command.add_argument("--json", action="store_true", help=_("Print JSON."))
    add("workers", help=_("run worker processes until standard input ends (used by the app)"))
    return top


def _train(add: _Add) -> argparse.ArgumentParser:
    train = add("train", help=_("train a network, score it on MNIST's test set and save it"))
    setting_options.add(train)
    train.add_argument("--title", default="", help=_("Title of the network."))
    train.add_argument("--name", default="", help=_("File name without an ending (default: a new one)."))
    train.add_argument(
        "--ready-made", action="store_true", help=_("Mark it as shipped with DigitLab: the app protects it.")
    )
    return train


def _find_learning_rate(add: _Add) -> argparse.ArgumentParser:
    command = add("find-learning-rate", help=_("suggest a learning rate for such a training, by a range test"))
    setting_options.add(command)
    return command


def _search(add: _Add) -> argparse.ArgumentParser:
    command = add("search", help=_("try many settings in short trials, and suggest the best"))
    setting_options.add(command)
    search_options.add(command)
    return command


def _evaluate(add: _Add) -> argparse.ArgumentParser:
    evaluate = add("evaluate", help=_("score a saved network on MNIST's test set"))
    evaluate.add_argument("model", metavar="MODEL", help=_("A name such as convolutional, or a .keras file."))
    return evaluate


def _read(add: _Add) -> argparse.ArgumentParser:
    read = add("read", help=_("read the digit or the number in each picture"))
    read.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path)
    read.add_argument(
        "--model", default=DEFAULT_MODEL, help=_("A name or a .keras file (default: {model}).", model=DEFAULT_MODEL)
    )
    return read


def _export(add: _Add) -> argparse.ArgumentParser:
    export = add("export", help=_("write a network to a file, and check that it gives the same answers"))
    export.add_argument("model", metavar="NAME", help=_("A name such as convolutional."))
    export.add_argument("--to", choices=FORMATS, required=True, help=_("Keras, LiteRT or ONNX."))
    export.add_argument("file", metavar="FILE", type=Path, help=_("File to write; an existing one is replaced."))
    return export


def _import(add: _Add) -> argparse.ArgumentParser:
    command = _add_with_alias(
        add, "import", "bring-in", help=_("check a Keras file from elsewhere, and add it to the lab")
    )
    command.add_argument("file", metavar="FILE", type=Path)
    command.add_argument("--title", default="", help=_("Title of the network (default: the file's name)."))
    command.add_argument("--source", default="", help=_("Where it is from, in your words."))
    command.add_argument("--scale", default="", metavar="TITLE", help=_("Scale of its pixels (default: found out)."))
    command.add_argument("--correct", action="store_true", help=_("Correct the order of outputs and the orientation."))
    return command


def _improvement(add: _Add) -> list[argparse.ArgumentParser]:
    improve = add("improve", help=_("fine-tune a network on somebody's drawings, and check whether it helped"))
    improve.add_argument("model", metavar="NETWORK", help=_("A name such as convolutional. It is not changed."))
    improve.add_argument(
        "--drawings",
        metavar="FILE",
        type=Path,
        help=_(
            "A .zip with folders of pictures named 0 to 9, or an .npz with images and labels, as My digits exports "
            "them. They are saved in this record for everybody who uses this command, and used together with those of "
            "earlier files."
        ),
    )
    improve.add_argument("--seed", type=int, default=1, help=_("Decides which drawings are set aside."))
    improve.add_argument("--title", default="", help=_("Title of the new network."))
    keep = add("keep", help=_("keep the network of a run although improve made it worse"))
    keep.add_argument("number", metavar="RUN", type=int, help=_("Its number, as the command runs lists it."))
    return [improve, keep, add("forget", help=_("delete all drawings that the command improve saved in this record"))]


def _runs(add: _Add) -> list[argparse.ArgumentParser]:
    stop = add("stop", help=_("stop a run after its current batch; its network so far is saved"))
    pause = add("pause", help=_("pause a run; resume continues exactly where it was"))
    resume = _add_with_alias(
        add, "resume", "go-on", help=_("queue a paused, stopped or finished run again, to continue where it was")
    )
    rate = add("rate", help=_("change the learning rate of a run that is queued, running or paused"))
    rename = add("rename", help=_("give a run another title"))
    delete = add("delete", help=_("delete a run that is over, and its network only if it was not kept"))
    for command in (stop, pause, resume, rate, rename, delete):
        command.add_argument("number", metavar="RUN", type=int, help=_("Its number, as the command runs lists it."))
    resume.add_argument("--epochs", type=int, help=_("Total epochs (default: as many as it was started with)."))
    rate.add_argument("value", metavar="VALUE", type=float, help=_("The new learning rate, such as 0.0005."))
    rename.add_argument("title", metavar="TITLE")
    return [add("runs", help=_("list all training runs")), stop, pause, resume, rate, rename, delete]


def _backup(add: _Add) -> list[argparse.ArgumentParser]:
    backup = add("backup", help=_("save runs, drawings and networks to a file, while the lab runs or not"))
    backup.add_argument("file", metavar="FILE", type=Path, help=_("A new .zip file, outside the lab's own folders."))
    restore = add("restore", help=_("put a backup in the place of the lab, which must not run"))
    restore.add_argument(
        "file", metavar="FILE", type=Path, help=_("A backup, or a database that was rescued or copied.")
    )
    restore.add_argument("--replace", action="store_true", help=_("Move aside what the lab holds now."))
    return [backup, restore]


def _doctor(add: _Add) -> argparse.ArgumentParser:
    doctor = add("doctor", help=_("find what is wrong with this set-up, and how to fix it; changes nothing"))
    doctor.add_argument("--workers", action="store_true", help=_("Let a worker compute, too: ten seconds or more."))
    return doctor


def _add_with_alias(add: _Add, name: str, alias: str, **described: str) -> argparse.ArgumentParser:
    """Add a command that an older name still calls."""
    command = add(name, aliases=[alias], **described)
    command.set_defaults(command=name)
    return command
