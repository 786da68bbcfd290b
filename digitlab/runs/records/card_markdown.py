"""The model card of a network, as Markdown."""

import time
from collections.abc import Sequence

import numpy as np

from digitlab.data.augmentation import Augmentation
from digitlab.fields import settings_of, values_of
from digitlab.networks.code import KerasCode, deviation, plain
from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.networks.scores import Scores
from digitlab.networks.statistics import wilson_interval
from digitlab.runs.records.comparison import FINE_TUNING_SETTINGS, settings_as_text
from digitlab.runs.records.model_card import ModelCard

_MAX_CONFUSIONS = 5  # listed
TRAINING = "Training"  # title of the section with the learning curves


def keras_code(card: ModelCard) -> KerasCode | None:
    """Return the Keras code of a network's training; None if there is none, for the reason that `no_code` gives."""
    if no_code(card):
        return None
    return KerasCode(
        config=card.config,
        title=card.title,
        stopped_after=len(card.epochs) if card.was_stopped else None,
        test_accuracy=card.test_accuracy,
        replanned_after=card.replanned_after,
    )


def no_code(card: ModelCard) -> str:
    """Return the reason why a network's training cannot be written as code; empty if it can."""
    if card.origin is not None:
        return (
            "It was trained elsewhere, so its training is unknown. Its Keras file contains the network, layer by layer."
        )
    if card.config.tuning is not None:
        return (
            f"It was fine-tuned from the network {card.config.tuning.base} on drawings of its owner, which code cannot "
            "contain. See the code of that network."
        )
    return ""


def model_card(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> str:
    """Return the model card as one Markdown document.

    Args:
        card: The network.
        scores: Its answers on MNIST's test set; None if they could not be computed.
        drawings: How many drawings it read correctly, and of how many; None if that was not measured.
    """
    parts = [f"# {plain(card.title)}\n", f"{_origin(card)}\n"]
    parts += [f"## {title}\n\n{body}" for title, body in sections(card, scores, drawings).items()]
    parts.append(f"## Keras code\n\n{_code(card)}")
    return "\n".join(parts)


def sections(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> dict[str, str]:
    """Return the sections that page and document share, Markdown by title; the arguments are those of `model_card`."""
    training = {} if card.origin else {"Settings": _settings(card), TRAINING: _epochs(card)}
    return {
        "Description": _description(card),
        "Training data": _data(card),
        "Evaluation": _scores(card, drawings),
        "Common mistakes": _mistakes(scores),
        "Calibration": _calibration(card),
        **training,
        "Reproduce it": _reproduction(card),
        "Licence": _licence(card),
    }


def _origin(card: ModelCard) -> str:
    day = time.strftime("%d %B %Y", time.gmtime(card.created))
    owner = plain(card.owner_name)
    if card.is_ready_made:
        return f"A network that comes with DigitLab, trained on {day}."
    if card.origin is not None:
        return f"Imported into DigitLab on {day} by {owner}." if owner else f"Imported into DigitLab on {day}."
    return f"Trained with DigitLab on {day} by {owner}." if owner else f"Trained with DigitLab on {day}."


def _code(card: ModelCard) -> str:
    code = keras_code(card)
    if code is None:
        return f"{no_code(card)}\n"
    return f"{plain(' '.join(code.introduction))}\n\n~~~~python\n{code.script()}~~~~\n"


def _description(card: ModelCard) -> str:
    sentences = [
        "A neural network that reads one handwritten digit, 0 to 9, in a picture of 28 x 28 grey pixels (0 background, "
        "255 ink) and returns ten probabilities.",
        *_architecture(card),
        card.preprocessing_warning,
    ]
    return (
        f"{' '.join(filter(None, sentences))}\n\n"
        "It is made for learning and experiments. It reads one digit at a time, in the middle of its picture, and no "
        "letters. Do not use it where a mistake costs anything.\n"
    )


def _architecture(card: ModelCard) -> list[str]:
    """Return how the network is built, in sentences."""
    if (origin := card.origin) is not None:
        sentences = [
            f"Imported from the file {plain(origin.file)} ({origin.layers} layers, {card.parameters:,} weights)."
        ]
        if origin.adaptation:
            sentences.append(f"Adapted to MNIST's digits: {plain(origin.adaptation)}.")
        return [*sentences, f"Source: {plain(origin.source)}."] if origin.source else sentences
    preset = PRESETS[card.config.preset]
    sentences = [f"Preset *{preset.title}*: {preset.summary}"]
    if f"{card.parameters:,} weights" not in preset.summary:
        sentences.append(f"It has {card.parameters:,} weights.")
    if card.config.averaging:
        sentences.append(
            "It reads each digit four times, shifted by half a pixel to each side, and averages the results."
        )
    return sentences


def _data(card: ModelCard) -> str:
    config = card.config
    lines = ["- Unknown: it was trained elsewhere. MNIST's digits may have been among its examples."]
    if card.origin is None:
        lines = [
            f"- Training: the first {config.fitted_digits:,} digits of MNIST's training set.",
            f"- Validation: the next {config.validation_digits:,} digits."
            if config.validation_digits
            else "- No validation.",
            f"- Source: {card.data}.",
            *_changes(config),
        ]
    if config.tuning is not None:
        base, count = plain(config.tuning.base), len(config.tuning.learned)
        lines.append(f"- Fine-tuned from {base} on {count} drawings of its owner, mixed with MNIST's digits.")
    if card.origin is None:
        lines.append(
            "- About 500 people in the USA wrote MNIST around 1990. Other handwriting is read less accurately."
        )
    if not card.is_imported:
        lines.append(f"- Preprocessing of drawings: version {card.preprocessing}.")
    return "\n".join(lines) + "\n"


def _changes(config: TrainingConfig) -> list[str]:
    """Return what was done to MNIST's digits, and what was added to them."""
    lines = []
    if amounts := {name: amount for name, amount in config.as_dict()["augmentation"].items() if amount}:
        listed = ", ".join(f"{name} {amount:g}" for name, amount in amounts.items())
        lines.append(f"- Augmentation, different in every epoch: {listed}.")
    if config.written_digits:
        lines.append(f"- Added: {config.written_digits:,} synthetic digits in regional handwriting styles.")
        lines.append(f"- Added: {config.redrawn_digits:,} of MNIST's digits, redrawn with other pens.")
        lines.append(f"- Added: {config.non_digits:,} drawings that are not digits.")
    return lines


def _scores(card: ModelCard, drawings: tuple[int, int] | None) -> str:
    low, high = card.interval
    rows = [
        ("Digits", "Accuracy", "95 % interval", "Loss"),
        ("---", "---", "---", "---"),
        ("MNIST's test set, 10,000", f"{card.test_accuracy:.2%}", f"{low:.2%} to {high:.2%}", f"{card.test_loss:.4f}"),
    ]
    if drawings is None:
        rows.append(("Drawings", "not measured", "", ""))
    else:
        correct, total = drawings
        low, high = wilson_interval(correct, total)
        rows.append(
            (f"Unseen drawings of one person, {total:,}", f"{correct / total:.2%}", f"{low:.2%} to {high:.2%}", "")
        )
    return _table(rows)


def _mistakes(scores: Scores | None) -> str:
    if scores is None:
        return "Not measured: the network could not be evaluated.\n"
    wrong = scores.confusion.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return f"None: it read all {len(scores.labels):,} digits of the test set correctly.\n"
    order = [cell for cell in np.argsort(-wrong, axis=None, kind="stable")[:_MAX_CONFUSIONS] if wrong.flat[cell]]
    lines = [f"Mistakes on the test set: {len(scores.mistakes):,} of {len(scores.labels):,}. The most frequent:\n"]
    for cell in order:
        label, answer = divmod(int(cell), 10)
        share = scores.normalized_confusion[label, answer]
        lines.append(f"- {label} read as {answer}: {wrong[label, answer]} ({share:.1%} of the digits {label})")
    worst = min(scores.per_digit, key=lambda digit: digit.recall)
    low, high = worst.interval
    lines.append(f"\nHardest digit: {worst.digit}, {worst.recall:.1%} read correctly (95 %: {low:.1%} to {high:.1%}).")
    return "\n".join(lines) + "\n"


def _calibration(card: ModelCard) -> str:
    limits = card.calibration
    sentences = [
        f"Its probabilities were calibrated on validation digits, at temperature {limits.temperature:.2f}."
        if card.config.calibration
        else "Its probabilities were not calibrated.",
        f"Answers count as confident from {limits.min_confidence:.1%}.",
        f"Drawings with an entropy above {limits.max_entropy:.2f} nats are rejected as “not a digit”.",
    ]
    return f"{' '.join(sentences)}\n"


def _settings(card: ModelCard) -> str:
    settings = settings_of(Augmentation)
    unused = {settings[name].words for name, amount in values_of(card.config.augmentation).items() if not amount}
    if card.config.tuning is None:
        unused |= set(FINE_TUNING_SETTINGS)
    rows = [(name, value) for name, value in settings_as_text(card.config).items() if name not in unused]
    return _table([("Setting", "Value"), ("---", "---"), *rows])


def _epochs(card: ModelCard) -> str:
    rows = [("Epoch", "Loss", "Accuracy", "Validation loss", "Validation accuracy"), ("---",) * 5]
    for epoch in card.epochs:
        validation = ("", "")
        if epoch.validation_loss is not None and epoch.validation_accuracy is not None:
            validation = f"{epoch.validation_loss:.4f}", f"{epoch.validation_accuracy:.2%}"
        rows.append((f"{epoch.epoch}", f"{epoch.loss:.4f}", f"{epoch.accuracy:.2%}", *validation))
    sentences = [f"Epochs: {len(card.epochs)}, in {card.seconds:,.0f} s."]
    if card.was_stopped:
        sentences.append("The training was stopped early by hand.")
    return f"{_table(rows)}\n{' '.join(sentences)}\n"


def _reproduction(card: ModelCard) -> str:
    parts = []
    if card.command:
        parts.append(f"~~~~\n{card.command}\n~~~~\n")
        if difference := deviation(card.config, card.replanned_after):
            parts.append(f"{plain(difference)}\n")
    versions = ", ".join(f"{name} {version}" for name, version in card.versions.items())
    parts.append(f"Made with {versions}.\n")
    return "\n".join(parts)


def _licence(card: ModelCard) -> str:
    sentences = [
        "MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under "
        "[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/)."
    ]
    if card.is_ready_made:
        sentences.append("The network comes with DigitLab.")
    else:
        sentences.append("The network belongs to whoever trained it.")
    if card.origin is not None:
        sentences.append("Ask them before you pass it on.")
    return f"{' '.join(sentences)}\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
