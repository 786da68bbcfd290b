import numpy as np
import pytest

from digitlab.data.augmentation import Augmentation, augment
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


def test_a_shear_moves_top_and_bottom_to_opposite_sides():
    bar = np.zeros((100, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    sheared = augment(bar, Augmentation(shear=0.3), rng()).astype(float)

    def middles(row):
        return sheared[:, row] @ np.arange(28) / sheared[:, row].sum(axis=1)

    assert np.corrcoef(middles(5), middles(22))[0, 1] < -0.95
    assert np.abs(middles(5) - 13.5).max() == pytest.approx(0.3 * 8.5, abs=0.4)


def test_an_elastic_change_bends_by_at_most_as_much():
    bar = np.zeros((100, 28, 28), np.uint8)
    bar[:, :, 13:15] = 255
    bent = augment(bar, Augmentation(elastic=2), rng())[:, 4:24].astype(float)
    middles = bent @ np.arange(28) / bent.sum(axis=2)
    assert 0.3 < np.abs(middles - 13.5).mean() < 1.5
    assert np.abs(middles - 13.5).max() <= 2
    assert np.abs(np.diff(middles, axis=1)).max() < 1  # smooth


def test_an_erasure_takes_a_small_square_from_as_many_as_asked():
    full = np.full((400, 28, 28), 255, np.uint8)
    holes = (augment(full, Augmentation(erasing=0.5), rng()) == 0).sum(axis=(1, 2))
    assert 0.4 < (holes > 0).mean() < 0.6
    assert set(np.sqrt(holes[holes > 0])) <= {3, 4, 5, 6}


def test_old_amounts_give_what_they_gave(digits):
    old = augment(digits.x_train[:5], Augmentation(shift=2, rotation=10, scale=0.1), rng())
    assert int(old.sum(dtype=np.int64)) == 113158
