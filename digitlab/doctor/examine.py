"""What is wrong with a set-up, and how to mend it. Looks at everything, changes nothing."""

import threading
import time
from collections.abc import Callable, Iterable

from digitlab.doctor import checks, database_checks, worker_checks
from digitlab.doctor.checks import Finding, Verdict, wrong
from digitlab.logs import hide_secrets
from digitlab.settings import Settings

Check = Callable[[Settings], Iterable[Finding]]

_PATIENCE = 60.0  # seconds for all, looked at at once; usually two. What is far away is given up after 3 to 12
_CREW_PATIENCE = 180.0  # seconds for a worker to start and to score a network; usually ten
_SIGNS = {Verdict.OK: "+", Verdict.WARNING: "!", Verdict.WRONG: "x"}


def examine(*, with_workers: bool = False) -> list[Finding]:
    """Look at the set-up that the environment describes.

    Args:
        with_workers: Whether to start a worker, too, and let it compute.
    """
    settings, errors, names = Settings.from_valid_variables()
    looks: dict[str, Check] = {
        "packages": lambda _: checks.packages(),
        "folders": checks.folders,
        "MNIST": checks.digits,
        "ready-made networks": checks.networks,
        "database": database_checks.database,
        "scheduler": worker_checks.cluster,
    }
    found = [*checks.variables(errors, names), *_look(looks, settings, _PATIENCE)]
    if with_workers:
        found += _look({"workers": worker_checks.crew}, settings, _CREW_PATIENCE)
    return found


def as_line(finding: Finding) -> str:
    """One line for a terminal."""
    return hide_secrets(f"{_SIGNS[finding.verdict]} {finding.name}: {finding.text} {finding.remedy}".rstrip())


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; what is only to be warned of may be."""
    return all(finding.verdict is not Verdict.WRONG for finding in findings)


def _look(looks: dict[str, Check], settings: Settings, patience: float) -> list[Finding]:
    """Look at several things at once, and wait for none of them for longer."""
    found: dict[str, list[Finding]] = {name: [] for name in looks}
    done: set[str] = set()

    def look(name: str) -> None:
        for finding in looks[name](settings):
            found[name].append(finding)
        done.add(name)

    threads = [threading.Thread(target=look, args=(name,), daemon=True) for name in looks]
    for thread in threads:
        thread.start()
    end = time.monotonic() + patience
    for name, thread in zip(looks, threads, strict=True):
        thread.join(max(end - time.monotonic(), 0))
        if name not in done:
            why = f"There was no answer within {patience:g} s." if thread.is_alive() else "It could not be looked at."
            found[name].append(wrong(name, why, "See whether what it lies on, or the way to it, answers."))
    return [finding for name in looks for finding in found[name]]
