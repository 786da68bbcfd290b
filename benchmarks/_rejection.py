"""How well a network tells digits from what is none, on letters and cars whose shapes no training draws."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.networks.calibration import entropy
from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing import normalization
from digitlab.synthesis import handwriting, templates

_TABLE = Path(__file__).with_name("_held_out_letters.txt")
_EACH = 20  # drawings of each held-out template
_PENS = (0.06, 0.25)  # widths as a share of the path's length, as the training draws what is no digit
_VALIDATION = 3000  # of MNIST's training digits, at their end: the ready-made network is not fitted to them


def held_out_templates() -> tuple[templates.Template, ...]:
    """Return letters, words and cars that are drawn for measuring only; the table has the training tables' format."""
    return templates.parse(_TABLE.read_text(encoding="utf-8"))


def held_out_drawings(count: int = _EACH, seed: int = 0) -> NDArray[np.uint8]:
    """Draw each held-out template so many times as by other hands; return uint8 (n, 28, 28), in the table's order."""
    rng = np.random.default_rng(seed)
    return _normalized(
        [
            handwriting.draw(handwriting.deformed(template, rng), 120 * float(np.exp(rng.uniform(*np.log(_PENS)))))
            for template in held_out_templates()
            for _ in range(count)
        ]
    )


def rejection(network: Recogniser, printed: list[NDArray[np.uint8]]) -> dict[str, dict[str, float]]:
    """Return how well the network's rejection separates drawings of no digit from MNIST's validation digits.

    Args:
        network: The network.
        printed: Ink of printed letters, uint8 (height, width) each.

    Returns:
        By kind of drawing: the area under the ROC of the rejection, the share rejected, and the share
        confidently called a digit. For the digits: the share that is rejected, which are false alarms.
    """
    digits = mnist.load().x_train[-_VALIDATION:]
    usual = scores(network, digits)
    kinds = {"held-out letters": held_out_drawings(), "printed letters": _normalized(printed)}
    results = {name: _outcome(network, images, usual) for name, images in kinds.items()}
    return {**results, "MNIST, validation": {"false_alarms": float((usual > network.calibration.max_entropy).mean())}}


def scores(network: Recogniser, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return what the rejection goes by, float64 (n,), higher for what is less like a digit: the entropy in nats.

    It is infinite for a filled disc, which `Recogniser.interpret` rejects whatever the network says.
    """
    blobs = np.array([normalization.is_blob(image) for image in images], bool)
    return np.where(blobs, np.inf, entropy(network.probabilities(images)))


def area_under_roc(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    """Return the area under the ROC: how often a positive's score is above a negative's; ties count half.

    J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
    curve" (1982).
    """
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left") + np.searchsorted(ordered, positives, "right")
    return float(below.mean() / (2 * len(ordered)))


def _outcome(network: Recogniser, images: NDArray[np.uint8], usual: NDArray[np.float64]) -> dict[str, float]:
    probabilities = network.probabilities(images)
    readings = [network.interpret(image, row) for image, row in zip(images, probabilities, strict=True)]
    return {
        "area_under_roc": area_under_roc(scores(network, images), usual),
        "rejected": float(np.mean([not reading.is_digit for reading in readings])),
        "sure": float(np.mean([reading.is_sure for reading in readings])),
    }


def _normalized(inks: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array([image for ink in inks if (image := normalization.normalize_ink(ink)) is not None], np.uint8)
