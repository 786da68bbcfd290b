import cv2
import matplotlib
import numpy as np
import pytest

from digitlab.preprocessing.colormaps import _NAMES, values_of_colormap


def plotted(values: np.ndarray, name: str) -> np.ndarray:
    """Values, 0 to 255, in the colours of a map, as squares of 12 pixels."""
    colours = matplotlib.colormaps[name](values, bytes=True)
    return colours.repeat(12, axis=0).repeat(12, axis=1)


def soft_ring(side: int = 28) -> np.ndarray:
    """A zero with soft edges, uint8, on a background of 0."""
    down, right = np.mgrid[:side, :side] - (side - 1) / 2
    return np.round(255 * np.clip(1.5 - np.abs(np.hypot(down, right) - 8) / 2, 0, 1)).astype(np.uint8)


@pytest.mark.parametrize("name", [*_NAMES, "jet_r"])
def test_values_come_back_from_their_colours(name):
    values = soft_ring().repeat(12, axis=0).repeat(12, axis=1)
    grey = values_of_colormap(plotted(soft_ring(), name))
    assert grey is not None
    assert (grey[..., 3] == 255).all()
    assert np.abs(grey[..., 0].astype(int) - values).max() <= 2


def test_values_come_back_from_a_jpeg():
    _, file = cv2.imencode(".jpg", plotted(soft_ring(), "jet")[..., 2::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    picture = cv2.cvtColor(cv2.imdecode(file, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGBA)
    middles = values_of_colormap(picture)[6::12, 6::12, 0]
    assert np.abs(middles.astype(int) - soft_ring()).max() <= 24


@pytest.mark.parametrize("name", ["gray", "viridis", "Blues", "hot"])
def test_where_brightness_tells_the_value_a_plot_stays_as_it_is(name):
    assert values_of_colormap(plotted(soft_ring(), name)) is None


def test_inks_and_photos_are_no_colormap():
    cover = soft_ring()[..., np.newaxis] / 255
    for ink in ([200, 30, 30, 255], [20, 40, 160, 255], [0, 128, 0, 255]):
        assert values_of_colormap(np.uint8(255 + cover * np.subtract(ink, 255))) is None
    noise = np.random.default_rng(1).integers(0, 256, (90, 90, 4), np.uint8)
    assert values_of_colormap(noise) is None
    assert values_of_colormap(np.full((40, 40, 4), 255, np.uint8)) is None
