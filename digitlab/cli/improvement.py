"""The commands `improve` and `forget`: fine-tuning on drawings, and their deletion."""

import argparse

from digitlab.cli import ctrl_c, input_file
from digitlab.cli.output import show, tell
from digitlab.cli.training import attend
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.preprocessing import bundles
from digitlab.runs.records.people import HERE
from digitlab.translation import Text, _, plural, translated


def improve(options: argparse.Namespace, lab: Lab) -> int:
    """Fine-tune a network on the drawings of this record, and print whether it helped."""
    lab.model(options.model)  # before any drawing is saved
    if (path := options.drawings) is not None:
        new, known = lab.drawings.import_bundle(input_file.read(path, bundles.MAX_FILE_SIZE), path.name, HERE)
        tell(
            _(
                "Drawings imported from {file}: {new:,} new, {known:,} already known.",
                file=path.name,
                new=new,
                known=known,
            )
        )
    config, title = lab.improver.plan(options.model, HERE, options.seed)
    run = lab.train_here(config, options.title or title, attend(options, config.epochs), HERE)
    ctrl_c.raise_interrupt()
    if run.model is None:
        raise DigitLabError(run.message or Text("It was stopped or paused before there was a network. Start it again."))
    improvement = lab.improvement_here(run, HERE)
    own = improvement.own
    result = {
        "verdict": improvement.verdict,
        "mnist": [improvement.mnist.first.accuracy, improvement.mnist.second.accuracy],
        "drawings": [own.first.accuracy, own.second.accuracy] if own else None,
        "held_back": len(improvement.drawings),
        "run": run.number,
        "model": str(lab.model_file(run.model)),
    }
    saved = _("Saved as {file}", file=result["model"])
    show(options, result, f"{translated(improvement.sentence)}\n{saved}")
    return 0


def forget(options: argparse.Namespace, lab: Lab) -> int:
    """Delete all drawings that `improve` saved in this record."""
    drawings = lab.drawings.for_person(HERE, with_pictures=False)
    deleted = lab.drawings.delete([drawing.number for drawing in drawings], HERE)
    text = plural("{count} drawing was deleted.", "{count:,} drawings were deleted.", deleted)
    show(options, {"deleted": deleted}, text)
    return 0
