import numpy as np
import pytest

from digitlab.digits.augmentation import Augmentation, augment
from digitlab.errors import InvalidSetting


def rng():
    return np.random.default_rng(3)


def test_no_amounts_change_nothing(digits):
    assert np.array_equal(augment(digits.x_train[:50], Augmentation(), rng()), digits.x_train[:50])
    assert not Augmentation()


def test_the_same_seed_gives_the_same_images(digits):
    amounts = Augmentation(shift=2, rotation=10, scale=0.1)
    assert np.array_equal(augment(digits.x_train[:9], amounts, rng()), augment(digits.x_train[:9], amounts, rng()))
    assert not np.array_equal(augment(digits.x_train[:9], amounts, rng()), digits.x_train[:9])


def test_a_shift_moves_the_ink_by_at_most_as_much():
    dots = np.zeros((200, 28, 28), np.uint8)
    dots[:, 14, 14] = 255
    moved = augment(dots, Augmentation(shift=3), rng())
    rows = np.nonzero(moved.max(axis=(0, 2)))[0]
    assert rows.min() == 11
    assert rows.max() == 17


def test_a_rotation_turns_about_the_middle():
    bar = np.zeros((100, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    turned = augment(bar, Augmentation(rotation=45), rng()).astype(float)
    assert turned.sum(axis=(1, 2)) == pytest.approx(float(bar[0].sum()), rel=0.05)
    assert turned[:, 13:15, 13:15].min() > 200


def test_a_scale_changes_how_much_ink_there_is():
    square = np.zeros((100, 28, 28), np.uint8)
    square[:, 9:19, 9:19] = 255
    areas = augment(square, Augmentation(scale=0.2), rng()).sum(axis=(1, 2)) / square[0].sum()
    assert 0.6 < areas.min() < 0.75
    assert 1.3 < areas.max() < 1.5


def test_what_comes_in_from_outside_is_background():
    full = np.full((20, 28, 28), 255, np.uint8)
    moved = augment(full, Augmentation(shift=8), rng())
    assert set(np.unique(moved[:, :, 0].max(axis=1))) - {255}


@pytest.mark.parametrize("amounts", [{"shift": -1}, {"shift": 9}, {"rotation": 90}, {"scale": "big"}, {"scale": True}])
def test_unfit_amounts_are_refused_by_name(amounts):
    with pytest.raises(InvalidSetting, match=next(iter(amounts))):
        Augmentation(**amounts)
