import numpy as np
import pytest

from digitlab.networks.digit_map import DigitMap, principal_axes


@pytest.fixture
def hidden():
    """500 points that differ much in three directions of 40."""
    rng = np.random.default_rng(1)
    directions = np.linalg.qr(rng.normal(size=(40, 40)))[0]
    sizes = np.r_[9, 5, 3, np.full(37, 0.3)]
    return (rng.normal(size=(500, 40)) * sizes @ directions + 2).astype(np.float32)


def test_the_axes_are_those_of_a_full_decomposition(hidden):
    axes = principal_axes(hidden, 3)
    centred = (hidden - hidden.mean(axis=0)).astype(np.float64)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    assert np.abs((rows[:3] * axes.directions.T).sum(axis=1)) == pytest.approx(np.ones(3), abs=1e-3)
    assert axes.explained_variance_ratio == pytest.approx(sizes[:3] ** 2 / (sizes**2).sum(), rel=1e-3)


def test_there_are_no_more_axes_than_numbers(hidden):
    assert principal_axes(hidden[:, :5], 64).directions.shape == (5, 5)
    assert principal_axes(hidden[:4], 64).directions.shape == (40, 4)


def test_one_number_has_two_axes_of_which_one_is_zero(hidden):
    axes = principal_axes(hidden[:, :1], 2)
    points = axes.project(hidden[:, :1])
    assert points.shape == (500, 2)
    assert np.abs(points[:, 0]).max() > 1
    assert not points[:, 1].any()
    assert axes.explained_variance_ratio == pytest.approx([1, 0])


def test_all_axes_together_keep_every_distance(hidden):
    axes = principal_axes(hidden, 40)
    digit_map = DigitMap(axes, axes.project(hidden))
    numbers, distances = digit_map.nearest(hidden[7], 4)
    expected = np.linalg.norm(hidden - hidden[7], axis=1)
    assert numbers.tolist() == np.argsort(expected)[:4].tolist()
    assert distances == pytest.approx(np.sort(expected)[:4], abs=1e-3)
