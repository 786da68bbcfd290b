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
    lines = [f"Test accuracy {scores.accuracy:.2%}, loss {scores.loss:.4f}, mistakes {len(scores.mistakes)}"]
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
        text = " ".join(_as_text(digit.reading) for digit in number.digits)
        show(options, result, f"{path}: {text or 'nothing drawn'}")
    return 0


def _warn_of_preprocessing(model: str, lab: Lab) -> None:
    """Say on standard error if a network was trained with another preprocessing; a file from elsewhere has no card."""
    with suppress(ModelError):
        if warning := lab.model(model).preprocessing_warning:
            tell(f"digitlab: {warning}")


def export(options: argparse.Namespace, lab: Lab) -> int:
    """Write a network to a file, once it was read again and gave the same answers."""
    exported = lab.export_model_here(options.model, options.to)
    try:
        options.file.write_bytes(exported.content)
    except OSError as error:
        raise InvalidSetting(f"{options.file} cannot be written: {error.strerror}. Name another file.") from error
    result = {
        "model": options.model,
        "format": options.to,
        "file": str(options.file),
        "bytes": len(exported.content),
        "digits": exported.digits,
        "difference": exported.difference,
    }
    show(
        options,
        result,
        f"Saved as {options.file}, {len(exported.content):,} bytes.\nChecked on {exported.digits} digits: its "
        f"probabilities differ from the network's by {exported.difference:.1g} at most.",
    )
    return 0


def import_(options: argparse.Namespace, lab: Lab) -> int:
    """Check a Keras file from elsewhere, add it to the lab, and print its score."""
    path: Path = options.file
    content, title = keras_archive.read(path), options.title or path.stem
    choices = ImportChoices(options.scale, is_corrected=options.correct)
    card = lab.import_model(content, path.name, title, OPERATOR, options.source, choices)
    result = card.as_dict() | {"model": str(lab.model_file(card.name))}
    assert card.origin is not None
    lines = [f"Test accuracy {card.test_accuracy:.2%}", f"Pixels: {card.origin.scale}"]
    if card.origin.alternatives:
        lines.append(f"Other scales that fit about as well: {'; '.join(card.origin.alternatives)}")
    if card.origin.adaptation:
        lines.append(f"Adapted: {card.origin.adaptation}")
    if card.origin.is_softmax_added:
        lines.append("A softmax was added to its logits.")
    show(options, result, "\n".join([*lines, f"Saved as {result['model']}"]))
    return 0


def _as_dict(digit: DigitReading) -> dict[str, Any]:
    names = ("digit", "probabilities", "is_sure", "is_digit")
    return {"box": digit.box} | {name: getattr(digit.reading, name) for name in names}


def _as_text(reading: Reading) -> str:
    if not reading.is_digit:
        return "no digit"
    probability = f"{max(reading.probabilities):.1%}"
    if reading.is_sure:
        return f"{reading.digit} ({probability})"
    return f"{' or '.join(map(str, reading.rivals))}? ({probability})"
