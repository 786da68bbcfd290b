"""What is kept of a drawing whose reading was put right."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from digitlab.networks.recognition import Recogniser
from digitlab.runs.services.corrections import correction


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


def field(*columns):
    """A field with a one in each of these columns, and its strokes as the canvas tells of them."""
    picture = np.zeros((320, 358, 4), np.uint8)
    picture[..., 3] = 255
    for column in columns:
        picture[100:200, column - 8 : column + 8, :3] = 255
    strokes = [
        {"type": "path", "path": [["M", column, 100], ["Q", column, 150, column, 200], ["L", column, 200.1]]}
        for column in columns
    ]
    return picture, strokes


def opened(drawing):
    return np.asarray(Image.open(io.BytesIO(drawing.picture)))


def test_a_whole_field_is_kept_with_its_strokes(recogniser):
    picture, strokes = field(180)
    (part,) = recogniser.read_number(picture).digits
    kept = correction(7, part, picture, network="mine", strokes=strokes)
    assert (kept.label, kept.read, kept.network, kept.source) == (7, 1, "mine", "correction")
    assert np.array_equal(opened(kept), picture)
    assert json.loads(kept.strokes) == strokes
    assert np.array_equal(kept.image, part.reading.image)


def test_each_digit_of_a_number_keeps_its_part_and_strokes(recogniser):
    picture, strokes = field(100, 250)
    parts = recogniser.read_number(picture).digits
    for part, stroke in zip(parts, strokes, strict=True):
        kept = correction(1, part, picture, network="mine", strokes=strokes, is_alone=False)
        assert json.loads(kept.strokes) == [stroke]
        assert opened(kept).shape[0] < 150
        assert opened(kept).shape[1] < 60


def test_of_a_photograph_the_digit_is_cut_out_and_made_small(recogniser):
    picture = np.full((900, 900, 4), 255, np.uint8)
    picture[200:800, 430:490, :3] = 30
    (part,) = recogniser.read_number(picture).digits
    kept = correction(1, part, picture, network="mine")
    assert kept.strokes is None
    assert max(opened(kept).shape) == 360


def test_what_was_read_as_no_digit_was_read_as_none(recogniser):
    picture, _ = field()
    picture[100:200, 100:200, :3] = 255  # a filled square
    (part,) = recogniser.read_number(picture).digits
    assert correction(0, part, picture, network="mine").read is None
