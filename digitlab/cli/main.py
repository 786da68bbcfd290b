"""The lab on the command line: `python -m digitlab --help`."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from digitlab.cli.parser import config_from, content_of, parser
from digitlab.data.picture_files import open_picture
from digitlab.errors import DigitLabError, StorageUnavailable
from digitlab.lab import Lab
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.reading import DigitReading, Reading
from digitlab.preprocessing import bundles
from digitlab.runs.dispatch.local_cluster import serve
from digitlab.runs.records.people import HERE, OPERATOR
from digitlab.runs.records.run import CommandLineOptions, Run, RunState
from digitlab.settings import Settings, quiet_tensorflow
from digitlab.uploads import keras_archive


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say. Returns the exit status: 0 done, 1 not to be done, 2 wrong arguments, 130 Ctrl-C."""
    options = parser().parse_args(arguments)
    quiet_tensorflow()
    try:
        if options.command in _WITHOUT_LAB:
            return _WITHOUT_LAB[options.command](options)
        with Lab(Settings.from_environment()) as lab:
            return _COMMANDS[options.command](options, lab)
    except DigitLabError as error:
        print(f"digitlab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # as a shell counts what Ctrl-C ended


def _train(options: argparse.Namespace, lab: Lab) -> int:
    config = config_from(options)
    attended = replace(_attended(options, config.epochs), name=options.name, is_ready_made=options.ready_made)
    run = lab.train_here(config, options.title, attended)
    if run.model is None:
        raise DigitLabError(run.message)
    card = lab.model(run.model)
    result = {
        "test_accuracy": card.test_accuracy,
        "test_loss": card.test_loss,
        "epochs": len(card.epochs),
        "seconds": card.seconds,
        "model": str(lab.model_file(card.name)),
    }
    _print(
        options,
        result,
        f"Test accuracy {card.test_accuracy:.2%}, loss {card.test_loss:.4f}, after {len(card.epochs)} epochs in "
        f"{card.seconds:.1f} s.\nSaved as {lab.model_file(card.name)}",
    )
    return 0


def _attended(options: argparse.Namespace, epochs: int) -> CommandLineOptions:
    """Tell each epoch, and stop after the current batch when Ctrl-C is pressed."""

    def report(event: EpochMetrics | Progress) -> None:
        if isinstance(event, EpochMetrics) and not options.json:
            print(_epoch_line(event, epochs), flush=True)

    interrupted = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("Stopping after this batch; press Ctrl-C again to break off.", file=sys.stderr)
        interrupted.set()

    signal.signal(signal.SIGINT, stop)
    return CommandLineOptions(report=report, is_still_wanted=lambda: not interrupted.is_set())


def _improve(options: argparse.Namespace, lab: Lab) -> int:
    lab.model(options.model)  # before any drawing is kept
    if (path := options.drawings) is not None:
        kept, known = lab.drawings.import_bundle(content_of(path, bundles.MAX_FILE_SIZE, "drawings"), path.name, HERE)
        told = f"{kept:,} drawings of {path.name} are kept from now on; {known:,} were before."
        print(told, file=sys.stderr)
    config, title = lab.improver.plan(options.model, HERE, options.seed)
    run = lab.train_here(config, options.title or title, _attended(options, config.epochs), HERE)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if run.model is None:
        raise DigitLabError(run.message or "It was stopped before anything came of it.")
    found = lab.improvement_here(run, HERE)
    result = {
        "verdict": found.verdict,
        "mnist": [found.mnist.first.accuracy, found.mnist.second.accuracy],
        "drawings": [found.own.first.accuracy, found.own.second.accuracy] if found.own else None,
        "held_back": len(found.drawings),
        "run": run.number,
        "model": str(lab.model_file(run.model)),
    }
    _print(options, result, f"{found.sentence}\nSaved as {result['model']}")
    return 0


def _forget(options: argparse.Namespace, lab: Lab) -> int:
    gone = lab.drawings.delete([one.number for one in lab.drawings.for_person(HERE, with_pictures=False)], HERE)
    _print(options, {"deleted": gone}, f"{gone:,} {'drawing is' if gone == 1 else 'drawings are'} deleted for good.")
    return 0


def _evaluate(options: argparse.Namespace, lab: Lab) -> int:
    scores = lab.evaluate_here(options.model)
    result = {
        "model": options.model,
        "test_accuracy": scores.accuracy,
        "test_loss": scores.loss,
        "accuracy_per_digit": scores.accuracy_per_digit.tolist(),
        "confusion": scores.confusion.tolist(),
        "mistakes": len(scores.mistakes),
    }
    lines = [f"Test accuracy {scores.accuracy:.2%}, loss {scores.loss:.4f}, {len(scores.mistakes)} mistakes"]
    lines += [f"  {digit}: {share:.2%}" for digit, share in enumerate(scores.accuracy_per_digit)]
    _print(options, result, "\n".join(lines))
    return 0


def _bring_in(options: argparse.Namespace, lab: Lab) -> int:
    path: Path = options.file
    card = lab.import_model(keras_archive.read(path), path.name, options.title or path.stem, OPERATOR, options.source)
    result = card.as_dict() | {"model": str(lab.model_file(card.name))}
    assert card.origin is not None
    text = f"Test accuracy {card.test_accuracy:.2%}; it takes pixels as {card.origin.scale}"
    text += ", and softmax was put on its sums" * card.origin.is_softmax_added
    _print(options, result, f"{text}.\nSaved as {result['model']}")
    return 0


def _read(options: argparse.Namespace, lab: Lab) -> int:
    recogniser = lab.recogniser(options.model)
    for path in options.pictures:
        picture = open_picture(path)
        number = recogniser.read_number(picture)
        reading = number.single
        result = {
            "picture": str(path),
            "digit": reading.digit,
            "probabilities": reading.probabilities,
            "is_sure": reading.is_sure,
            "is_digit": reading.is_digit,
            "number": [_part(part) for part in number.digits],
        }
        _print(
            options,
            result,
            f"{path}: {' '.join(_read_text(part.reading) for part in number.digits) or 'nothing drawn'}",
        )
    return 0


def _export(options: argparse.Namespace, lab: Lab) -> int:
    taken = lab.export_model_here(options.model, options.to)
    try:
        options.file.write_bytes(taken.content)
    except OSError as error:
        raise StorageUnavailable(f"{options.file} cannot be written: {error.strerror}. Name another file.") from error
    result = {
        "model": options.model,
        "format": options.to,
        "file": str(options.file),
        "bytes": len(taken.content),
        "digits": taken.digits,
        "difference": taken.difference,
    }
    _print(
        options,
        result,
        f"Written as {options.file}, {len(taken.content):,} bytes. Read again, it gives the same probabilities on "
        f"{taken.digits} digits, to within {taken.difference:.1g}.",
    )
    return 0


def _part(part: DigitReading) -> dict[str, Any]:
    names = ("digit", "probabilities", "is_sure", "is_digit")
    return {"box": part.box} | {name: getattr(part.reading, name) for name in names}


def _read_text(reading: Reading) -> str:
    if not reading.is_digit:
        return "no digit"
    share = f"{max(reading.probabilities):.1%}"
    return (
        f"{' or '.join(map(str, reading.rivals))}? ({share})" if not reading.is_sure else f"{reading.digit} ({share})"
    )


def _runs(options: argparse.Namespace, lab: Lab) -> int:
    lab.requeue_lost_runs()
    runs = lab.runs()
    results = [asdict(run) | {"epochs": [asdict(epoch) for epoch in lab.epochs(run.number)]} for run in runs]
    _print(options, results, "\n".join(_run_line(run) for run in runs) or "There are no runs yet.")
    return 0


def _stop(options: argparse.Namespace, lab: Lab) -> int:
    lab.stop(options.number, OPERATOR)
    return _show_run(options, lab.run(options.number))


def _pause(options: argparse.Namespace, lab: Lab) -> int:
    lab.pause(options.number, OPERATOR)
    return _show_run(options, lab.run(options.number))


def _resume(options: argparse.Namespace, lab: Lab) -> int:
    return _show_run(options, lab.resume(options.number, OPERATOR, options.epochs))


def _rename(options: argparse.Namespace, lab: Lab) -> int:
    lab.rename_run(options.number, options.title, OPERATOR)
    return _show_run(options, lab.run(options.number))


def _delete(options: argparse.Namespace, lab: Lab) -> int:
    run = lab.run(options.number)
    lab.delete_run(options.number, OPERATOR)
    _print(options, asdict(run), f"Run {run.number}, {run.title}, is deleted.")
    return 0


def _show_run(options: argparse.Namespace, run: Run) -> int:
    _print(options, asdict(run), _run_line(run))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from digitlab.doctor import examine  # half a second that no other command needs to wait

    found = examine.examine(with_workers=options.workers)
    text = "\n".join(map(examine.as_line, found))
    _print(options, [asdict(finding) for finding in found], text)
    return 0 if examine.is_sound(found) else 1


def _workers(_options: argparse.Namespace) -> int:
    # Whatever a library prints in a worker goes to the log: nobody reads this output after its first line, and a full
    # pipe would hold the worker up for good.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Settings.from_environment(), sys.stdin, answers)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace, Lab], int]] = {
    "train": _train,
    "evaluate": _evaluate,
    "read": _read,
    "export": _export,
    "bring-in": _bring_in,
    "improve": _improve,
    "forget": _forget,
    "runs": _runs,
    "stop": _stop,
    "pause": _pause,
    "go-on": _resume,
    "rename": _rename,
    "delete": _delete,
}
_WITHOUT_LAB: dict[str, Callable[[argparse.Namespace], int]] = {"workers": _workers, "doctor": _doctor}


def _print(options: argparse.Namespace, result: Any, text: str) -> None:
    print(json.dumps(result) if options.json else text)


def _epoch_line(epoch: EpochMetrics, epochs: int) -> str:
    line = f"Epoch {epoch.epoch}/{epochs}  {epoch.seconds:.1f} s  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
    if epoch.validation_loss is None or epoch.validation_accuracy is None:
        return line
    return f"{line}  validation loss {epoch.validation_loss:.4f}  accuracy {epoch.validation_accuracy:.2%}"


def _run_line(run: Run) -> str:
    score = f"{run.test_accuracy:.2%}" if run.test_accuracy is not None else "-"
    wished = " (a pause is wished)" * run.is_pause_wanted or " (a stop is wished)" * run.is_stop_wanted
    state = f"{run.state}{wished if run.state is RunState.RUNNING else ''}"
    return f"{run.number:5}  {state:11}  {score:>7}  {run.title}  {run.message}".rstrip()
