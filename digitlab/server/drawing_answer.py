"""What the server answers to a drawing while the pen moves."""

from typing import Any

from starlette.exceptions import HTTPException

from digitlab.data import canvas_picture
from digitlab.data.drawing_link import HEIGHT, WIDTH
from digitlab.errors import DigitLabError, ModelNotFound
from digitlab.lab import Lab
from digitlab.networks.reading import NOTHING, DigitReading
from digitlab.translation import _, error_text
from digitlab.ui import galleries, live_reading, probability_bars, reading_view, resources

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
    image = digits[-1].reading.image if digits else NOTHING.image
    layers = {"layers": live_reading.layer_values(recogniser.activations(image))} if has_layers else {}
    return _content(digits) | layers


def _content(digits: tuple[DigitReading, ...]) -> dict[str, Any]:
    """Return what is read: of a number, the probabilities and the image are those of its last digit."""
    reading = digits[-1].reading if digits else NOTHING
    is_single = len(digits) == 1
    text = reading_view.answer_text(reading) if is_single else reading_view.number_text(digits)
    return {
        "digits": "".join(digit.reading.sign for digit in digits),
        "is_sure": bool(digits) and all(digit.reading.is_sure for digit in digits),
        "probabilities": list(reading.probabilities),
        "image": galleries.as_url(reading.image),
        "answer": text if digits else "",
        "bars": probability_bars.rows(reading.probabilities, reading.digit) if is_single else "",
    }
