"""The model card of a network: what there is to know about it, as Markdown."""

import time
from collections.abc import Sequence

import numpy as np

from digitlab.networks.code import KerasCode, detour, plain
from digitlab.networks.presets import PRESETS
from digitlab.networks.scores import Scores
from digitlab.networks.statistics import wilson_interval
from digitlab.runs.records.comparison import settings_as_text
from digitlab.runs.records.model_card import ModelCard

_CONFUSIONS = 5  # that are named
LEARNED = "How it learned"  # the section with the curves' figures


def keras_code(card: ModelCard) -> KerasCode | None:
    """Return the Keras code of the training that a network came of; None where `no_code` says why there is none."""
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
    """Return one sentence on why a network's training cannot be written as code; empty if it can."""
    if card.origin is not None:
        return "It was trained elsewhere, and how is not known here. Its Keras file holds the network, layer by layer."
    if card.config.tuning is not None:
        return (
            f"It was improved from the network {card.config.tuning.base} on drawings of its owner, and goes on from "
            "there: the code of that network is the beginning of its own."
        )
    return ""


def model_card(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> str:
    """Return all of it as one Markdown document.

    Args:
        card: The network.
        scores: Its answers on MNIST's test set; None where nobody could be asked.
        drawings: How many of how many drawings it read rightly; None where that was not measured.
    """
    parts = [f"# {plain(card.title)}\n", _origin(card)]
    parts += [f"## {title}\n\n{body}" for title, body in sections(card, scores, drawings).items()]
    parts.append(f"## The code\n\n{_code(card)}")
    return "\n".join(parts)


def sections(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> dict[str, str]:
    """Return the parts that a page and the document share, Markdown by title."""
    how = {} if card.origin else {"Settings": _settings(card), LEARNED: _epochs(card)}
    again = f"~~~~\n{card.command}\n~~~~\n\n" if card.command else ""
    if again and (told := detour(card.config, card.replanned_after)):
        again += f"{plain(told)}\n\n"
    return {
        "What it is": _what(card),
        "Data": _data(card),
        "How good it is": _scores(card, drawings),
        "Where it fails": _failures(scores),
        "When it may be believed": _certainty(card),
        **how,
        "The same again": f"{again}{_versions(card)}",
        "Licence": _licence(card),
    }


def _origin(card: ModelCard) -> str:
    day = time.strftime("%d %B %Y", time.gmtime(card.created))
    if card.origin is not None:
        return f"Brought into DigitLab on {day}{f' by {plain(card.owner_name)}' if card.owner_name else ''}.\n"
    if card.is_ready_made:
        return f"A network that comes with DigitLab, trained on {day}.\n"
    return f"Trained with DigitLab on {day}{f' by {plain(card.owner_name)}' if card.owner_name else ''}.\n"


def _code(card: ModelCard) -> str:
    code = keras_code(card)
    if code is None:
        return f"{no_code(card)}\n"
    return f"{plain(' '.join(code.introduction))}\n\n~~~~python\n{code.script()}~~~~\n"


def _built(card: ModelCard) -> str:
    """How it is built, in sentences."""
    weights = f"{card.parameters:,} weights"
    if (origin := card.origin) is not None:
        source = f" ({plain(origin.source)})" if origin.source else ""
        return f"It came in the file {plain(origin.file)}{source}, with {origin.layers} layers and {weights}."
    preset = PRESETS[card.config.preset]
    more = "" if weights in preset.summary else f" It has {weights}."
    if card.config.averaging:
        more += " It looks at each digit four times, half a pixel to each side, and averages what it thinks."
    return f"Preset *{preset.title}*: {preset.summary}{more}"


def _what(card: ModelCard) -> str:
    return (
        "A neural network that reads one handwritten digit, 0 to 9, in a picture of 28 x 28 grey pixels (0 background, "
        f"255 ink) and gives ten probabilities. {_built(card)}"
        "\n\nIt is made for learning and trying. It knows one digit at a time, in the "
        "middle of its picture, and nothing of letters; do not let it decide where a mistake costs anything.\n"
    )


def _data(card: ModelCard) -> str:
    config = card.config
    if card.origin is not None:
        more = "" if config.tuning is None else f" Here it was improved on {len(config.tuning.learned)} drawings."
        return f"Not known: it was trained elsewhere. MNIST's digits may have been among its examples.{more}\n"
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
    if config.written_digits:
        lines.append(
            f"- Besides {config.written_digits:,} digits drawn by DigitLab in the handwriting of many regions, "
            f"{config.redrawn_digits:,} of MNIST's drawn anew with other pens, and {config.non_digits:,} drawings "
            "that are no digit."
        )
    if config.tuning is not None:
        base, learned = plain(config.tuning.base), len(config.tuning.learned)
        lines.append(f"- Improved from {base} on {learned} drawings of its owner, mixed with MNIST's digits.")
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
        low, high = wilson_interval(*drawings)
        rows.append(
            (
                f"Drawings of one person that it has not learned, {drawings[1]:,}",
                f"{drawings[0] / drawings[1]:.2%}",
                f"{low:.2%} to {high:.2%}",
                "",
            )
        )
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
        lines.append(f"- a {true} as {read}: {wrong[true, read]} times, {scores.normalized_confusion[true, read]:.1%} of all {true}s")
    worst = min(scores.per_digit, key=lambda each: each.recall)
    low, high = worst.interval
    lines.append(
        f"\nHardest is the {worst.digit}: {worst.recall:.1%} are read rightly (95 %: {low:.1%} to {high:.1%})."
    )
    return "\n".join(lines) + "\n"


def _certainty(card: ModelCard) -> str:
    limits = card.calibration
    how = (
        f"Its probabilities were calibrated on validation digits, at temperature {limits.temperature:.2f}."
        if card.config.calibration
        else "Its probabilities were not calibrated."
    )
    return (
        f"{how} An answer counts as sure from a probability of {limits.min_confidence:.1%} on, and a drawing as a "
        f"digit up to an entropy of {limits.max_entropy:.2f} nats.\n"
    )


def _settings(card: ModelCard) -> str:
    unused = {name for name, amount in card.config.as_dict()["augmentation"].items() if not amount}
    if card.config.tuning is None:
        unused |= {"improved from", "drawings learned"}
    told = [(name, value) for name, value in settings_as_text(card.config).items() if name not in unused]
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
    whose = "comes with DigitLab" if card.is_ready_made else "belongs to whoever trained it"
    whose += "; ask them before you hand it on" * (card.origin is not None)
    return (
        "MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under "
        "[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/). "
        f"The network {whose}.\n"
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
