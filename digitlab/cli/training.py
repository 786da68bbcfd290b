"""The command `train`."""

import argparse
import threading
from contextlib import suppress
from dataclasses import replace

from digitlab.cli import ctrl_c
from digitlab.cli.output import OutputClosed, show, tell, write
from digitlab.cli.setting_options import config_from
from digitlab.errors import DigitLabError, OutputLost
from digitlab.lab import Lab
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.records.run import CommandLineOptions, RunState


def train(options: argparse.Namespace, lab: Lab) -> int:
    """Train a network in this process, and print its score."""
    config = config_from(options)
    command_line = replace(attend(options, config.epochs), name=options.name, is_ready_made=options.ready_made)
    run = lab.train_here(config, options.title, command_line)
    if run.model is None:
        advice = "" if run.state is RunState.FAILED else f" Resume it with: python -m digitlab resume {run.number}"
        raise DigitLabError(f"{run.message or 'It was paused.'}{advice}")
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
    """Return the options of a run that prints each epoch.

    Ctrl-C stops it after the current batch, and ends the process before the first one or if it is pressed again. It
    goes on to its end if whoever read its output has left, and is interrupted if its output cannot be written.
    """
    has_begun, is_stopped = threading.Event(), threading.Event()
    failures: list[str] = []

    def report(event: EpochMetrics | Progress) -> None:
        has_begun.set()
        if isinstance(event, EpochMetrics) and not options.json and not failures:
            try:
                with suppress(OutputClosed):  # the result will show it
                    write(_epoch_line(event, epochs))
            except OutputLost as error:
                failures.append(f"It was interrupted. {error}")

    def stop() -> None:
        ctrl_c.end_process()
        if not has_begun.is_set():
            ctrl_c.press()
        tell("Stopping after this batch. Press Ctrl-C again to quit at once.")
        is_stopped.set()

    ctrl_c.call(stop)
    return CommandLineOptions(
        report=report,
        is_still_wanted=lambda: not is_stopped.is_set(),
        interruption=lambda: failures[0] if failures else "",
    )


def _epoch_line(epoch: EpochMetrics, epochs: int) -> str:
    line = f"Epoch {epoch.epoch}/{epochs}  {epoch.seconds:.1f} s  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
    if epoch.validation_loss is None or epoch.validation_accuracy is None:
        return line
    return f"{line}  validation loss {epoch.validation_loss:.4f}  accuracy {epoch.validation_accuracy:.2%}"
