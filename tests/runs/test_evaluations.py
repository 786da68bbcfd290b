import dataclasses
import time

import pytest

from digitlab.digits.distortions import DISTORTIONS
from digitlab.errors import WorkersUnavailable
from digitlab.networks.sets import TEST, DigitSet
from digitlab.runs.evaluations import Evaluations
from digitlab.runs.modelfiles import ModelFiles
from digitlab.runs.workers import Workers

SOME = TEST.sample(100)


@pytest.fixture
def workers(settings):
    one = Workers(settings)
    one.start()
    yield one
    one.close()


@pytest.fixture
def evaluations(settings, workers, digits):
    return Evaluations(settings, workers, lambda: digits)


@pytest.fixture
def nobody(settings, digits, monkeypatch):
    """Evaluations whose workers cannot be reached."""
    monkeypatch.setattr("digitlab.runs.workers._START_PATIENCE", 0.5)
    return Evaluations(settings, Workers(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:9")), lambda: digits)


@pytest.fixture
def card(settings):
    return ModelFiles(settings).card("tutorial")


def wait_until_measured(evaluations, card, of):
    end = time.monotonic() + 120
    while evaluations.is_measuring(card, of):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_a_worker_answered_once_is_kept(evaluations, nobody, card):
    shares = []
    first = evaluations.scores(card, TEST, shares.append)
    assert first.accuracy == pytest.approx(card.test_accuracy)
    assert shares == [0, 0]
    again = nobody.scores(card, TEST)
    assert again.confusion.tolist() == first.confusion.tolist()
    with pytest.raises(WorkersUnavailable):
        nobody.scores(dataclasses.replace(card, created=card.created + 1), TEST)
    with pytest.raises(WorkersUnavailable):
        nobody.scores(card, DigitSet("test", 0, 9_999))


def test_robustness_is_measured_in_the_background_and_kept(evaluations, nobody, card):
    assert evaluations.robustness(card, SOME).right == {}
    evaluations.measure(card, SOME)
    evaluations.measure(card, SOME)
    assert evaluations.is_measuring(card, SOME)
    wait_until_measured(evaluations, card, SOME)
    assert evaluations.trouble(card, SOME) == ""
    measured = nobody.robustness(card, SOME)
    assert measured.progress == 1
    assert measured.total == 100
    assert set(measured.right) == set(DISTORTIONS)
    assert measured.mean("noised") > measured.mean("shifted") > 0.1


def test_what_could_not_be_measured_is_told(nobody, card):
    nobody.measure(card, SOME)
    wait_until_measured(nobody, card, SOME)
    assert "tcp://127.0.0.1:9" in nobody.trouble(card, SOME)
    assert nobody.robustness(card, SOME).right == {}
