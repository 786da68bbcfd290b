"""The command `train`."""

import argparse
import signal
import sys
import threading
from dataclasses import replace

from digitlab.cli.output import show
from digitlab.cli.setting_options import config_from
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.records.run import CommandLineOptions


def train(options: argparse.Namespace, lab: Lab) -> int:
    """Train a network in this process, and print its score."""
    config = config_from(options)
    command_line = replace(attend(options, config.epochs), name=options.name, is_ready_made=options.ready_made)
    run = lab.train_here(config, options.title, command_line)
    if run.model is None:
        raise DigitLabError(run.message or f"It was paused. Resume it with: python -m digitlab resume {run.number}")
    card = lab.model(run.model)
    result = {
        "test_accuracy": card.test_accuracy,
        "test_loss": card.test_loss,
        "epochs": len(card.epochs),
        "seconds": card.seconds,
        "model": str(lab.model_file(card.name)),
    }
    show(
        options,
        result,
        f"Test accuracy {card.test_accuracy:.2%}, loss {card.test_loss:.4f}, epochs {len(card.epochs)}, "
        f"time {card.seconds:.1f} s\nSaved as {result['model']}",
    )
    return 0


def attend(options: argparse.Namespace, epochs: int) -> CommandLineOptions:
    """Return the options of a run that prints each epoch, and stops after the current batch on Ctrl-C."""

    def report(event: EpochMetrics | Progress) -> None:
        if isinstance(event, EpochMetrics) and not options.json:
            print(_epoch_line(event, epochs), flush=True)

    interrupted = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("Stopping after this batch. Press Ctrl-C again to quit at once.", file=sys.stderr)
        interrupted.set()

    signal.signal(signal.SIGINT, stop)
    return CommandLineOptions(report=report, is_still_wanted=lambda: not interrupted.is_set())


def _epoch_line(epoch: EpochMetrics, epochs: int) -> str:
    line = f"Epoch {epoch.epoch}/{epochs}  {epoch.seconds:.1f} s  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
    if epoch.validation_loss is None or epoch.validation_accuracy is None:
        return line
    return f"{line}  validation loss {epoch.validation_loss:.4f}  accuracy {epoch.validation_accuracy:.2%}"
