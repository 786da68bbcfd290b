"""The commands about runs: `runs`, `stop`, `pause`, `resume`, `rate`, `rename` and `delete`."""

import argparse
from dataclasses import asdict
from typing import Any

from digitlab.cli.output import padded, show
from digitlab.lab import Lab
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _, translated


def list_runs(options: argparse.Namespace, lab: Lab) -> int:
    """Print all runs, a line each."""
    lab.requeue_lost_runs()
    runs = lab.runs()
    results = [_as_dict(run) | {"epochs": [asdict(epoch) for epoch in lab.epochs(run.number)]} for run in runs]
    show(options, results, "\n".join(map(_line, runs)) or _("There are no runs yet."))
    return 0


def stop(options: argparse.Namespace, lab: Lab) -> int:
    """Stop a run after its current batch."""
    lab.stop(options.number, OPERATOR)
    return _show_run(options, lab.run(options.number))


def pause(options: argparse.Namespace, lab: Lab) -> int:
    """Pause a run."""
    lab.pause(options.number, OPERATOR)
    return _show_run(options, lab.run(options.number))


def resume(options: argparse.Namespace, lab: Lab) -> int:
    """Queue a run again, to continue where it was."""
    return _show_run(options, lab.resume(options.number, OPERATOR, options.epochs))


def change_rate(options: argparse.Namespace, lab: Lab) -> int:
    """Change the learning rate of a run."""
    lab.change_rate(options.number, options.value, OPERATOR)
    run = lab.run(options.number)
    values = {"number": run.number, "title": run.title, "rate": options.value}
    text = _("Run {number}, {title}: the learning rate {rate:g} counts from the next batches on.", **values)
    show(options, _as_dict(run), text)
    return 0


def rename(options: argparse.Namespace, lab: Lab) -> int:
    """Give a run another title."""
    lab.rename_run(options.number, options.title, OPERATOR)
    return _show_run(options, lab.run(options.number))


def delete(options: argparse.Namespace, lab: Lab) -> int:
    """Delete a run that is over from the record."""
    run = lab.run(options.number)
    lab.delete_run(options.number, OPERATOR)
    show(options, _as_dict(run), _("Run {number}, {title}, was deleted.", number=run.number, title=run.title))
    return 0


def _as_dict(run: Run) -> dict[str, Any]:
    """Return a run as JSON has it, its layers as in files."""
    return asdict(run) | {"config": asdict(run.config) | run.config.as_dict()}


def _show_run(options: argparse.Namespace, run: Run) -> int:
    show(options, _as_dict(run), _line(run))
    return 0


def _line(run: Run) -> str:
    accuracy = f"{run.test_accuracy:.2%}" if run.test_accuracy is not None else "-"
    return f"{run.number:5}  {padded(_state(run), 11)}  {accuracy:>7}  {run.title}  {translated(run.message)}".rstrip()


def _state(run: Run) -> str:
    if run.state is RunState.RUNNING and run.is_pause_wanted:
        return _("running (pause requested)")
    if run.state is RunState.RUNNING and run.is_stop_wanted:
        return _("running (stop requested)")
    return translated(run.state.label)
