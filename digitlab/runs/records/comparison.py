"""Networks and runs to compare, and the settings in which they differ."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitlab.fields import settings_of, values_of
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.stacks import in_a_line
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.recognition import Recogniser
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.run import Run
from digitlab.translation import Text

_UNKNOWN, _NONE = Text("unknown"), Text("none")
LAYERS_LABEL = Text("Layers")
RATE_CHANGES_LABEL = Text("Learning rate changed (after batches: to)")
FINE_TUNING_SETTINGS = (Text("Fine-tuned from"), Text("Drawings trained on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A network to compare, or a run without a network.

    Attributes:
        key: Unique name; part of an address.
        label: Unique title.
        config: Its settings; None if they are unknown, as those of an imported network.
        epochs: Its finished epochs.
        card: The network; None if there is none yet.

    Example:
        >>> epochs = tuple(EpochMetrics(epoch=epoch, loss=0.1, accuracy=0.9, seconds=9 / epoch) for epoch in (1, 2, 3))
        >>> contender = Contender(key="run:1", label="Tutorial 1", config=TrainingConfig(), epochs=epochs)
        >>> contender.seconds_per_epoch
        3.75
    """

    key: str
    label: str
    config: TrainingConfig | None
    epochs: tuple[EpochMetrics, ...]
    card: ModelCard | None = None

    @property
    def seconds_per_epoch(self) -> float | None:
        """Median duration of an epoch; the first includes building the network and counts only if it is alone."""
        usual = self.epochs[1:] or self.epochs
        return median(epoch.seconds for epoch in usual) if usual else None


def contenders(
    cards: Iterable[ModelCard],
    labels: Callable[[Iterable[ModelCard]], dict[str, str]],
    runs: Iterable[Run],
    epochs: Callable[[int], Sequence[EpochMetrics]],
) -> dict[str, Contender]:
    """Return all networks by key, and the runs that have no network but finished an epoch.

    Args:
        cards: The networks.
        labels: Returns unique titles, by name.
        runs: All runs.
        epochs: Returns a run's finished epochs.
    """
    cards = list(cards)
    names = labels(cards)
    found = {
        card.name: Contender(
            key=card.name,
            label=names[card.name],
            config=None if card.origin else card.config,
            epochs=card.epochs,
            card=card,
        )
        for card in cards
    }
    for run in runs:
        if run.model is None and (finished := epochs(run.number)):
            label = Text("{title} (run {number}, {state})", title=run.title, number=run.number, state=run.state.label)
            key = f"run:{run.number}"
            found[key] = Contender(key=key, label=label, config=run.config, epochs=tuple(finished))
    return found


def differences(contenders: Sequence[Contender]) -> dict[str, list[str]]:
    """Return the known settings that differ, by label, each with the contenders' values in order."""
    settings = [settings_as_text(contender.config) if contender.config else {} for contender in contenders]
    names = dict.fromkeys(name for texts in settings for name in texts)
    values = {name: [texts.get(name, _NONE) if texts else _UNKNOWN for texts in settings] for name in names}
    return {name: row for name, row in values.items() if len({*row} - {_UNKNOWN}) > 1}


def milliseconds(recogniser: Recogniser, images: NDArray[np.uint8]) -> float:
    """Measure the time to read one digit, in milliseconds: the median over images, uint8 (n, 28, 28)."""
    seconds = []
    for image in images:
        began = time.perf_counter()
        recogniser.probabilities(image[np.newaxis])
        seconds.append(time.perf_counter() - began)
    return 1000 * median(seconds)


def settings_as_text(config: TrainingConfig) -> dict[str, str]:
    """Return all settings as text, by label; `translated` knows the labels, and those of the values that are words."""
    settings, tuning = settings_of(TrainingConfig), config.tuning
    values: dict[str, object] = {}
    for name, value in values_of(config).items():
        values[settings[name].label] = settings[name].choice_labels.get(value, value)
    if config.layers is not None:
        values |= {settings["preset"].label: config.network_name, LAYERS_LABEL: in_a_line(config.layers)}
    if changes := config.learning_rate_changes:
        values[RATE_CHANGES_LABEL] = ", ".join(f"{change.batch:,}: {change.rate:g}" for change in changes)
    fine_tuning = (tuning.base, len(tuning.learned)) if tuning else (None, 0)
    values |= dict(zip(FINE_TUNING_SETTINGS, fine_tuning, strict=True))
    return {label: _value_as_text(value) for label, value in values.items()}


def _value_as_text(value: object) -> str:
    if isinstance(value, bool):
        return Text("yes") if value else Text("no")
    if isinstance(value, str):
        return value
    return _NONE if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"
