"""The networks that a search may start from: presets, the one designed on Train, and those that a person trained."""

from contextlib import suppress
from dataclasses import dataclass, replace

from digitlab.errors import DigitLabError
from digitlab.networks.config import OWN, TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.runs.records.people import Person
from digitlab.translation import plural, translated
from digitlab.ui import network_choice, resources, shared_state


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A network that a search may start from: what people call it, and its settings."""

    label: str
    config: TrainingConfig


def find(person: Person) -> dict[str, StartingPoint]:
    """Return all starting points by a name of their own: the presets first, then the newest networks."""
    found = {
        name: StartingPoint(translated(preset.title), TrainingConfig.from_preset(name))
        for name, preset in PRESETS.items()
    }
    designed = shared_state.get().designed
    if designed is not None:
        label = plural("Your own on Train: {count} layer", "Your own on Train: {count} layers", len(designed.stack) + 1)
        found[OWN] = StartingPoint(label, _unsteered(designed))
    with suppress(DigitLabError):  # without the folder of networks, the rest is left
        cards = [card for card in resources.lab().models() if person.owns(card.owner) and card.origin is None]
        trained = sorted((c for c in cards if c.config.tuning is None), key=lambda card: card.created, reverse=True)
        labels = network_choice.labels_of(trained)
        found |= {f"network {card.name}": StartingPoint(labels[card.name], _unsteered(card.config)) for card in trained}
    return found


def _unsteered(config: TrainingConfig) -> TrainingConfig:
    """Return settings without the changes of the learning rate, which belong to one training."""
    return replace(config, learning_rate_changes=())
