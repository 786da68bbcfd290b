import random

import numpy as np
import pytest

from digitlab.synthesis import handwriting
from digitlab.synthesis.handwriting import NO_DIGIT, curve, deformed, draw, non_digits, redraw, synthetic_digits
from digitlab.synthesis.templates import digit_templates


@pytest.fixture(scope="module")
def drawn():
    return synthetic_digits(500, 1)


def test_synthetic_digits_have_mnist_s_form(drawn):
    images, labels = drawn
    assert images.shape == (500, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    rows = images.max(axis=2) > 0
    assert (rows.sum(axis=1) <= 20).all()
    assert np.bincount(labels, minlength=10).min() > 20  # every digit, about equally often


def test_the_same_seed_draws_the_same_digits(drawn):
    images, labels = synthetic_digits(500, 1)
    assert np.array_equal(images, drawn[0])
    assert np.array_equal(labels, drawn[1])
    assert not np.array_equal(synthetic_digits(500, 2)[0], images)


def test_parts_make_the_same_as_all_at_once(drawn):
    second = synthetic_digits(250, 1, first=250)
    assert np.array_equal(second[0], drawn[0][250:])


def test_a_network_that_knows_mnist_reads_most_of_it(ready_made):
    from digitlab.networks.recognition import Recogniser

    images, labels = synthetic_digits(500, 5, max_pen_width=0.2)
    answers = Recogniser.load(ready_made / "convolutional.keras").probabilities(images).argmax(axis=1)
    assert (answers == labels).mean() > 0.85  # European ones and sevens are among them


def test_no_two_hands_write_alike():
    template = digit_templates()[0]
    rng = np.random.default_rng(1)
    first, second = deformed(template, rng), deformed(template, rng)
    assert not np.array_equal(np.concatenate(first)[:5], np.concatenate(second)[:5])


def test_synthetic_digits_match_their_labels_some_are_filled(digits, ready_made):
    from digitlab.networks.recognition import Recogniser

    images, labels = redraw(digits.x_train[:300], digits.y_train[:300], 1)
    answers = Recogniser.load(ready_made / "convolutional.keras").probabilities(images).argmax(axis=1)
    assert 0.6 < (answers == labels).mean() < 1
    assert (images > 127).sum(axis=(1, 2)).max() > 1.5 * (digits.x_train[:300] > 127).sum(axis=(1, 2)).mean()


def test_other_drawings_are_labelled_as_no_digit():
    images, labels = non_digits(300, 1)
    assert set(labels) == {NO_DIGIT}
    assert images.max(axis=(1, 2)).min() > 0  # a dot is no digit, but it is something


def test_nothing_at_all_can_be_made():
    assert synthetic_digits(0, 1)[0].shape == (0, 28, 28)
    assert redraw(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), 1)[0].shape == (0, 28, 28)


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
    handwriting.non_digits(20, 3)
    assert state() == before


def test_rare_styles_are_left_out_on_request():
    usual = [template for template in digit_templates() if not template.is_rare]
    assert 200 < len(usual) < len(digit_templates())
    assert {template.digit for template in usual} == set(range(10))
    with_rare, without = (handwriting.synthetic_digits(20, seed=1, with_rare=rare)[0] for rare in (True, False))
    assert not np.array_equal(with_rare, without)
