"""All that can be asked about why one network reads what it reads."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from digitlab.data.distortions import Amounts, distort_by
from digitlab.networks.digit_map import DigitMap
from digitlab.networks.explanation import ActivationTrace, Counterfactual, Floats, HeatMaps, Neuron, TopActivations
from digitlab.networks.occlusion import Occlusion, occlusion
from digitlab.networks.recognition import Reading, Recogniser
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.services.map_builder import Ask, MapBuilder, MapProgress


class ExplanationService:
    """One network's. What needs gradients or layers is asked of a worker; what only reads is done here, at once.

    Images are uint8 (28, 28), as `Reading.image`. Whatever asks a worker may raise `WorkersUnavailable`.
    """

    def __init__(self, card: ModelCard, reader: Recogniser, ask: Ask, map_builder: MapBuilder) -> None:
        """Take the network's card, and the network ready to read."""
        self._card, self._reader, self._ask, self._map_builder = card, reader, ask, map_builder

    def inside(self, image: NDArray[np.uint8]) -> ActivationTrace:
        """Follow a picture through all layers."""
        return cast(ActivationTrace, self._ask("inside", self._card.name, image))

    def heat_maps(self, image: NDArray[np.uint8], digit: int) -> HeatMaps:
        """Say which pixels a digit's sum hangs on: gradient, integrated gradients, Grad-CAM."""
        return cast(HeatMaps, self._ask("heat_maps", self._card.name, image, digit))

    def evidence(self, image: NDArray[np.uint8]) -> Floats:
        """Say which pixels speak for and against each digit, float32 (10, 28, 28)."""
        return cast(Floats, self._ask("evidence", self._card.name, image))

    def first_weights(self) -> Floats:
        """Return the first layer's weights as pictures, float32 (n, height, width)."""
        return cast(Floats, self._ask("first_weights", self._card.name))

    def excitement(self, images: NDArray[np.uint8], layer: str) -> TopActivations:
        """Find what excites each filter of a convolution most, among digits, (n, 28, 28)."""
        return cast(TopActivations, self._ask("excitement", self._card.name, images, layer))

    def neuron(self, image: NDArray[np.uint8], layer: str, unit: int, row: int = 0, column: int = 0) -> Neuron:
        """Lay open the arithmetic of one neuron."""
        return cast(Neuron, self._ask("neuron", self._card.name, image, layer, unit, row, column))

    def changes(self, image: NDArray[np.uint8]) -> list[Counterfactual]:
        """Make each other digit of a picture by as small a change as can be found, the shortest first."""
        return cast(list[Counterfactual], self._ask("changes", self._card.name, image))

    def landscape(self) -> DigitMap | MapProgress:
        """Return the map of the first training digits, or how far it is; nobody waits for it."""
        return self._map_builder.of(self._card.name, self._card.created)

    def occlusion(self, image: NDArray[np.uint8], digit: int) -> Occlusion:
        """Say what becomes of a digit's probability where parts of a picture are covered."""
        return occlusion(self._reader, image, digit)

    def distorted(self, image: NDArray[np.uint8], amounts: Amounts) -> Reading:
        """Read a picture that is distorted first."""
        return self._reader.read_digit(distort_by(image, amounts))
