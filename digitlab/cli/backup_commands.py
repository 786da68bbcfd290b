"""The commands `backup` and `restore`."""

import argparse
from dataclasses import asdict

from digitlab.cli.output import show
from digitlab.settings import Settings
from digitlab.translation import _


def backup(options: argparse.Namespace) -> int:
    """Save the lab to a file."""
    # The database's library takes half a second, which no other command needs to wait.
    from digitlab.runs.services.backup import make_backup

    content = make_backup(Settings.from_environment(), options.file)
    size = options.file.stat().st_size
    text = _(
        "Saved and read again: {file}, {megabytes:,.1f} MB. Runs: {runs:,}. Drawings: {drawings:,}. Networks: "
        "{networks:,}.",
        file=options.file,
        megabytes=size / 1e6,
        **asdict(content),
    )
    show(options, {"file": str(options.file), "size": size, **asdict(content)}, text)
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of the lab."""
    from digitlab.runs.services.restore import restore

    done = restore(Settings.from_environment(), options.file, replace=options.replace)
    made = _("Restored from {file}, made {made}.", file=options.file, made=done.made)
    sentences = [made if done.made else _("Restored from {file}.", file=options.file)]
    sentences.append(
        _("Runs: {runs:,}. Drawings: {drawings:,}.", runs=done.content.runs, drawings=done.content.drawings)
    )
    networks = _("Networks: {networks:,}.", networks=done.content.networks)
    sentences.append(networks if done.has_networks else _("Networks stay as they were."))
    lines = [" ".join(sentences)]
    lines += [_("What was there before is in {folder}.", folder=folder) for folder in done.set_aside]
    lines.append(_("Start the lab, and run: python -m digitlab doctor"))
    result = asdict(done.content) | {"file": str(options.file), "made": done.made}
    show(options, result | {"set_aside": [str(folder) for folder in done.set_aside]}, "\n".join(lines))
    return 0
