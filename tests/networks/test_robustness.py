import pytest

from digitlab.data.distortions import DISTORTIONS
from digitlab.networks.robustness import Robustness
from digitlab.networks.statistics import wilson_interval


@pytest.fixture
def robustness():
    return Robustness(100, {"shifted": (98, 97, 90, 80, 60, 40, 20)})


def test_each_strength_has_its_accuracy_and_interval(robustness):
    curve = robustness.curve("shifted")
    assert [point.strength for point in curve] == list(DISTORTIONS["shifted"].strengths)
    assert (curve[2].accuracy, (curve[2].low, curve[2].high)) == (0.9, wilson_interval(90, 100))


def test_the_mean_leaves_out_what_changes_nothing(robustness):
    assert robustness.mean("shifted") == pytest.approx((0.97 + 0.9 + 0.8 + 0.6 + 0.4 + 0.2) / 6)


def test_what_is_not_measured_yet_is_not_there(robustness):
    assert robustness.curve("rotated") == []
    assert robustness.mean("rotated") is None
    assert robustness.progress == pytest.approx(1 / len(DISTORTIONS))
