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
from digitlab.translation import Text, _, message_of, translated


def train(options: argparse.Namespace, lab: Lab) -> int:
    """Train a network in this process, and print its score."""
    config = config_from(options)
    command_line = replace(attend(options, config.epochs), name=options.name, is_ready_made=options.ready_made)
    run = lab.train_here(config, options.title, command_line)
    if run.model is None:
        message = translated(run.message) or _("It was paused.")
        advice = _("Resume it with: python -m digitlab resume {number}", number=run.number)
        raise DigitLabError(message if run.state is RunState.FAILED else f"{message} {advice}")
    card = lab.model(run.model)
    result = {
        "test_accuracy": card.test_accuracy,
        "test_loss": card.test_loss,
        "epochs": len(card.epochs),
        "seconds": card.seconds,
        "model": str(lab.model_file(card.name)),
    }
    scores = _(
        "Test accuracy {accuracy:.2%}, loss {loss:.4f}, epochs {epochs}, time {seconds:.1f} s",
        accuracy=card.test_accuracy,
        loss=card.test_loss,
        epochs=len(card.epochs),
        seconds=card.seconds,
    )
    saved = _("Saved as {file}", file=result["model"])
    show(options, result, f"{scores}\n{saved}")
    return 0


def attend(options: argparse.Namespace, epochs: int) -> CommandLineOptions:
    """Return the options of a run that prints each epoch.

    Ctrl-C stops it after the current batch, and ends the process before the first one or if it is pressed again. If the
    reader of its output leaves, it continues to its end; if its output cannot be written, it is interrupted.
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
                failures.append(Text("It was interrupted. {reason}", reason=message_of(error)))

    def stop() -> None:
        ctrl_c.end_process()
        if not has_begun.is_set():
            ctrl_c.press()
        tell(_("Stopping after this batch. Press Ctrl-C again to quit at once."))
        is_stopped.set()

    ctrl_c.call(stop)
    return CommandLineOptions(
        report=report,
        is_still_wanted=lambda: not is_stopped.is_set(),
        interruption=lambda: failures[0] if failures else "",
    )


def _epoch_line(epoch: EpochMetrics, epochs: int) -> str:
    figures = {name: getattr(epoch, name) for name in ("epoch", "seconds", "loss", "accuracy")} | {"epochs": epochs}
    if epoch.validation_loss is None or epoch.validation_accuracy is None:
        return _("Epoch {epoch}/{epochs}  {seconds:.1f} s  loss {loss:.4f}  accuracy {accuracy:.2%}", **figures)
    return _(
        "Epoch {epoch}/{epochs}  {seconds:.1f} s  loss {loss:.4f}  accuracy {accuracy:.2%}  validation loss "
        "{validation_loss:.4f}  accuracy {validation_accuracy:.2%}",
        **figures,
        validation_loss=epoch.validation_loss,
        validation_accuracy=epoch.validation_accuracy,
    )
