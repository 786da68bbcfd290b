"""The model card of a network, as Markdown in the reader's language."""

import time
from collections.abc import Sequence

import numpy as np

from digitlab.data.augmentation import Augmentation
from digitlab.fields import settings_of, values_of
from digitlab.networks.code import KerasCode, deviation, plain
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.stacks import in_a_line
from digitlab.networks.presets import PRESETS
from digitlab.networks.scores import Scores
from digitlab.networks.statistics import wilson_interval
from digitlab.preprocessing.version import READ_AS_WELL, VERSION
from digitlab.runs.records.comparison import FINE_TUNING_SETTINGS, settings_as_text
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, translated

_MAX_CONFUSIONS = 5  # listed
TRAINING = Text("Training")  # title of the section with the learning curves


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
        return _(
            "It was trained elsewhere, so its training is unknown. Its Keras file contains the network, layer by layer."
        )
    if card.config.tuning is not None:
        return _(
            "It was fine-tuned from the network {base} on drawings of its owner, which code cannot contain. See the "
            "code of that network.",
            base=card.config.tuning.base,
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
    parts += [f"## {translated(title)}\n\n{body}" for title, body in sections(card, scores, drawings).items()]
    title = _("Keras code")
    parts.append(f"## {title}\n\n{_code(card)}")
    return "\n".join(parts)


def sections(card: ModelCard, scores: Scores | None, drawings: tuple[int, int] | None = None) -> dict[Text, str]:
    """Return the sections that page and document share, by title; the arguments are those of `model_card`.

    The titles are `Text`, which a page translates; what stands below them is Markdown in the reader's language.
    """
    training = {} if card.origin else {Text("Settings"): _settings(card), TRAINING: _epochs(card)}
    return {
        Text("Description"): _description(card),
        Text("Training data"): _data(card),
        Text("Evaluation"): _scores(card, drawings),
        Text("Common mistakes"): _mistakes(scores),
        Text("Calibration"): _calibration(card),
        **training,
        Text("Reproduce it"): _reproduction(card),
        Text("Licence"): _licence(card),
    }


def _origin(card: ModelCard) -> str:
    day, owner = time.strftime("%Y-%m-%d", time.gmtime(card.created)), plain(translated(card.owner_name))
    if card.is_ready_made:
        return _("A network that comes with DigitLab, trained on {day}.", day=day)
    if card.origin is not None and owner:
        return _("Imported into DigitLab on {day} by {owner}.", day=day, owner=owner)
    if card.origin is not None:
        return _("Imported into DigitLab on {day}.", day=day)
    if owner:
        return _("Trained with DigitLab on {day} by {owner}.", day=day, owner=owner)
    return _("Trained with DigitLab on {day}.", day=day)


def _code(card: ModelCard) -> str:
    code = keras_code(card)
    if code is None:
        return f"{no_code(card)}\n"
    return f"{plain(' '.join(map(translated, code.introduction)))}\n\n~~~~python\n{code.script()}~~~~\n"


def _description(card: ModelCard) -> str:
    sentences = [
        _(
            "A neural network that reads one handwritten digit, 0 to 9, in a picture of 28 x 28 grey pixels "
            "(0 background, 255 ink) and returns ten probabilities."
        ),
        *_architecture(card),
        translated(card.preprocessing_warning),
    ]
    use = _(
        "It is made for learning and experiments. It reads one digit at a time, in the middle of its picture, and no "
        "letters. Do not use it where a mistake costs anything."
    )
    return f"{' '.join(filter(None, sentences))}\n\n{use}\n"


def _architecture(card: ModelCard) -> list[str]:
    """Return how the network is built, in sentences."""
    if (origin := card.origin) is not None:
        sentences = [
            _(
                "Imported from the file {file} ({layers} layers, {weights:,} weights).",
                file=plain(origin.file),
                layers=origin.layers,
                weights=card.parameters,
            )
        ]
        if origin.adaptation:
            how = plain(", ".join(map(translated, origin.adaptations)))
            sentences.append(_("Adapted to MNIST's digits: {how}.", how=how))
        return [*sentences, _("Source: {source}.", source=plain(origin.source))] if origin.source else sentences
    sentences = [_network(card.config)]
    if f"{card.parameters:,}" not in sentences[0]:
        sentences.append(_("It has {weights:,} weights.", weights=card.parameters))
    if card.config.averaging:
        sentences.append(
            _("It reads each digit four times, shifted by half a pixel to each side, and averages the results.")
        )
    return sentences


def _network(config: TrainingConfig) -> str:
    if config.layers is not None:
        return _("A network of its own layers: {layers}, Dense 10 (softmax).", layers=in_a_line(config.layers))
    preset = PRESETS[config.preset]
    return _("Preset *{title}*: {summary}", title=translated(preset.title), summary=translated(preset.summary))


def _data(card: ModelCard) -> str:
    config = card.config
    lines = [_("Unknown: it was trained elsewhere. MNIST's digits may have been among its examples.")]
    if card.origin is None:
        lines = [
            _("Training: the first {count:,} digits of MNIST's training set.", count=config.fitted_digits),
            _("Validation: the next {count:,} digits.", count=config.validation_digits)
            if config.validation_digits
            else _("No validation."),
            _("Source: {source}.", source=translated(card.data)),
            *_changes(config),
        ]
    if config.tuning is not None:
        base, count = plain(config.tuning.base), len(config.tuning.learned)
        lines.append(
            _(
                "Fine-tuned from {base} on {count} drawings of its owner, mixed with MNIST's digits.",
                base=base,
                count=count,
            )
        )
    if card.origin is None:
        lines.append(
            _("About 500 people in the USA wrote MNIST around 1990. Other handwriting is read less accurately.")
        )
    if not card.is_imported:
        lines.append(_("Preprocessing of drawings: version {version}.", version=card.preprocessing))
        if card.preprocessing in READ_AS_WELL:
            lines.append(
                _(
                    "Version {new} prepares drawings now. Networks of version {version} read them as well as before.",
                    new=VERSION,
                    version=card.preprocessing,
                )
            )
    return _list(lines)


def _changes(config: TrainingConfig) -> list[str]:
    """Return what was done to MNIST's digits, and what was added to them."""
    lines = []
    if amounts := {name: amount for name, amount in config.as_dict()["augmentation"].items() if amount}:
        settings = settings_of(Augmentation)
        listed = ", ".join(f"{translated(settings[name].label)} {amount:g}" for name, amount in amounts.items())
        lines.append(_("Augmentation, different in every epoch: {amounts}.", amounts=listed))
    if config.written_digits:
        lines += [
            _("Added: {count:,} synthetic digits in regional handwriting styles.", count=config.written_digits),
            _("Added: {count:,} of MNIST's digits, redrawn with other pens.", count=config.redrawn_digits),
            _("Added: {count:,} drawings that are not digits.", count=config.non_digits),
        ]
    return lines


def _scores(card: ModelCard, drawings: tuple[int, int] | None) -> str:
    low, high = card.interval
    rows = [
        (_("Digits"), _("Accuracy"), _("95% interval"), _("Loss")),
        ("---", "---", "---", "---"),
        (_("MNIST's test set, 10,000"), f"{card.test_accuracy:.2%}", _interval(low, high), f"{card.test_loss:.4f}"),
    ]
    if drawings is None:
        rows.append((_("Drawings"), _("not measured"), "", ""))
    else:
        correct, total = drawings
        interval = _interval(*wilson_interval(correct, total))
        rows.append(
            (_("Unseen drawings of one person, {total:,}", total=total), f"{correct / total:.2%}", interval, "")
        )
    return _table(rows)


def _mistakes(scores: Scores | None) -> str:
    if scores is None:
        return _("Not measured: the network could not be evaluated.") + "\n"
    wrong = scores.confusion.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return _("None: it read all {count:,} digits of the test set correctly.", count=len(scores.labels)) + "\n"
    order = [cell for cell in np.argsort(-wrong, axis=None, kind="stable")[:_MAX_CONFUSIONS] if wrong.flat[cell]]
    count, total = len(scores.mistakes), len(scores.labels)
    introduction = _("Mistakes on the test set: {count:,} of {total:,}. The most frequent:", count=count, total=total)
    lines = []
    for cell in order:
        label, answer = divmod(int(cell), 10)
        share = scores.normalized_confusion[label, answer]
        lines.append(
            _(
                "{label} read as {answer}: {count} ({share:.1%} of the digits {label})",
                label=label,
                answer=answer,
                count=wrong[label, answer],
                share=share,
            )
        )
    worst = min(scores.per_digit, key=lambda digit: digit.recall)
    low, high = worst.interval
    hardest = _(
        "Hardest digit: {digit}, {recall:.1%} read correctly (95%: {low:.1%} to {high:.1%}).",
        digit=worst.digit,
        recall=worst.recall,
        low=low,
        high=high,
    )
    return f"{introduction}\n\n{_list(lines)}\n{hardest}\n"


def _calibration(card: ModelCard) -> str:
    limits = card.calibration
    sentences = [
        _(
            "Its probabilities were calibrated on validation digits, at temperature {temperature:.2f}.",
            temperature=limits.temperature,
        )
        if card.config.calibration
        else _("Its probabilities were not calibrated."),
        _("Answers count as confident from {confidence:.1%}.", confidence=limits.min_confidence),
        _(
            "Drawings with an entropy above {entropy:.2f} nats are rejected as “not a digit”.",
            entropy=limits.max_entropy,
        ),
    ]
    return f"{' '.join(sentences)}\n"


def _settings(card: ModelCard) -> str:
    settings = settings_of(Augmentation)
    unused = {settings[name].label for name, amount in values_of(card.config.augmentation).items() if not amount}
    if card.config.tuning is None:
        unused |= set(FINE_TUNING_SETTINGS)
    used = [(name, value) for name, value in settings_as_text(card.config).items() if name not in unused]
    rows = [(translated(name), translated(value)) for name, value in used]
    return _table([(_("Setting"), _("Value")), ("---", "---"), *rows])


def _epochs(card: ModelCard) -> str:
    titles = (_("Epoch"), _("Loss"), _("Accuracy"), _("Validation loss"), _("Validation accuracy"))
    rows: list[tuple[str, ...]] = [titles, ("---",) * 5]
    for epoch in card.epochs:
        validation = ("", "")
        if epoch.validation_loss is not None and epoch.validation_accuracy is not None:
            validation = f"{epoch.validation_loss:.4f}", f"{epoch.validation_accuracy:.2%}"
        rows.append((f"{epoch.epoch}", f"{epoch.loss:.4f}", f"{epoch.accuracy:.2%}", *validation))
    sentences = [_("Epochs: {count}, in {seconds:,.0f} s.", count=len(card.epochs), seconds=card.seconds)]
    if card.was_stopped:
        sentences.append(_("The training was stopped early by hand."))
    return f"{_table(rows)}\n{' '.join(sentences)}\n"


def _reproduction(card: ModelCard) -> str:
    parts = []
    if card.command:
        parts.append(f"~~~~\n{card.command}\n~~~~\n")
        if difference := deviation(card.config, card.replanned_after):
            parts.append(f"{plain(translated(difference))}\n")
    versions = ", ".join(f"{name} {version}" for name, version in card.versions.items())
    parts.append(_("Made with {versions}.", versions=versions) + "\n")
    return "\n".join(parts)


def _licence(card: ModelCard) -> str:
    sentences = [
        _(
            "MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under {licence}.",
            licence="[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/)",
        )
    ]
    if card.is_ready_made:
        sentences.append(_("The network comes with DigitLab."))
    else:
        sentences.append(_("The network belongs to whoever trained it."))
    if card.origin is not None:
        sentences.append(_("Ask them before you pass it on."))
    return f"{' '.join(sentences)}\n"


def _interval(low: float, high: float) -> str:
    return _("{low:.2%} to {high:.2%}", low=low, high=high)


def _list(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
