import sys

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT
from digitlab.synthesis import templates as styles

sys.path.insert(0, str(ROOT / "benchmarks"))

import _rejection


def drawing(template: styles.Template) -> tuple[bytes, ...]:
    return tuple(stroke.tobytes() for stroke in template.strokes)


def test_held_out_letters_are_no_digits_and_never_trained_on():
    held_out = _rejection.held_out_templates()
    trained = styles.templates()
    assert len(held_out) >= 40
    assert {template.digit for template in held_out} == {None}
    assert not {template.name for template in held_out} & {template.name for template in trained}
    assert not set(map(drawing, held_out)) & set(map(drawing, trained))


def test_there_are_letters_a_and_c_a_car_and_text_on_both_sides():
    for side in (_rejection.held_out_templates(), styles.other_templates()):
        names = [template.name.split(",")[0].split()[0] for template in side]
        assert all(names.count(kind) >= 2 for kind in ("a", "c", "car"))


def test_held_out_letters_are_drawn_as_the_network_takes_them():
    images = _rejection.held_out_drawings(count=1)
    assert images.dtype == np.uint8
    assert images.shape == (len(_rejection.held_out_templates()), 28, 28)
    assert images.max(axis=(1, 2)).min() > 100


@pytest.mark.parametrize("levels", [1, 5, 1000])
def test_the_area_under_the_roc_counts_ties_half(levels):
    rng = np.random.default_rng(1)
    positives, negatives = (np.floor(rng.normal(mean, 1, 200) * levels) for mean in (1, 0))
    expected = roc_auc_score([1] * 200 + [0] * 200, np.concatenate([positives, negatives]))
    assert _rejection.area_under_roc(positives, negatives) == pytest.approx(expected)


def test_a_filled_disc_is_least_like_a_digit(ready_made):
    down, right = np.mgrid[:28, :28]
    disc = np.asarray(255 * (np.hypot(down - 14, right - 14) < 10), np.uint8)
    assert _rejection.scores(Recogniser.load(ready_made / "handwriting.keras"), disc[None]).tolist() == [np.inf]
