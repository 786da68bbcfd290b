import dataclasses
import time

import numpy as np
import pytest

from digitlab.data.distortions import DISTORTIONS
from digitlab.errors import WorkersUnavailable
from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.scores import Scores
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.services.evaluation_service import EvaluationService, save_answers

SOME = TEST.sample(100)


@pytest.fixture
def workers(worker_settings):
    client = WorkerClient(worker_settings)
    client.start()
    yield client
    client.close()


@pytest.fixture
def evaluations(settings, workers, digits):
    return EvaluationService(settings, workers, lambda: digits)


@pytest.fixture
def nobody(settings, digits, monkeypatch):
    """Evaluations whose workers cannot be reached."""
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._CONNECT_PATIENCE", 0.5)
    return EvaluationService(
        settings, WorkerClient(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:9")), lambda: digits
    )


@pytest.fixture
def card(settings):
    """A network of a person, whose answers nobody knows yet."""
    return dataclasses.replace(ModelFiles(settings).card("tutorial"), is_ready_made=False)


def wait_until_measured(evaluations, card, digit_set):
    end = time.monotonic() + 120
    while evaluations.is_measuring(card, digit_set):
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
    assert evaluations.measurement_error(card, SOME) == ""
    measured = nobody.robustness(card, SOME)
    assert measured.progress == 1
    assert measured.total == 100
    assert set(measured.right) == set(DISTORTIONS)
    assert measured.mean("noised") > measured.mean("shifted") > 0.1


def test_what_could_not_be_measured_is_told(nobody, card):
    nobody.measure(card, SOME)
    wait_until_measured(nobody, card, SOME)
    assert "tcp://127.0.0.1:9" in nobody.measurement_error(card, SOME)
    assert nobody.robustness(card, SOME).right == {}


@pytest.mark.parametrize("name", ["handwriting", "convolutional", "tutorial"])
def test_the_answers_of_a_ready_made_network_ship_with_it(settings, nobody, name):
    card = ModelFiles(settings).card(name)
    scores = nobody.scores(card, TEST)
    assert scores.accuracy == card.test_accuracy
    assert scores.loss == pytest.approx(card.test_loss, rel=1e-5)


def test_a_ready_made_network_takes_its_answers_along(settings, nobody, card, tmp_path):
    elsewhere = dataclasses.replace(settings, ready_made=tmp_path / "shipped")
    made = dataclasses.replace(card, is_ready_made=True, created=card.created + 1)
    scores = nobody.scores(ModelFiles(settings).card("tutorial"), TEST)
    save_answers(elsewhere, made, TEST, scores)
    [file] = (tmp_path / "shipped" / "answers").iterdir()
    assert np.load(file).tolist() == scores.probabilities.tolist()


def test_what_was_read_elsewhere_is_kept_and_read_once(nobody, card, digits):
    read = []

    def sevens():
        read.append("once")
        return Scores(digits.y_test, np.eye(10, dtype=np.float32)[[7] * 10_000])

    nobody.save(card, TEST, sevens)
    nobody.save(card, TEST, sevens)
    assert read == ["once"]
    assert nobody.scores(card, TEST).accuracy == pytest.approx(np.mean(digits.y_test == 7))
