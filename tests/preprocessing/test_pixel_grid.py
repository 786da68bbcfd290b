import numpy as np

from digitlab.preprocessing.pixel_grid import sample_squares


def test_steps_that_are_all_alike_are_no_borders_of_squares():
    """Half of the columns differ by the median step, which then has no strength of its own."""
    steps = np.tile([20, 20, 20, 0, 0, 20, 20, 20, 0, 0, 0], 20)
    steps[::44] = 100
    ups = np.cumsum(steps > 20) % 2 * 100 + np.cumsum(steps == 20) % 2 * 20
    grey = np.tile(ups, (100, 1)).astype(np.uint8)
    assert sample_squares(np.dstack([grey] * 3 + [np.full_like(grey, 255)]), grey) is None
