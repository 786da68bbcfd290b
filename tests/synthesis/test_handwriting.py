import random

import numpy as np
import pytest

from digitlab.synthesis import handwriting
from digitlab.synthesis.handwriting import NO_DIGIT, curve, draw, other_drawings, redrawn, write, written_digits
from digitlab.synthesis.templates import digit_templates


@pytest.fixture(scope="module")
def written():
    return written_digits(500, 1)


def test_written_digits_have_mnist_s_form(written):
    images, labels = written
    assert images.shape == (500, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    rows = images.max(axis=2) > 0
    assert (rows.sum(axis=1) <= 20).all()
    assert np.bincount(labels, minlength=10).min() > 20  # every digit, about equally often


def test_the_same_seed_writes_the_same_and_another_something_else(written):
    images, labels = written_digits(500, 1)
    assert np.array_equal(images, written[0])
    assert np.array_equal(labels, written[1])
    assert not np.array_equal(written_digits(500, 2)[0], images)


def test_parts_make_the_same_as_all_at_once(written):
    second = written_digits(250, 1, first=250)
    assert np.array_equal(second[0], written[0][250:])


def test_a_network_that_knows_mnist_reads_most_of_it(ready_made):
    from digitlab.networks.recognition import Recogniser

    images, labels = written_digits(500, 5, widest=0.2)
    answers = Recogniser.load(ready_made / "convolutional.keras").probabilities(images).argmax(axis=1)
    assert (answers == labels).mean() > 0.85  # European ones and sevens are among them


def test_no_two_hands_write_alike():
    template = digit_templates()[0]
    rng = np.random.default_rng(1)
    first, second = write(template, rng), write(template, rng)
    assert not np.array_equal(np.concatenate(first)[:5], np.concatenate(second)[:5])


def test_digits_drawn_anew_are_still_what_their_labels_say_and_some_are_filled(digits, ready_made):
    from digitlab.networks.recognition import Recogniser

    images, labels = redrawn(digits.x_train[:300], digits.y_train[:300], 1)
    answers = Recogniser.load(ready_made / "convolutional.keras").probabilities(images).argmax(axis=1)
    assert 0.6 < (answers == labels).mean() < 1
    assert (images > 127).sum(axis=(1, 2)).max() > 1.5 * (digits.x_train[:300] > 127).sum(axis=(1, 2)).mean()


def test_other_drawings_are_labelled_as_no_digit():
    images, labels = other_drawings(300, 1)
    assert set(labels) == {NO_DIGIT}
    assert images.max(axis=(1, 2)).min() > 0  # a dot is no digit, but it is something


def test_nothing_at_all_can_be_made():
    assert written_digits(0, 1)[0].shape == (0, 28, 28)
    assert redrawn(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), 1)[0].shape == (0, 28, 28)


def test_a_curve_goes_through_its_points_and_keeps_corners():
    control = np.array([[0, 0], [1, 0], [1, 0], [1, 1]], float)
    points = curve(control)
    assert np.abs(points - [1, 0]).sum(axis=1).min() < 1e-9
    on_a_leg = (np.abs(points[:, 1]) < 1e-9) | (np.abs(points[:, 0] - 1) < 1e-9)
    assert on_a_leg.all()


@pytest.mark.parametrize("width", [4, 20, 60])
def test_a_pen_is_as_wide_as_it_is_asked_to_be(width):
    field = draw([np.array([[0, 0], [0, 1.0]])], width)
    middle = field[field.shape[0] // 2].astype(float)
    assert middle.sum() / 255 == pytest.approx(width, abs=1.5)


def test_the_module_draws_nothing_from_shared_generators():
    def state() -> str:
        return f"{np.random.get_state()[1:3]}{random.getstate()}"

    before = state()
    handwriting.other_drawings(20, 3)
    assert state() == before
