"""What the server answers to a drawing while the pen moves."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.exceptions import HTTPException

from digitlab.data import canvas_picture
from digitlab.data.drawing_link import HEIGHT, WIDTH
from digitlab.errors import DigitLabError, ModelNotFound
from digitlab.lab import Lab
from digitlab.networks.reading import NOTHING, DigitReading
from digitlab.networks.recognition import Recogniser
from digitlab.translation import _, error_text
from digitlab.ui import galleries, layer_view, probability_bars, reading_view, resources

_SCALE = 2  # a picture may be so many times wider and higher than the canvas


def shared_lab() -> Lab:
    """Return the lab of this process."""
    return resources.lab()


def answer(lab: Lab, body: bytes, network: str, *, has_layers: bool) -> dict[str, Any]:
    """Return what a network reads in a PNG file; raises `HTTPException` where it cannot.

    Args:
        lab: Where the network is.
        body: The file.
        network: Its name.
        has_layers: Whether to add what its layers answer.
    """
    try:
        picture = canvas_picture.decode(body)
        if picture.shape[0] > _SCALE * HEIGHT or picture.shape[1] > _SCALE * WIDTH:
            raise HTTPException(413, _("The drawing is larger than the canvas. Clear it, and draw again."))
        recogniser = lab.recogniser(lab.model(network).name)
    except DigitLabError as error:
        raise HTTPException(404 if isinstance(error, ModelNotFound) else 400, error_text(error)) from error
    digits = recogniser.read_number(picture).digits
    content = _content(digits) | (_of_number(picture, digits) if len(digits) > 1 else {})
    return content | ({"layers": _layers(recogniser, digits)} if has_layers else {})


def _content(digits: tuple[DigitReading, ...]) -> dict[str, Any]:
    """Return what is read: of a number, the probabilities and the image are those of its last digit."""
    reading = digits[-1].reading if digits else NOTHING
    is_number = len(digits) > 1
    text = reading_view.number_text(digits) if is_number else reading_view.answer_text(reading)
    return {
        "digits": "".join(digit.reading.sign for digit in digits),
        "is_sure": bool(digits) and all(digit.reading.is_sure for digit in digits),
        "probabilities": [share if math.isfinite(share) else None for share in reading.probabilities],
        "image": galleries.as_url(reading.image),
        "answer": text if digits else "",
        "bars": "" if is_number else probability_bars.rows(reading.probabilities, reading.digit),
    }


def _of_number(picture: NDArray[np.uint8], digits: tuple[DigitReading, ...]) -> dict[str, str]:
    """Return what the page shows of several digits: a box around each, and each as the network sees it."""
    height, width = picture.shape[:2]
    return {"boxes": reading_view.box_marks(width, height, digits), "cards": reading_view.cards_text(digits)}


def _layers(recogniser: Recogniser, digits: tuple[DigitReading, ...]) -> list[str]:
    """Return what the layers answer to the last digit."""
    reading = digits[-1].reading if digits else NOTHING
    return layer_view.grey_levels(recogniser.activations(reading.image), is_drawn=reading.digit is not None)
