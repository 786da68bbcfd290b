import numpy as np
import pytest

from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.synthesis.handwriting import NO_DIGIT
from digitlab.worker import fine_tuning_data


@pytest.fixture
def own():
    images = np.zeros((3, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    return images, np.array([1, 1, 1], np.uint8)


def mixed(preset, own, digits):
    config = fine_tuning_config(TrainingConfig.from_preset(preset), FineTuning(base=preset, learned=(1, 2, 3)))
    return fine_tuning_data.FineTuningData(
        own, (digits.x_train[:1000], np.full(1000, 5, np.uint8)), config, batches=4
    ), config


def test_each_batch_has_the_same_share_of_each_part(own, digits):
    batches, config = mixed("handwriting", own, digits)
    for images, labels in (batches[k] for k in range(4)):
        assert images.shape == (config.batch_size, 28, 28)
        assert images.dtype == labels.dtype == np.uint8
        assert (labels == NO_DIGIT).sum() == round(fine_tuning_data.NON_DIGITS * config.batch_size)


def test_what_is_no_digit_comes_only_to_networks_that_tell_it(own, digits):
    batches, _ = mixed("tutorial", own, digits)
    assert all((batches[k][1] < NO_DIGIT).all() for k in range(4))


def test_every_epoch_has_new_pictures_that_the_seed_decides(own, digits):
    first, _ = mixed("tutorial", own, digits)
    second, _ = mixed("tutorial", own, digits)
    before = first[0][0]
    np.testing.assert_array_equal(before, second[0][0])
    first.on_epoch_end()
    assert (first[0][0] != before).any()
