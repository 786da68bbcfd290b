import numpy as np
import pytest

from digitlab.ui.charts import colours


def lightness(picture):
    """Relative luminance as WCAG has it, which is what colour-blind people see, too."""
    linear = ((picture[..., :3] / 255 + 0.055) / 1.055) ** 2.4
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_is_stronger_is_lighter(sign):
    light = lightness(colours.colour_map(sign * np.linspace(0, 1, 60)))
    assert (np.diff(light) >= -1e-3).all()
    assert light[-1] > 10 * max(light[0], 0.01)


def test_for_is_orange_against_is_blue_and_nothing_is_black():
    against, nothing, speaks_for = colours.colour_map(np.array([-0.5, 0, 0.5]), maximum=1)[:, :3].astype(int)
    assert against[2] > against[0] + 100
    assert speaks_for[0] > speaks_for[2] + 100
    assert nothing.max() < 30


def test_the_ink_is_outlined_and_the_colours_inside_are_kept():
    values, digit = np.zeros((28, 28)), np.zeros((28, 28), np.uint8)
    digit[10:14, 5:9] = 255
    picture = colours.over_digit(values, digit)
    assert picture.shape == (280, 280, 4)
    assert (picture[100, 50:90, :3] == 255).all()
    assert (picture[120, 70, :3] < 30).all()
    assert (picture[99, 70, :3] < 30).all()


def test_pictures_are_laid_out_in_rows():
    pictures = np.stack([np.full((3, 2, 4), number, np.uint8) for number in (1, 2, 3)])
    laid = colours.sheet(pictures, 2)
    assert laid.shape == (7, 5, 4)
    assert laid[0, :, 0].tolist() == [1, 1, 0, 2, 2]
    assert laid[4:, 3:].max() == 0


def test_a_frame_shows_what_is_seen_and_dims_the_rest():
    picture = colours.framed(np.full((28, 28), 200, np.uint8), 10, -2, 9)
    assert picture.shape == (168, 168, 4)
    assert picture[14 * 6, 3 * 6].tolist() == [200, 200, 200, 255]
    assert picture[14 * 6, 20 * 6].tolist() == [60, 60, 60, 255]
    assert picture[10 * 6, 3 * 6].tolist() == picture[14 * 6, 7 * 6 - 1].tolist() == [240, 160, 48, 255]
