"""Explanations of one network's readings."""

import numpy as np
from numpy.typing import NDArray

from digitlab.data.distortions import Amounts, distort_by_amounts
from digitlab.networks.digit_map import DigitMap
from digitlab.networks.explanation import ActivationTrace, Counterfactual, Floats, HeatMaps, Neuron, TopActivations
from digitlab.networks.occlusion import Occlusion, occlusion
from digitlab.networks.reading import Reading
from digitlab.networks.recognition import Recogniser
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import Ask
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.services.map_builder import MapBuilder, MapProgress


class ExplanationService:
    """One network's. Workers answer what needs gradients or layers; what only reads is done here, at once.

    Images are uint8 (28, 28), as `Reading.image`. Whatever asks a worker may raise `WorkersUnavailable`.
    """

    def __init__(self, card: ModelCard, reader: Recogniser, ask: Ask, map_builder: MapBuilder) -> None:
        """Take the network's card, and the network ready to read."""
        self._card, self._reader, self._ask, self._map_builder = card, reader, ask, map_builder

    def activations(self, image: NDArray[np.uint8]) -> ActivationTrace:
        """Follow an image through all layers."""
        return self._ask(jobs.activations, self._card.name, image)

    def heat_maps(self, image: NDArray[np.uint8], digit: int) -> HeatMaps:
        """Say which pixels a digit's logit depends on: gradient, integrated gradients, Grad-CAM."""
        return self._ask(jobs.heat_maps, self._card.name, image, digit)

    def pixel_evidence(self, image: NDArray[np.uint8]) -> Floats:
        """Say which pixels support and oppose each digit, float32 (10, 28, 28)."""
        return self._ask(jobs.pixel_evidence, self._card.name, image)

    def first_weights(self) -> Floats:
        """Return the first layer's weights as pictures, float32 (n, height, width)."""
        return self._ask(jobs.first_weights, self._card.name)

    def top_activations(self, images: NDArray[np.uint8], layer: str) -> TopActivations:
        """Find the digits, (n, 28, 28), that activate each filter of a convolution most."""
        return self._ask(jobs.top_activations, self._card.name, images, layer)

    def neuron(self, image: NDArray[np.uint8], layer: str, unit: int, row: int = 0, column: int = 0) -> Neuron:
        """Return the arithmetic of one neuron."""
        return self._ask(jobs.neuron, self._card.name, image, layer, unit, row, column)

    def counterfactuals(self, image: NDArray[np.uint8]) -> list[Counterfactual]:
        """Change an image into each other digit by as little as possible; the smallest change first."""
        return self._ask(jobs.counterfactuals, self._card.name, image)

    def digit_map(self) -> DigitMap | MapProgress:
        """Return the map of the first training digits, or its progress, without waiting."""
        return self._map_builder.get(self._card.name, self._card.created)

    def occlusion(self, image: NDArray[np.uint8], digit: int) -> Occlusion:
        """Say what becomes of a digit's probability where parts of a picture are covered."""
        return occlusion(self._reader, image, digit)

    def distorted(self, image: NDArray[np.uint8], amounts: Amounts) -> Reading:
        """Distort a picture, then read it."""
        return self._reader.read_digit(distort_by_amounts(image, amounts))
