"""The commands `improve`, `keep` and `forget`: fine-tuning on drawings, its network, and the drawings' deletion."""

import argparse

from digitlab.cli import ctrl_c, input_file
from digitlab.cli.output import show, tell
from digitlab.cli.train_command import attend
from digitlab.errors import DigitLabError, ModelNotFound
from digitlab.lab import Lab
from digitlab.preprocessing import bundles
from digitlab.runs.records.people import HERE, OPERATOR
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
        "is_kept": not improvement.after.is_pending,
    }
    lines = [translated(improvement.sentence), _("Saved as {file}", file=result["model"])]
    if improvement.after.is_pending:
        lines += [
            _("The new network was not kept: it is in no list of networks."),
            _("Keep it with: python -m digitlab keep {number}", number=run.number),
            _("Discard it with: python -m digitlab delete {number}", number=run.number),
        ]
    show(options, result, "\n".join(lines))
    return 0


def keep(options: argparse.Namespace, lab: Lab) -> int:
    """Keep the network of a run although fine-tuning made it worse."""
    run = lab.run(options.number)
    if run.model is None:
        raise ModelNotFound(Text("Run {number} has no network to keep. See the list of runs.", number=run.number))
    card = lab.keep_model(run.model, OPERATOR)
    show(options, card.as_dict(), _("{title} is in the list of networks.", title=card.title))
    return 0


def forget(options: argparse.Namespace, lab: Lab) -> int:
    """Delete all drawings that `improve` saved in this record."""
    drawings = lab.drawings.for_person(HERE, with_pictures=False)
    deleted = lab.drawings.delete([drawing.number for drawing in drawings], HERE)
    text = plural("{count} drawing was deleted.", "{count:,} drawings were deleted.", deleted)
    show(options, {"deleted": deleted}, text)
    return 0
