import numpy as np
import pytest

from digitlab.digits.tampering import Tampering, tamper


@pytest.fixture
def bar():
    image = np.zeros((28, 28), np.uint8)
    image[12:16, 4:24] = 255
    return image


def test_nothing_changes_a_digit_by_nothing(bar):
    assert (tamper(bar, Tampering()) == bar).all()


def test_a_shift_moves_by_whole_pixels(bar):
    moved = tamper(bar, Tampering(right=2, down=-3))
    assert (moved[9:13, 6:26] == 255).all()
    assert moved.sum() == bar.sum()


def test_a_quarter_turn_makes_a_lying_bar_stand(bar):
    assert np.abs(tamper(bar, Tampering(rotation=90)).astype(int) - bar.T).max() <= 1


def test_a_positive_rotation_is_anticlockwise(bar):
    turned = tamper(bar, Tampering(rotation=20))
    assert turned[:12, 18:].sum() > 0
    assert turned[16:, 18:].sum() == 0


def test_half_the_size_has_a_quarter_of_the_ink(bar):
    assert tamper(bar, Tampering(scale=0.5)).sum() == pytest.approx(bar.sum() / 4, rel=0.1)


@pytest.mark.parametrize("thicker", [-1.5, 2, 4])
def test_a_thicker_pen_draws_a_wider_bar(bar, thicker):
    drawn = tamper(bar, Tampering(thicker=thicker))
    assert drawn[:, 14].sum() / 255 == pytest.approx(4 + thicker, abs=0.35)


def test_noise_is_the_same_each_time_and_as_strong_as_asked():
    grey = np.full((28, 28), 128, np.uint8)
    noisy = tamper(grey, Tampering(noise=20))
    assert (noisy == tamper(grey, Tampering(noise=20))).all()
    assert noisy.astype(float).std() == pytest.approx(20, rel=0.1)
