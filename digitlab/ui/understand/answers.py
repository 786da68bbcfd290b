"""Workers' answers about a network's reading, remembered while the page runs again."""

from contextlib import AbstractContextManager

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import ActivationTrace, Counterfactual, Floats, HeatMaps, Neuron, TopActivations
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import resources

# The caches tell networks apart by name and time of creation: a card cannot be hashed.
_remember = st.cache_data(show_spinner=False, max_entries=100)


def activations(card: ModelCard, image: NDArray[np.uint8]) -> ActivationTrace:
    """Return the outputs of all layers for a picture."""
    with _waiting():
        return _activations(card.name, card.created, image)


@_remember
def _activations(name: str, created: float, image: NDArray[np.uint8]) -> ActivationTrace:
    return resources.lab().explain(name).activations(image)


def heat_maps(card: ModelCard, image: NDArray[np.uint8], digit: int) -> HeatMaps:
    """Return which pixels a digit's logit depends on."""
    with _waiting():
        return _heat_maps(card.name, card.created, image, digit)


@_remember
def _heat_maps(name: str, created: float, image: NDArray[np.uint8], digit: int) -> HeatMaps:
    return resources.lab().explain(name).heat_maps(image, digit)


def pixel_evidence(card: ModelCard, image: NDArray[np.uint8]) -> Floats:
    """Return by how much each pixel supports each digit, float32 (10, 28, 28)."""
    with _waiting():
        return _pixel_evidence(card.name, card.created, image)


@_remember
def _pixel_evidence(name: str, created: float, image: NDArray[np.uint8]) -> Floats:
    return resources.lab().explain(name).pixel_evidence(image)


def first_weights(card: ModelCard) -> Floats:
    """Return the weights of the first layer, float32 (units, height, width)."""
    with _waiting():
        return _first_weights(card.name, card.created)


@_remember
def _first_weights(name: str, created: float) -> Floats:
    return resources.lab().explain(name).first_weights()


def top_activations(card: ModelCard, images: NDArray[np.uint8], layer: str) -> TopActivations:
    """Return the digits that activate each map of a layer most."""
    with _waiting():
        return _top_activations(card.name, card.created, images, layer)


@_remember
def _top_activations(name: str, created: float, images: NDArray[np.uint8], layer: str) -> TopActivations:
    return resources.lab().explain(name).top_activations(images, layer)


def neuron(card: ModelCard, image: NDArray[np.uint8], layer: str, unit: int, row: int, column: int) -> Neuron:
    """Return the arithmetic of one neuron."""
    with _waiting():
        return _neuron(card.name, card.created, image, layer, unit, row, column)


@_remember
def _neuron(
    name: str, created: float, image: NDArray[np.uint8], layer: str, unit: int, row: int, column: int
) -> Neuron:
    return resources.lab().explain(name).neuron(image, layer, unit, row, column)


def counterfactuals(card: ModelCard, image: NDArray[np.uint8]) -> list[Counterfactual]:
    """Return the smallest changes found that turn a picture into other digits, the smallest first."""
    with _waiting():
        return _counterfactuals(card.name, card.created, image)


@_remember
def _counterfactuals(name: str, created: float, image: NDArray[np.uint8]) -> list[Counterfactual]:
    return resources.lab().explain(name).counterfactuals(image)


def _waiting() -> AbstractContextManager[None]:
    return st.spinner(_("Asking the network ..."))
