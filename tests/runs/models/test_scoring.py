import numpy as np

from digitlab.data.distortions import DISTORTIONS, distort
from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.recognition import Recogniser
from digitlab.runs.models import scoring
from digitlab.settings import ROOT

FEW = DigitSet("training", 50_000, 50_200)


def test_a_network_reads_the_set_that_it_is_given(settings, digits):
    scores = scoring.score(settings, "tutorial", FEW)
    assert np.array_equal(scores.labels, digits.y_train[50_000:50_200])
    on_litert = Recogniser.load(ROOT / "models" / "tutorial").probabilities(digits.x_train[50_000:50_200])
    assert np.allclose(scores.probabilities, on_litert, atol=1e-5)


def test_distorted_digits_are_counted_at_each_strength(settings):
    counts = scoring.count_correct(settings, "tutorial", TEST.sample(200), "rotated")
    strengths = DISTORTIONS["rotated"].strengths
    assert len(counts) == len(strengths)
    undistorted = scoring.score(settings, "tutorial", TEST.sample(200))
    assert counts[strengths.index(0)] == (undistorted.answers == undistorted.labels).sum()
    assert max(counts[0], counts[-1]) < min(counts[3:6])


def test_each_digit_is_distorted_by_the_chance_that_is_its_own(settings, digits):
    digit_set = DigitSet("test", 300, 460, 2)
    images, labels = digit_set.select(digits)
    reader, expected = Recogniser.load(ROOT / "models" / "tutorial"), []
    for strength in DISTORTIONS["noised"].strengths:
        answers = reader.probabilities(distort(images, "noised", strength, digit_set.indices)).argmax(axis=1)
        expected.append(int((answers == labels).sum()))
    assert scoring.count_correct(settings, "tutorial", digit_set, "noised") == tuple(expected)
