"""The command `search`."""

import argparse
import threading
import time
from dataclasses import asdict
from typing import Any

from digitlab.cli import ctrl_c, search_options
from digitlab.cli.output import show, tell, write
from digitlab.cli.setting_options import config_from
from digitlab.errors import DigitLabError, SearchIsOver
from digitlab.lab import Lab
from digitlab.networks.training_command import as_command
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.search import Search, SearchState, Trial, best_trial
from digitlab.translation import Text, _, translated

_LOOK = 0.2  # seconds between two looks at the record


def search(options: argparse.Namespace, lab: Lab) -> int:
    """Try many settings in short trials, by workers of this process, and print the best.

    Ctrl-C stops the search after the current batches, and ends the process if it is pressed again.
    """
    space = search_options.space_from(options, config_from(options))
    started = lab.start_search_here(space, options.title)
    try:
        found = _wait(options, lab, started.number)
    finally:
        _stop(lab, started.number)  # if the output could not be written
    trials = lab.searches.trials(found.number)
    best = best_trial(trials)
    if best is None:
        raise DigitLabError(found.message or Text("No trial had come to its end when the search was stopped."))
    config = space.full_config(best.values)
    result = {
        "search": found.number,
        "state": found.state,
        "seconds": found.seconds,
        "best": _as_result(best),
        "command": as_command(config),
        "importance": lab.searches.importance(found, trials),
        "trials": [_as_result(trial) for trial in trials],
    }
    lines = [_("Best: {trial}", trial=_line(best)), _("Train it in full: {command}", command=result["command"])]
    show(options, result, "\n".join(lines))
    return 0


def _wait(options: argparse.Namespace, lab: Lab, number: int) -> Search:
    """Wait until a search is over, and print each trial that ends; Ctrl-C stops it. Return the search."""
    is_stopped, printed = threading.Event(), set[int]()

    def stop() -> None:
        ctrl_c.end_process()
        tell(_("Stopping after this batch. Press Ctrl-C again to quit at once."))
        is_stopped.set()

    ctrl_c.call(stop)
    while True:
        found = lab.searches.get(number)
        if is_stopped.is_set() and not found.is_stop_wanted:
            _stop(lab, number)
        for trial in lab.searches.trials(number):
            if trial.state.is_over() and trial.number not in printed:
                printed.add(trial.number)
                if not options.json:
                    write(_line(trial))
        if found.state.is_over():
            return found
        time.sleep(_LOOK)


def _stop(lab: Lab, number: int) -> None:
    if lab.searches.get(number).state is SearchState.RUNNING:
        try:
            lab.searches.stop(number, OPERATOR)
        except SearchIsOver:
            return  # it ended after it was read


def _as_result(trial: Trial) -> dict[str, Any]:
    return asdict(trial) | {"accuracy": trial.accuracy}


def _line(trial: Trial) -> str:
    values = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in trial.values.items())
    accuracy = "-" if trial.accuracy is None else f"{trial.accuracy:.2%}"
    return _(
        "Trial {number}, {state}: validation accuracy {accuracy}, {values}",
        number=trial.number + 1,
        state=translated(trial.state.label),
        accuracy=accuracy,
        values=values,
    )
