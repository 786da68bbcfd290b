import numpy as np
import pytest

from digitlab.data.picture_files import open_picture
from digitlab.data.png_files import thumbnail, to_png


def test_a_digit_survives_being_a_file(digits):
    assert np.array_equal(open_picture(to_png(digits.x_test[0]))[..., 0], digits.x_test[0])


@pytest.mark.parametrize(("shape", "expected"), [((400, 200), (100, 50)), ((60, 90), (60, 90))])
def test_a_thumbnail_is_never_larger_than_the_picture(shape, expected):
    assert thumbnail(np.zeros((*shape, 4), np.uint8), 100).shape == (*expected, 4)
