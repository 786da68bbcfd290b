"""The commands `backup` and `restore`."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from digitlab.cli.output import show
from digitlab.settings import Settings

# The database's library takes half a second, which no other command needs to wait.
if TYPE_CHECKING:
    from digitlab.runs.services.backup import BackupContent


def backup(options: argparse.Namespace) -> int:
    """Save the lab to a file."""
    from digitlab.runs.services.backup import make_backup

    content = make_backup(Settings.from_environment(), options.file)
    size = options.file.stat().st_size
    text = f"Saved and read again: {options.file}, {size / 1e6:,.1f} MB. {_counts(content)}"
    text += f" Networks: {content.networks:,}."
    show(options, {"file": str(options.file), "size": size, **asdict(content)}, text)
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of the lab."""
    from digitlab.runs.services.restore import restore

    done = restore(Settings.from_environment(), options.file, replace=options.replace)
    lines = [f"Restored from {options.file}{f', made {done.made}' if done.made else ''}. {_counts(done.content)}"]
    lines[0] += f" Networks: {done.content.networks:,}." if done.has_networks else " Networks stay as they were."
    lines += [f"What was there before is in {folder}." for folder in done.set_aside]
    lines.append("Start the lab, and run: python -m digitlab doctor")
    result = asdict(done.content) | {"file": str(options.file), "made": done.made}
    show(options, result | {"set_aside": [str(folder) for folder in done.set_aside]}, "\n".join(lines))
    return 0


def _counts(content: "BackupContent") -> str:
    return f"Runs: {content.runs:,}. Drawings: {content.drawings:,}."
