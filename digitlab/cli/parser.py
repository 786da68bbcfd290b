"""What can be said on the command line, and what it means."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.networks.config import OPTIMIZERS, SCHEDULES, TrainingConfig
from digitlab.networks.file_formats import FORMATS
from digitlab.networks.presets import PRESETS
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.runs.records import settings_link

Add: TypeAlias = Callable[..., argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """All commands and options; the name of what is to be done comes out as `command`."""
    top = argparse.ArgumentParser(prog="python -m digitlab", description="DigitLab without a browser.")
    add = top.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command").add_parser
    doing = _train(add), _evaluate(add), _read(add), _export(add), _bring_in(add)
    for command in (*doing, *_about_drawings(add), *_about_runs(add), _doctor(add)):
        command.add_argument("--json", action="store_true", help="print JSON")
    add("workers", help="run training processes until standard input ends (for the app)")
    return top


def config_from(options: argparse.Namespace) -> TrainingConfig:
    """The preset's settings with whatever was said on the command line."""
    config = TrainingConfig.from_preset(options.preset)
    if options.settings:
        config = settings_link.from_file(content_of(options.settings, settings_link.MAX_SIZE, "settings"))
    said = {name: value for name, value in vars(options).items() if value is not None}
    augmentation = {name: said.get(name, value) for name, value in asdict(config.augmentation).items()}
    values = {name: said.get(name, value) for name, value in config.as_dict().items() if name != "augmentation"}
    values["preset"] = config.preset
    return TrainingConfig(**values, augmentation=Augmentation(**augmentation))


def content_of(path: Path, largest: int, what: str) -> bytes:
    """Return a file's content, and a byte more than allowed if it is larger; `InvalidSetting` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror}. Choose another file of {what}.") from error


def _train(add: Add) -> argparse.ArgumentParser:
    # A preset brings its own settings; what is not said stays with them.
    train = add("train", help="train a network, score it on MNIST's test set and save it")
    which = train.add_mutually_exclusive_group()
    which.add_argument("--preset", choices=PRESETS, default="tutorial", help="the network (default: tutorial)")
    which.add_argument("--settings", metavar="FILE", type=Path, help="start from the settings of a shared file")
    train.add_argument("--epochs", type=int, help="passes over the training set, 1 to 500")
    train.add_argument("--batch-size", type=int, help="digits a step, 1 to 4096")
    train.add_argument("--optimizer", choices=OPTIMIZERS)
    train.add_argument("--learning-rate", type=float)
    train.add_argument("--schedule", choices=SCHEDULES, help="how the learning rate goes over the epochs")
    train.add_argument("--validation-split", type=float, help="share kept for validation, 0 to 0.9")
    train.add_argument("--training-digits", type=int, help="size of the training set used, 100 to 60000")
    train.add_argument("--seed", type=int, help="the same seed gives the same figures on the same machine")
    _add_changes(train)
    train.add_argument("--averaging", action=argparse.BooleanOptionalAction, help="look four times at each digit")
    train.add_argument("--calibration", action=argparse.BooleanOptionalAction, help="fit a temperature")
    train.add_argument("--early-stopping", type=int, metavar="EPOCHS", help="end after so many without improvement")
    train.add_argument("--title", default="", help="what people call the network")
    train.add_argument("--name", default="", help="file name without an ending (default: a new one)")
    train.add_argument("--ready-made", action="store_true", help="mark it as shipped: the app protects it")
    return train


def _add_changes(train: argparse.ArgumentParser) -> None:
    train.add_argument("--shift", type=float, help="augmentation: pixels, 0 to 8")
    train.add_argument("--rotation", type=float, help="augmentation: degrees, 0 to 45")
    train.add_argument("--scale", type=float, help="augmentation: share of the size, 0 to 0.5")
    train.add_argument("--shear", type=float, help="augmentation: pixels to the side per pixel of height, 0 to 0.5")
    train.add_argument("--elastic", type=float, help="augmentation: pixels, 0 to 4")
    train.add_argument("--erasing", type=float, help="augmentation: share of digits that lose a small square, 0 to 1")
    train.add_argument("--written-digits", type=int, help="digits drawn in many hands and added, 0 to 200000")


def _evaluate(add: Add) -> argparse.ArgumentParser:
    evaluate = add("evaluate", help="score a saved network on MNIST's test set")
    evaluate.add_argument("model", metavar="MODEL", help="a name such as convolutional, or a .keras file")
    return evaluate


def _bring_in(add: Add) -> argparse.ArgumentParser:
    bring_in = add("bring-in", help="check a .keras file that was made elsewhere, and keep it as one of the lab's own")
    bring_in.add_argument("file", metavar="FILE", type=Path)
    bring_in.add_argument("--title", default="", help="what people call the network (default: the file's name)")
    bring_in.add_argument("--source", default="", help="where it is from, in your words")
    return bring_in


def _read(add: Add) -> argparse.ArgumentParser:
    read = add("read", help="read the digit or the number in each picture")
    read.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path)
    read.add_argument("--model", default=DEFAULT_MODEL, help=f"a name or a .keras file (default: {DEFAULT_MODEL})")
    return read


def _export(add: Add) -> argparse.ArgumentParser:
    export = add("export", help="write a network as a file for elsewhere, once it was read again and agrees")
    export.add_argument("model", metavar="NAME", help="a name such as convolutional")
    export.add_argument("--to", choices=FORMATS, required=True, help="Keras' own file, LiteRT's or ONNX")
    export.add_argument("file", metavar="FILE", type=Path, help="where to; what is there is replaced")
    return export


def _about_drawings(add: Add) -> list[argparse.ArgumentParser]:
    improve = add("improve", help="let a network go on learning from somebody's drawings, and prove whether it helped")
    improve.add_argument("model", metavar="NETWORK", help="a name such as convolutional; it stays as it is")
    improve.add_argument(
        "--drawings",
        metavar="FILE",
        type=Path,
        help="a .zip with folders of pictures 0 to 9, or an .npz with images and labels, as My digits gives and takes "
        "them; they are kept for all who use this command on this record, and learned from together with those of "
        "earlier files",
    )
    improve.add_argument("--seed", type=int, default=1, help="decides which drawings are held back")
    improve.add_argument("--title", default="", help="what people call the new network")
    return [
        improve,
        add(
            "forget",
            help="delete all drawings that the command improve keeps in this record, whoever gave them, for good",
        ),
    ]


def _doctor(add: Add) -> argparse.ArgumentParser:
    doctor = add("doctor", help="say what is wrong with this set-up, and how to mend it; changes nothing")
    doctor.add_argument("--workers", action="store_true", help="have a worker compute, too; takes ten seconds or more")
    return doctor


def _about_runs(add: Add) -> list[argparse.ArgumentParser]:
    stop = add("stop", help="stop a run after its current batch; its network so far is kept")
    pause = add("pause", help="pause a run within its block")
    resume = add("go-on", help="let a run that is over wait to go on where it was; the app's workers take it")
    rename = add("rename", help="give a run another title")
    delete = add("delete", help="remove a run that is over from the record, for good; its network stays")
    for command in (stop, pause, resume, rename, delete):
        command.add_argument("number", metavar="RUN", type=int, help="a number, as the command runs tells it")
    resume.add_argument("--epochs", type=int, help="for so many in all (default: as many as it was started for)")
    rename.add_argument("title", metavar="TITLE")
    return [add("runs", help="list all training runs"), stop, pause, resume, rename, delete]
