import numpy as np
import pytest

from digitlab.networks.occlusion import PATCH, occlusion
from digitlab.networks.recognition import Recogniser


@pytest.mark.parametrize(("network", "sample"), [("tutorial", 0), ("tutorial", 8), ("convolutional", 4)])
def test_occlusion_agrees_with_covering_every_patch_one_by_one(ready_made, digits, network, sample):
    reader, image = Recogniser.load(ready_made / network), digits.x_test[sample]
    digit = reader.read_digit(image).digit
    whole = reader.read_digit(image).probabilities[digit]
    drops = [[[] for _ in range(28)] for _ in range(28)]
    for top in range(-2, 28, 2):
        for left in range(-2, 28, 2):
            picture = image.copy()
            cells = [(y, x) for y in range(top, top + PATCH) for x in range(left, left + PATCH)]
            inside = [(y, x) for y, x in cells if 0 <= y < 28 and 0 <= x < 28]
            for y, x in inside:
                picture[y, x] = 0
            drop = whole - reader.read_digit(picture).probabilities[digit]
            for y, x in inside:
                drops[y][x].append(drop)
    expected = np.array([[np.mean(cell) for cell in row] for row in drops])
    result = occlusion(reader, image, digit)
    assert result.drops == pytest.approx(expected, abs=1e-5)
    assert result.max_drop == pytest.approx(max(max(cell) for row in drops for cell in row), abs=1e-5)


def test_where_there_is_no_ink_nothing_is_read(ready_made):
    reader = Recogniser.load(ready_made / "tutorial")
    empty = occlusion(reader, np.zeros((28, 28), np.uint8), 3)
    assert empty.readings == 1
    assert not empty.drops.any()
    assert empty.max_drop == 0
