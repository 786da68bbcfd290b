"""The commands about this set-up: `doctor` and `workers`."""

import argparse
import os
import sys
from dataclasses import asdict

from digitlab.cli.output import show
from digitlab.runs.dispatch.local_cluster import serve
from digitlab.settings import Settings

_STDOUT, _STDERR = 1, 2  # as numbers: in Python they are None where they are closed


def doctor(options: argparse.Namespace) -> int:
    """Print what is wrong with this set-up; the exit status is 1 if anything is."""
    from digitlab.doctor import examine  # half a second that no other command needs to wait

    findings = examine.examine(with_workers=options.workers)
    show(options, [asdict(finding) for finding in findings], "\n".join(map(examine.as_line, findings)))
    return 0 if examine.is_sound(findings) else 1


def workers(_options: argparse.Namespace) -> int:
    """Run the worker processes of the app until standard input ends."""
    # Whatever a library prints in a worker goes to the log: nobody reads this output after its first line, and a full
    # pipe would block the worker for good.
    answers = os.fdopen(os.dup(_STDOUT), "w")
    os.dup2(_STDERR, _STDOUT)
    serve(Settings.from_environment(), sys.stdin, answers)
    return 0
