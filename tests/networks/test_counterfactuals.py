import numpy as np
import pytest
from scipy.optimize import NonlinearConstraint, minimize

from digitlab.networks.counterfactuals import find_counterfactuals

GREY = np.full((28, 28), 128, np.uint8)


def asked(image, sums, slope):
    """Search among functions of a picture's 784 pixels: ten sums, and the gradient of each, (10, 784)."""

    def answers(pictures):
        return np.array([sums(picture.ravel()).argmax() for picture in pictures])

    def slopes(pictures, targets):
        found = []
        for picture, target in zip(pictures, targets.argmax(axis=1), strict=True):
            values, slants = sums(picture.ravel()), slope(picture.ravel())
            rival = np.where(np.arange(10) == target, -np.inf, values).argmax()
            found.append((slants[target] - slants[rival], values[target] - values[rival]))
        return np.array([change[0].reshape(28, 28) for change in found], np.float32), np.array(
            [change[1] for change in found]
        )

    return find_counterfactuals(image, answers, slopes)


@pytest.mark.parametrize("seed", range(8))
def test_across_a_straight_border_the_shortest_way_is_found(seed):
    kernel = np.random.default_rng(seed).normal(0, 1, (10, 784))
    sums = kernel @ (GREY.ravel() / 255)
    own = int(sums.argmax())
    apart = {digit: np.linalg.norm(kernel[own] - kernel[digit]) for digit in range(10) if digit != own}
    shortest = min((sums[own] - sums[digit]) / length for digit, length in apart.items())
    changes = asked(GREY, lambda pixels: kernel @ pixels, lambda _: kernel)
    assert changes[0].distance == pytest.approx(shortest, rel=0.05, abs=0.03)  # pixels are whole 255ths
    assert len(changes) == 9


def test_pixels_that_are_at_their_limit_take_no_part():
    image = np.full((28, 28), 255, np.uint8)
    kernel = np.random.default_rng(2).normal(0, 1, (10, 784))
    kernel[:, 700:] -= 1
    sums = kernel.sum(axis=1)
    own, nearest = np.argsort(-sums)[:2]
    downwards = np.minimum(kernel[nearest] - kernel[own], 0)
    changes = {change.digit: change for change in asked(image, lambda pixels: kernel @ pixels, lambda _: kernel)}
    assert changes[nearest].distance == pytest.approx((sums[own] - sums[nearest]) / np.linalg.norm(downwards), rel=0.1)


def test_across_a_curved_border_the_way_is_nearly_the_shortest():
    """The border is an ellipsoid in five pixels; the nearest point of it is found by another search, too."""
    weights, centre = np.zeros(784), np.full(784, 0.5)
    weights[:5], centre[:5] = (1, 3, 5, 7, 9), (0.9, 0.2, 0.75, 0.3, 0.6)

    def sums(pixels):
        return np.where(np.arange(10) == 3, 0.2 - weights @ (pixels - centre) ** 2, np.where(np.arange(10), -9.0, 0))

    def slope(pixels):
        return np.where(np.arange(10)[:, None] == 3, -2 * weights * (pixels - centre), 0)

    start = GREY.ravel()[:5] / 255
    inside = NonlinearConstraint(lambda five: sums(np.concatenate([five, centre[5:]]))[3], 0, np.inf)
    best = minimize(lambda five: ((five - start) ** 2).sum(), centre[:5], constraints=[inside], bounds=[(0, 1)] * 5)
    changes = asked(GREY, sums, slope)
    assert [change.digit for change in changes] == [3]
    assert np.sqrt(best.fun) <= changes[0].distance * 1.01 <= 1.1 * np.sqrt(best.fun)


def test_what_no_change_makes_is_left_out():
    assert asked(GREY, lambda _: np.arange(10.0), lambda _: np.zeros((10, 784))) == []
