"""A drawing in an address: what is written is read again, and everything else is refused in a sentence."""

import base64
import zlib

import numpy as np
import pytest

from digitlab.data.drawing_link import MAX_LENGTH, as_link, as_picture, from_link
from digitlab.errors import InvalidSetting
from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT

SEVEN = [(80, 80), (230, 80), (185, 170), (140, 260)]


def stroke(points, color="#ffffff", width=18):
    path = [["M" if not place else "Q", *point, *point] for place, point in enumerate(points)]
    return {"type": "Path", "stroke": color, "strokeWidth": width, "fill": None, "path": path}


def link_of(*numbers):
    return base64.urlsafe_b64encode(zlib.compress(np.array(numbers, "<i2").tobytes())).decode().rstrip("=")


def test_a_drawing_survives_its_link():
    strokes = [stroke(SEVEN), stroke([(100, 170), (220, 170)], "#000000", 30)]
    again = from_link(as_link(strokes))
    assert [(path["stroke"], path["strokeWidth"]) for path in again] == [("#ffffff", 18), ("#000000", 30)]
    assert [command[1:3] for command in again[0]["path"]] == [list(point) for point in SEVEN]
    assert as_link(again) == as_link(strokes)
    assert len(as_link(strokes)) < 100


def test_the_drawing_of_a_link_is_read():
    picture = as_picture(from_link(as_link([stroke(SEVEN)])))
    assert Recogniser.load(ROOT / "models" / "tutorial.tflite").read_number(picture).text == "7"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<script>",
        "x" * (MAX_LENGTH + 1),
        "AAAA",
        as_link([stroke(SEVEN)])[:-6],
        base64.urlsafe_b64encode(zlib.compress(bytes(10_000_000), 9)).decode()[:MAX_LENGTH].rstrip("="),
        link_of(18, 1),
        link_of(18, 1, 3, 0, 0),
        link_of(18, 2, 2, 0, 0, 1, 1),
        link_of(900, 1, 2, 0, 0, 1, 1),
        link_of(18, 1, -2, 0, 0, 1, 1),
        link_of(18, 1, 2, 30_000, 0, 30_000, 1),
    ],
)
def test_what_no_canvas_wrote_is_refused(text):
    with pytest.raises(InvalidSetting, match="cannot be read"):
        from_link(text)


def test_a_drawing_too_long_for_an_address_is_refused():
    points = np.random.default_rng(0).integers(0, 320, (4_000, 2)).tolist()
    with pytest.raises(InvalidSetting, match="fewer strokes"):
        as_link([stroke(points)])


@pytest.mark.parametrize(
    "strokes", [[{"type": "Circle"}], [stroke([(10**9, 0), (1, 1)])], [{**stroke(SEVEN), "path": 1}]]
)
def test_what_is_no_stroke_makes_no_link(strokes):
    with pytest.raises(InvalidSetting, match="draw again"):
        as_link(strokes)
