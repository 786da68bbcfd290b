import cv2
import numpy as np
import pytest

from digitlab.data.distortions import DISTORTIONS, Amounts, distort, distort_by_amounts


@pytest.fixture(scope="module")
def some(digits):
    return digits.x_test[:40]


def distort_all(images, kind, strength):
    """The first digits of a set."""
    return distort(images, kind, strength, range(len(images)))


def middle(image):
    weights = image / image.sum()
    rows, columns = np.indices(image.shape)
    return np.array([(weights * rows).sum(), (weights * columns).sum()])


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_only_the_neutral_strength_changes_nothing(kind, some):
    distortion = DISTORTIONS[kind]
    assert distortion.neutral in distortion.strengths
    assert list(distortion.strengths) == sorted(distortion.strengths)
    for strength in distortion.strengths:
        changed = distort_all(some, kind, strength)
        assert (changed.dtype, changed.shape) == (np.uint8, some.shape)
        assert np.array_equal(changed, some) == (strength == distortion.neutral)


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_the_same_digits_are_changed_alike_each_time(kind, some):
    strength = DISTORTIONS[kind].strengths[-1]
    assert np.array_equal(distort_all(some, kind, strength)[:7], distort_all(some[:7], kind, strength))


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_nothing_comes_of_nothing(kind):
    empty = np.zeros((0, 28, 28), np.uint8)
    assert len(distort_all(empty, kind, DISTORTIONS[kind].strengths[-1])) == 0
    black = np.zeros((1, 28, 28), np.uint8)
    if kind != "noised":
        assert not distort_all(black, kind, DISTORTIONS[kind].strengths[-1]).any()


def test_a_digit_s_chance_is_its_own_wherever_it_stands(some):
    few = distort(some[10:12], "noised", 40, [10, 11])
    assert np.array_equal(few, distort(some, "noised", 40, range(40))[10:12])
    assert not np.array_equal(few, distort(some[10:12], "noised", 40, [0, 1]))


def test_a_quarter_turn_is_that_of_numpy(some):
    turned = DISTORTIONS["rotated"].change(some[0], 90, np.random.default_rng(0))
    assert np.abs(turned.astype(int) - np.rot90(some[0])).max() <= 1


def test_a_shift_moves_the_ink_so_far(some):
    for before, after in zip(some[:20], distort_all(some[:20], "shifted", 2), strict=True):
        assert np.linalg.norm(middle(after) - middle(before)) == pytest.approx(2, abs=0.1)


def test_half_the_size_has_a_quarter_of_the_ink(some):
    smaller = DISTORTIONS["scaled"].change(some[0], 50, np.random.default_rng(0))
    assert smaller.sum() == pytest.approx(some[0].sum() / 4, rel=0.2)


def test_a_thicker_pen_leaves_more_ink(some):
    ink = [distort_all(some, "thickened", strength).sum() for strength in DISTORTIONS["thickened"].strengths]
    assert ink == sorted(ink)
    assert ink[-1] > 1.5 * ink[2] > 1.5 * ink[0]


def test_a_blur_keeps_the_ink_and_spreads_it(some):
    blurred = distort_all(some, "blurred", 2)
    assert blurred.sum() == pytest.approx(some.sum(), rel=0.05)
    assert blurred.max() < some.max()


def test_noise_has_its_standard_deviation():
    grey = np.full((20, 28, 28), 128, np.uint8)
    assert distort_all(grey, "noised", 20).std() == pytest.approx(20, rel=0.05)


def test_a_square_of_ink_is_covered(some):
    for before, after in zip(some, distort_all(some, "hidden", 6), strict=True):
        _, _, width, height = cv2.boundingRect((before != after).astype(np.uint8))
        assert max(width, height) <= 6
        assert after.sum() < before.sum()


@pytest.fixture
def bar():
    image = np.zeros((28, 28), np.uint8)
    image[12:16, 4:24] = 255
    return image


def test_nothing_changes_a_digit_by_nothing(bar):
    assert (distort_by_amounts(bar, Amounts()) == bar).all()


def test_an_amount_to_the_side_moves_by_whole_pixels(bar):
    moved = distort_by_amounts(bar, Amounts(right=2, down=-3))
    assert (moved[9:13, 6:26] == 255).all()
    assert moved.sum() == bar.sum()


def test_a_positive_rotation_is_anticlockwise(bar):
    turned = distort_by_amounts(bar, Amounts(rotation=20))
    assert turned[:12, 18:].sum() > 0
    assert turned[16:, 18:].sum() == 0


@pytest.mark.parametrize("thicker", [-1, -0.25, 0.5, 2])
def test_a_thicker_pen_draws_a_wider_bar_on_each_side(bar, thicker):
    drawn = distort_by_amounts(bar, Amounts(thicker=thicker))
    assert drawn[:, 14].sum() / 255 == pytest.approx(4 + 2 * thicker, abs=0.3)


def test_amounts_come_together(bar):
    both = distort_by_amounts(bar, Amounts(scale=0.5, rotation=90, noise=5))
    assert both[9:19, 13:15].mean() > 230
    assert both[:, :10].mean() < 10
    assert (both == distort_by_amounts(bar, Amounts(scale=0.5, rotation=90, noise=5))).all()
