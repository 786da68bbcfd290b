"""The settings of a training, as options: all that `TrainingConfig` declares."""

import argparse
from pathlib import Path
from typing import Any

from digitlab.cli import input_file
from digitlab.fields import SettingSpec, settings_of
from digitlab.networks import rate_changes
from digitlab.networks.config import LAYERS, RATE_CHANGES, TrainingConfig
from digitlab.networks.layers import stacks
from digitlab.networks.layers.layer_figures import Stack
from digitlab.networks.presets import PRESETS
from digitlab.runs.records import settings_link
from digitlab.translation import _, translated


def add(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting; those that are not given stay as the preset or the settings file has them."""
    usual = settings_of(TrainingConfig)["preset"].default
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--preset", choices=PRESETS, default=usual, help=_("Network to train (default: {preset}).", preset=usual)
    )
    start.add_argument("--settings", metavar="FILE", type=Path, help=_("Start from the settings of a downloaded file."))
    parser.add_argument(
        f"--{LAYERS}",
        metavar="FILE.json",
        help=_("Layers of your own: a JSON file, or the JSON itself. The other settings are still the preset's."),
    )
    parser.add_argument(
        "--learning-rate-changes",
        metavar="BATCH:RATE,...",
        help=_("Change the learning rate after so many batches, as somebody did in a run: 1500:0.0005,3000:0.0001"),
    )
    settings = [setting for name, setting in settings_of(TrainingConfig).items() if name != "preset"]
    titles = {"": _("settings"), "augmentation": _("augmentation")}
    groups = {
        owner: parser.add_argument_group(titles.get(owner, owner)) for owner in dict.fromkeys(s.owner for s in settings)
    }
    for setting in settings:
        groups[setting.owner].add_argument(f"--{setting.option}", default=argparse.SUPPRESS, **_kind(setting))


def config_from(options: argparse.Namespace) -> TrainingConfig:
    """Return the settings of the preset or the file, with those that were given as options.

    Raises:
        InvalidSetting: A value is not allowed, or the file cannot be read.
    """
    if options.settings:
        config = settings_link.from_file(input_file.read(options.settings, settings_link.MAX_SIZE))
    else:
        config = TrainingConfig.from_preset(options.preset)
    names = settings_of(TrainingConfig).keys() - {"preset"}
    values = {name: value for name, value in vars(options).items() if name in names}
    if options.layers is not None:
        values[LAYERS] = _layers(options.layers)
    if options.learning_rate_changes is not None:
        values[RATE_CHANGES] = rate_changes.from_text(options.learning_rate_changes)
    return config.with_values(values)


def _layers(given: str) -> Stack:
    is_json = given.lstrip().startswith("[")
    return stacks.from_text(given if is_json else input_file.read(Path(given), stacks.MAX_SIZE))


def _kind(setting: SettingSpec) -> dict[str, Any]:
    """Return how argparse reads and describes the option."""
    about = translated(setting.help) or f"{translated(setting.label)}."
    if setting.kind is bool:
        return {"action": argparse.BooleanOptionalAction, "help": _escaped(about)}
    if setting.choices:
        return {"choices": setting.choices, "help": _escaped(about)}
    kind = _number_or_none if setting.is_optional else setting.kind
    return {"type": kind, "metavar": "N", "help": _escaped(f"{about} {translated(setting.allowed)}")}


def _number_or_none(text: str) -> int | None:
    return int(text) or None


def _escaped(text: str) -> str:
    return text.replace("%", "%%")  # argparse formats help texts with %
