"""A network's answers on a set of digits, which several pages show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_sets import DigitSet, own_digits
from digitlab.networks.scores import Scores
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import plural
from digitlab.ui import identity, messages, resources


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A network's answers on a set of digits.

    Attributes:
        card: The network.
        digit_set: The digits.
        images: uint8 (n, 28, 28), their pictures.
        scores: The network's answers.
    """

    card: ModelCard
    digit_set: DigitSet
    images: NDArray[np.uint8]
    scores: Scores


def evaluate(card: ModelCard, digit_set: DigitSet) -> Evaluation:
    """Return a network's answers; a progress bar shows while they are computed for the first time."""
    if digit_set.is_own:
        numbers = set(digit_set.numbers)
        images, labels = digits_of([drawing for drawing in own_drawings() if drawing.number in numbers])
        return Evaluation(card, digit_set, images, Scores(labels, own_probabilities(card, images)))
    place = st.empty()

    def report(share: float) -> None:
        title = messages.escape_markdown(card.title)
        text = plural(
            "{title} is reading {count} digit (first time only).",
            "{title} is reading {count:,} digits (first time only).",
            len(digit_set),
            title=title,
        )
        place.progress(share, text=text)

    scores = resources.lab().evaluate(card.name, digit_set, report)
    place.empty()
    return Evaluation(card, digit_set, digit_set.select(resources.mnist())[0], scores)


def own_drawings() -> list[Drawing]:
    """Return the person's own digits, the oldest first."""
    return resources.lab().drawings.for_person(identity.person(), with_pictures=False)[::-1]


def own_set(drawings: Sequence[Drawing]) -> DigitSet:
    """Return some of the person's own digits as a set to evaluate a network on."""
    return own_digits(*digits_of(drawings), [drawing.number for drawing in drawings])


def unseen_by(card: ModelCard, digit_set: DigitSet) -> DigitSet:
    """Return a set of own digits without those that a network was trained on; a set of MNIST's stays as it is."""
    if not digit_set.is_own:
        return digit_set
    learned = resources.lab().improver.learned_drawings(card.name, identity.person())
    unseen = set(digit_set.numbers) - learned
    if len(unseen) == len(digit_set):
        return digit_set
    return own_set([drawing for drawing in own_drawings() if drawing.number in unseen])


def own_probabilities(card: ModelCard, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a network's answers on a person's own digits, float32 (n, 10), computed in this process: they are few."""
    return _probabilities(card.name, card.created, hashlib.sha256(images.tobytes()).hexdigest(), _images=images)


@st.cache_data(show_spinner=False, max_entries=20)
def _probabilities(name: str, created: float, content: str, *, _images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return resources.lab().recogniser(name).probabilities(_images)
