"""The commands about networks: `evaluate`, `read`, `export` and `import`."""

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from digitlab.cli.output import show, tell
from digitlab.data.picture_files import open_picture
from digitlab.errors import InvalidSetting, ModelError
from digitlab.lab import Lab
from digitlab.networks.reading import DigitReading, Reading
from digitlab.runs.records.people import OPERATOR
from digitlab.translation import Text, _, translated
from digitlab.uploads import keras_archive
from digitlab.uploads.pixel_scales import ImportChoices


def evaluate(options: argparse.Namespace, lab: Lab) -> int:
    """Print a network's scores on MNIST's test set."""
    scores = lab.evaluate_here(options.model)
    result = {
        "model": options.model,
        "test_accuracy": scores.accuracy,
        "test_loss": scores.loss,
        "accuracy_per_digit": scores.accuracy_per_digit.tolist(),
        "confusion": scores.confusion.tolist(),
        "mistakes": len(scores.mistakes),
    }
    lines = [
        _(
            "Test accuracy {accuracy:.2%}, loss {loss:.4f}, mistakes {mistakes}",
            accuracy=scores.accuracy,
            loss=scores.loss,
            mistakes=len(scores.mistakes),
        )
    ]
    lines += [f"  {digit}: {accuracy:.2%}" for digit, accuracy in enumerate(scores.accuracy_per_digit)]
    show(options, result, "\n".join(lines))
    return 0


def read(options: argparse.Namespace, lab: Lab) -> int:
    """Print what a network reads in each picture."""
    recogniser = lab.recogniser(options.model)
    _warn_of_preprocessing(options.model, lab)
    for path in options.pictures:
        number = recogniser.read_number(open_picture(path))
        reading = number.single
        result = {
            "picture": str(path),
            "digit": reading.digit,
            "probabilities": reading.probabilities,
            "is_sure": reading.is_sure,
            "is_digit": reading.is_digit,
            "number": [_as_dict(digit) for digit in number.digits],
        }
        text = " ".join(_as_text(digit.reading) for digit in number.digits) or _("nothing drawn")
        show(options, result, f"{path}: {text}")
    return 0


def _warn_of_preprocessing(model: str, lab: Lab) -> None:
    """Say on standard error if a network was trained with another preprocessing; a file from elsewhere has no card."""
    with suppress(ModelError):
        if warning := lab.model(model).preprocessing_warning:
            tell(f"digitlab: {translated(warning)}")


def export(options: argparse.Namespace, lab: Lab) -> int:
    """Write a network to a file, once it was read again and gave the same answers."""
    exported = lab.export_model_here(options.model, options.to)
    try:
        options.file.write_bytes(exported.content)
    except OSError as error:
        raise InvalidSetting(
            Text("{file} cannot be written: {reason}. Name another file.", file=options.file, reason=error.strerror)
        ) from error
    result = {
        "model": options.model,
        "format": options.to,
        "file": str(options.file),
        "bytes": len(exported.content),
        "digits": exported.digits,
        "difference": exported.difference,
    }
    saved = _("Saved as {file}, {size:,} bytes.", file=options.file, size=len(exported.content))
    checked = _(
        "Checked on {count} digits: its probabilities differ from the network's by {difference:.1g} at most.",
        count=exported.digits,
        difference=exported.difference,
    )
    show(options, result, f"{saved}\n{checked}")
    return 0


def import_(options: argparse.Namespace, lab: Lab) -> int:
    """Check a Keras file from elsewhere, add it to the lab, and print its score."""
    path: Path = options.file
    content, title = keras_archive.read(path), options.title or path.stem
    choices = ImportChoices(options.scale, is_corrected=options.correct)
    card = lab.import_model(content, path.name, title, OPERATOR, options.source, choices)
    result = card.as_dict() | {"model": str(lab.model_file(card.name))}
    assert card.origin is not None
    lines = [
        _("Test accuracy {accuracy:.2%}", accuracy=card.test_accuracy),
        _("Pixels: {scale}", scale=translated(card.origin.scale)),
    ]
    if card.origin.alternatives:
        scales = "; ".join(map(translated, card.origin.alternatives))
        lines.append(_("Other scales that fit about as well: {scales}", scales=scales))
    if card.origin.adaptation:
        lines.append(_("Adapted: {how}", how=", ".join(map(translated, card.origin.adaptations))))
    if card.origin.is_softmax_added:
        lines.append(_("A softmax was added to its logits."))
    show(options, result, "\n".join([*lines, _("Saved as {file}", file=result["model"])]))
    return 0


def _as_dict(digit: DigitReading) -> dict[str, Any]:
    names = ("digit", "probabilities", "is_sure", "is_digit")
    return {"box": digit.box} | {name: getattr(digit.reading, name) for name in names}


def _as_text(reading: Reading) -> str:
    if not reading.is_digit:
        return _("no digit")
    probability = f"{max(reading.probabilities):.1%}"
    if reading.is_sure:
        return f"{reading.digit} ({probability})"
    rivals = _(" or ").join(map(str, reading.rivals))
    return f"{rivals}? ({probability})"
