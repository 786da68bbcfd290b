import numpy as np

from digitlab.networks.config import TrainingConfig
from digitlab.networks.digit_sets import TEST, DigitSet, fitted, own_digits, sets_by_name


def test_a_network_has_its_training_and_validation_sets():
    sets = sets_by_name(TrainingConfig())
    assert sets == {
        "test": DigitSet("test", 0, 10_000),
        "validation": DigitSet("training", 48_000, 60_000),
        "training": DigitSet("training", 0, 48_000),
    }


def test_without_a_validation_split_there_is_no_such_set():
    assert list(sets_by_name(TrainingConfig(validation_split=0))) == ["test", "training"]


def test_a_digit_keeps_its_index_in_mnist(digits):
    some = DigitSet("training", 48_000, 60_000, 10)
    images, labels = some.select(digits)
    assert len(images) == len(labels) == len(some) == 1200
    assert np.array_equal(images[7], digits.x_train[some.index(7)])
    assert labels[7] == digits.y_train[48_070]


def test_blocks_are_the_same_digits_again(digits):
    some = DigitSet("training", 5, 2500, 3)
    blocks = some.batches(100)
    assert max(map(len, blocks)) == 100
    assert np.array_equal(np.concatenate([block.select(digits)[1] for block in blocks]), some.select(digits)[1])


def test_a_sample_is_spread_over_the_whole_set():
    assert TEST.sample(1000) == DigitSet("test", 0, 10_000, 10)
    assert len(TEST.sample(999)) <= 999
    assert DigitSet("training", 80, 100).sample(1000) == DigitSet("training", 80, 100)


def test_two_sets_know_what_they_share():
    half, validation = fitted(TrainingConfig(training_digits=50_000)), DigitSet("training", 30_000, 60_000)
    assert half.overlap(validation) == 10_000
    assert TEST.overlap(half) == 0
    assert validation.overlap(DigitSet("training", 0, 100)) == 0


def test_own_digits_are_another_set_once_one_is_relabelled():
    images, labels = np.zeros((3, 28, 28), np.uint8), np.array([1, 2, 3], np.uint8)
    own = own_digits(images, labels, [5, 7, 8])
    assert (len(own), own.is_own, TEST.is_own) == (3, True, False)
    assert own.index(1) == 7
    assert own == own_digits(images.copy(), labels.copy(), (5, 7, 8))
    assert own != own_digits(images, np.array([1, 2, 4], np.uint8), [5, 7, 8])
    assert own != own_digits(images + 1, labels, [5, 7, 8])
    assert own.overlap(TEST) == 0


def test_parts_of_a_person_s_own_digits_keep_their_numbers():
    own = own_digits(np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8), [5, 7, 8, 11, 12])
    assert [block.numbers for block in own.batches(2)] == [(5, 7), (8, 11), (12,)]
    sample = own.sample(3)
    assert [sample.index(place) for place in range(len(sample))] == [5, 8, 12]
    assert [block.numbers for block in sample.batches(2)] == [(5, 8), (12,)]
