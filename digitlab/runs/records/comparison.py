"""Runs and networks side by side: what differs between them, and how good, large and quick they are."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.recognition import Recogniser
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.run import Run

_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A network, or a run that has none yet, with what it is compared by.

    Attributes:
        key: Tells it from all others; part of an address.
        label: A name that no other has.
        config: Its settings; None where nobody knows them, as of a network from elsewhere.
        epochs: Its finished epochs.
        card: The network; None where there is none yet.
    """

    key: str
    label: str
    config: TrainingConfig | None
    epochs: tuple[EpochMetrics, ...]
    card: ModelCard | None = None

    @property
    def seconds_per_epoch(self) -> float | None:
        """Usual duration of an epoch; the first, with the building of the network, counts only where it is alone."""
        usual = self.epochs[1:] or self.epochs
        return median(epoch.seconds for epoch in usual) if usual else None


def contenders(
    cards: Iterable[ModelCard],
    labels: Callable[[Iterable[ModelCard]], dict[str, str]],
    runs: Iterable[Run],
    epochs: Callable[[int], Sequence[EpochMetrics]],
) -> dict[str, Contender]:
    """Return by key all networks, and the runs that learn or stopped before there was one.

    Args:
        cards: The networks.
        labels: Names them.
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
            label = f"{run.title} (run {run.number}, {run.state})"
            key = f"run:{run.number}"
            found[key] = Contender(key=key, label=label, config=run.config, epochs=tuple(finished))
    return found


def differences(shown: Sequence[Contender]) -> dict[str, list[str]]:
    """Return by name the settings that are not the same in all that are known, each with its values in their order."""
    settings = [settings_as_text(one.config) if one.config else {} for one in shown]
    names = next(filter(None, settings), {})
    values = {name: [each.get(name, _UNKNOWN) for each in settings] for name in names}
    return {name: row for name, row in values.items() if len({*row} - {_UNKNOWN}) > 1}


def milliseconds(recogniser: Recogniser, images: NDArray[np.uint8]) -> float:
    """Measure how long a network needs for one digit, the median over uint8 (n, 28, 28)."""
    taken = []
    for image in images:
        began = time.perf_counter()
        recogniser.probabilities(image[np.newaxis])
        taken.append(time.perf_counter() - began)
    return 1000 * median(taken)


def settings_as_text(config: TrainingConfig) -> dict[str, str]:
    """Return all settings, as people read them, by name."""
    values = config.as_dict()
    values |= values.pop("augmentation")
    tuning = values.pop("tuning")
    values |= {
        "improved from": tuning["base"] if tuning else None,
        "drawings learned": len(tuning["learned"]) if tuning else 0,
    }
    return {name.replace("_", " "): _told(value) for name, value in values.items()}


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"
