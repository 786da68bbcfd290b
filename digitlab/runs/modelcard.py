"""The model card of a network: what there is to know about it, as Markdown."""

import re
import time
from collections.abc import Sequence

import numpy as np

from digitlab.networks.code import KerasCode
from digitlab.networks.config import PRESETS
from digitlab.networks.scores import Scores
from digitlab.networks.statistics import wilson
from digitlab.runs.cards import ModelCard, Origin
from digitlab.runs.comparison import settings_told

_CONFUSIONS = 5  # that are named
LEARNED = "How it learned"  # the section with the curves' figures


def why_no_code(card: ModelCard) -> str:
    """Say why nobody can give the code of a network's training; empty where it can be given."""
    if card.origin is not None:
        return f"It was made elsewhere and brought in as {card.origin.file}: its code is with whoever made it."
    if tuning := card.config.tuning:
        return (
            f"It was improved from {tuning.base} on {len(tuning.learned)} drawings that only their owner has, so that "
            f"no code makes the same again. That of {tuning.base} is beside {tuning.base}."
        )
    return ""


def keras_code(card: ModelCard) -> KerasCode:
    """Return the Keras code of the training that a network came of; only where `why_no_code` has nothing to say."""
    return KerasCode(
        config=card.config,
        title=card.title,
        stopped_after=len(card.epochs) if card.was_stopped else None,
        test_accuracy=card.test_accuracy,
    )


def model_card(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> str:
    """Return all of it as one Markdown document.

    Args:
        card: The network.
        scores: Its answers on MNIST's test set; None where nobody could be asked.
        drawings: How many of how many drawings it read rightly; None where that was not measured.
    """
    parts = [f"# {plain(card.title)}\n", _origin(card)]
    parts += [f"## {title}\n\n{body}" for title, body in sections(card, scores, drawings).items()]
    if reason := why_no_code(card):
        parts.append(f"## The code\n\n{plain(reason)}\n")
    else:
        code = keras_code(card)
        parts.append(f"## The code\n\n{plain(' '.join(code.introduction))}\n\n~~~~python\n{code.script()}~~~~\n")
    return "\n".join(parts)


def sections(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> dict[str, str]:
    """Return the parts that a page and the document share, Markdown by title."""
    found = {
        "What it is": _what(card),
        "Data": _data(card),
        "How good it is": _scores(card, drawings),
        "Where it fails": _failures(scores),
        "When it may be believed": _certainty(card),
        "Settings": _settings(card),
        LEARNED: _epochs(card),
        "The same again": (f"~~~~\n{card.command}\n~~~~\n\n" if card.command else "") + _versions(card),
        "Licence": _licence(card),
    }
    if card.origin is not None:  # nobody here knows how it was made
        for title in ("Settings", LEARNED, "The same again"):
            del found[title]
    return found


def plain(text: str) -> str:
    """Escape what Markdown would make of a text that a person wrote."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)


def _origin(card: ModelCard) -> str:
    day = time.strftime("%d %B %Y", time.gmtime(card.created))
    if card.is_ready_made:
        return f"A network that comes with DigitLab, trained on {day}.\n"
    if card.origin is not None:
        return f"Brought into DigitLab on {day}{f' by {plain(card.owner_name)}' if card.owner_name else ''}.\n"
    how = "Improved" if card.config.tuning else "Trained"
    return f"{how} with DigitLab on {day}{f' by {plain(card.owner_name)}' if card.owner_name else ''}.\n"


def _what(card: ModelCard) -> str:
    if card.origin is not None:
        return _what_came(card, card.origin)
    preset, more = PRESETS[card.config.preset], ""
    weights = f"{card.parameters:,} weights"
    if weights not in preset.summary:
        more += f" It has {weights}."
    if card.config.averaging:
        more += " It looks at each digit four times, half a pixel to each side, and averages what it thinks."
    return (
        f"A neural network that reads one handwritten digit, 0 to 9, in a picture of 28 x 28 grey pixels (0 "
        f"background, 255 ink) and gives ten probabilities. Preset *{preset.title}*: {preset.summary}{more}"
        "\n\nIt is made for learning and trying. It knows one digit at a time, in the "
        "middle of its picture, and nothing of letters; do not let it decide where a mistake costs anything.\n"
    )


def _what_came(card: ModelCard, origin: Origin) -> str:
    source = f" Whoever brought it says that it is from {plain(origin.source)}." if origin.source else ""
    softmax = " A softmax was added, as it gave no probabilities by itself." if origin.is_softmax_added else ""
    return (
        f"A neural network of {origin.layers} layers and {card.parameters:,} weights that was made elsewhere and "
        f"brought in as {plain(origin.file)}, SHA-256 {origin.sha256}.{source} It reads one handwritten digit in a "
        f"picture of 28 x 28 pixels; a pixel is {plain(origin.scale)} to it, as was found out by trying.{softmax}\n"
    )


def _data(card: ModelCard) -> str:
    if card.origin is not None:
        return "What it learned from is not known here.\n"
    config = card.config
    lines = [
        f"- Fitted to {config.fitted_digits:,} digits of MNIST's training set, the first ones; "
        + (
            f"{config.validation_digits:,} more for validation." if config.validation_digits else "none for validation."
        ),
        f"- {card.data}.",
    ]
    if changes := {name: amount for name, amount in config.as_dict()["augmentation"].items() if amount}:
        told = ", ".join(f"{name} {amount:g}" for name, amount in changes.items())
        lines.append(f"- Each digit a little different in every epoch (augmentation: {told}).")
    if tuning := config.tuning:
        lines.append(
            f"- It is {plain(tuning.base)}, which has gone on learning from {len(tuning.learned)} drawings of its "
            f"owner's, mixed with those above. {len(tuning.held_back)} more were held back to judge it by."
        )
    if config.written_digits:
        lines.append(
            f"- Besides {config.written_digits:,} digits drawn by DigitLab in the handwriting of many regions, "
            f"{config.redrawn_digits:,} of MNIST's drawn anew with other pens, and {config.other_drawings:,} drawings "
            "that are no digit."
        )
    lines.append("- MNIST was written by about 500 people in the USA around 1990: other hands are read worse.")
    return "\n".join(lines) + "\n"


def _scores(card: ModelCard, drawings: tuple[int, int] | None) -> str:
    low, high = card.interval
    rows = [
        ("Digits", "Read correctly", "95 % interval", "Loss"),
        ("---", "---", "---", "---"),
        ("MNIST's test set, 10,000", f"{card.test_accuracy:.2%}", f"{low:.2%} to {high:.2%}", f"{card.test_loss:.4f}"),
    ]
    if drawings is None:
        rows.append(("Drawings", "not measured", "", ""))
    else:
        low, high = wilson(*drawings)
        rows.append((f"Drawings, {drawings[1]:,}", f"{drawings[0] / drawings[1]:.2%}", f"{low:.2%} to {high:.2%}", ""))
    return _table(rows)


def _failures(scores: Scores | None) -> str:
    if scores is None:
        return "Not measured: no worker could be asked.\n"
    wrong = scores.confusion.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return f"Nowhere: it read all {len(scores.labels):,} digits of the test set rightly.\n"
    order = [cell for cell in np.argsort(-wrong, axis=None, kind="stable")[:_CONFUSIONS] if wrong.flat[cell]]
    lines = [f"It misreads {len(scores.mistakes):,} of {len(scores.labels):,} test digits. Most often:\n"]
    for cell in order:
        true, read = divmod(int(cell), 10)
        lines.append(f"- a {true} as {read}: {wrong[true, read]} times, {scores.shares[true, read]:.1%} of all {true}s")
    worst = min(scores.per_digit, key=lambda each: each.recall)
    low, high = worst.interval
    lines.append(
        f"\nHardest is the {worst.digit}: {worst.recall:.1%} are read rightly (95 %: {low:.1%} to {high:.1%})."
    )
    return "\n".join(lines) + "\n"


def _certainty(card: ModelCard) -> str:
    limits = card.certainty
    how = (
        f"Its probabilities were calibrated on validation digits, at temperature {limits.temperature:.2f}."
        if card.config.calibration
        else "Its probabilities were not calibrated."
    )
    return (
        f"{how} An answer counts as sure from a probability of {limits.sure_from:.1%} on, and a drawing as a "
        f"digit up to an entropy of {limits.digit_up_to:.2f} nats.\n"
    )


def _settings(card: ModelCard) -> str:
    unused = {name for name, amount in card.config.as_dict()["augmentation"].items() if not amount}
    told = [(name, value) for name, value in settings_told(card.config).items() if name not in unused]
    return _table([("Setting", "Value"), ("---", "---"), *told])


def _epochs(card: ModelCard) -> str:
    rows = [("Epoch", "Loss", "Accuracy", "Validation loss", "Validation accuracy"), ("---",) * 5]
    for epoch in card.epochs:
        kept = epoch.validation_loss, epoch.validation_accuracy
        told = ("", "") if kept[0] is None or kept[1] is None else (f"{kept[0]:.4f}", f"{kept[1]:.2%}")
        rows.append((f"{epoch.epoch}", f"{epoch.loss:.4f}", f"{epoch.accuracy:.2%}", *told))
    ended = ", stopped by hand" if card.was_stopped else ""
    return f"{_table(rows)}\n{len(card.epochs)} epochs in {card.seconds:,.0f} s{ended}.\n"


def _versions(card: ModelCard) -> str:
    return "Made with " + ", ".join(f"{name} {version}" for name, version in card.versions.items()) + ".\n"


def _licence(card: ModelCard) -> str:
    whose = "comes with DigitLab" if card.is_ready_made else "belongs to whoever made it"
    return (
        "MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under "
        "[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/). "
        f"The network {whose}.\n"
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
