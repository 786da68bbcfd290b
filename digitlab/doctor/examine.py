"""Runs all checks. They change nothing."""

import threading
import time
from collections.abc import Callable, Iterable

from digitlab.doctor import checks, database_checks, worker_checks
from digitlab.doctor.checks import Finding, Severity, wrong
from digitlab.logs import hide_secrets
from digitlab.settings import Settings
from digitlab.translation import Text, translated

Check = Callable[[Settings], Iterable[Finding]]

_PATIENCE = 60.0  # seconds for all checks, which run at the same time; usually two. Remote ones give up after 3 to 12
_WORKER_PATIENCE = 180.0  # seconds for a worker to start and evaluate a network; usually ten
_FAILED = Text("The check failed unexpectedly.")
_MARKS = {Severity.OK: "+", Severity.WARNING: "!", Severity.WRONG: "x"}


def examine(*, with_workers: bool = False) -> list[Finding]:
    """Check the installation and the settings in the environment.

    Args:
        with_workers: Whether to start a worker, too, and let it evaluate a network.
    """
    settings, errors, names = Settings.from_valid_variables()
    all_checks: dict[str, Check] = {
        checks.PACKAGES: lambda _settings: checks.packages(),
        Text("folders"): checks.folders,
        "MNIST": checks.digits,
        checks.READY_MADE: checks.networks,
        checks.DATABASE: database_checks.database,
        checks.SCHEDULER: worker_checks.cluster,
    }
    found = [*checks.variables(errors, names), *_run(all_checks, settings, _PATIENCE)]
    if with_workers:
        found += _run({checks.WORKERS: worker_checks.trial}, settings, _WORKER_PATIENCE)
    return found


def as_line(finding: Finding) -> str:
    """Return a finding as one line for a terminal, in the reader's language."""
    name, text, remedy = map(translated, (finding.name, finding.text, finding.remedy))
    return hide_secrets(f"{_MARKS[finding.severity]} {name}: {text} {remedy}".rstrip())


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; warnings are allowed."""
    return all(finding.severity is not Severity.WRONG for finding in findings)


def _run(selected: dict[str, Check], settings: Settings, patience: float) -> list[Finding]:
    """Run checks at the same time, and wait for all together at most `patience` seconds."""
    found: dict[str, list[Finding]] = {name: [] for name in selected}
    done: set[str] = set()

    def run(name: str) -> None:
        for finding in selected[name](settings):
            found[name].append(finding)
        done.add(name)

    threads = [threading.Thread(target=run, args=(name,), daemon=True) for name in selected]
    for thread in threads:
        thread.start()
    end = time.monotonic() + patience
    for name, thread in zip(selected, threads, strict=True):
        thread.join(max(end - time.monotonic(), 0))
        if name not in done:
            is_waiting = thread.is_alive()
            text = Text("There was no answer within {patience:g} s.", patience=patience) if is_waiting else _FAILED
            found[name].append(wrong(name, text, Text("Check the disk and the network connection.")))
    return [finding for name in selected for finding in found[name]]
