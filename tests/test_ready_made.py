import shlex

import numpy as np
import pytest

from digitlab.cli.parser import parser
from digitlab.cli.setting_options import config_from
from digitlab.data import mnist
from digitlab.networks.evaluation import evaluate
from digitlab.networks.scores import Scores
from digitlab.runs.models.model_files import ModelFiles
from digitlab.settings import Settings
from digitlab.worker import keras_files
from digitlab.worker.export import TOLERANCE


@pytest.mark.parametrize(
    ("name", "accuracy"), [("handwriting", 0.995), ("small", 0.995), ("convolutional", 0.992), ("tutorial", 0.974)]
)
def test_a_shipped_network_holds_what_its_card_says(ready_made, digits, name, accuracy):
    card = ModelFiles(Settings()).card(name)
    [answers] = (ready_made / "answers").glob(f"{name}-*-test-0-10000-1.npy")
    shipped = Scores(digits.y_test, np.load(answers))
    assert shipped.accuracy == card.test_accuracy >= accuracy
    assert shipped.loss == pytest.approx(card.test_loss, rel=1e-4)
    assert card.is_ready_made
    assert mnist.SHA256 in card.data


@pytest.mark.parametrize("name", ["handwriting", "small", "convolutional", "tutorial"])
def test_a_shipped_network_gives_the_answers_that_ship(ready_made, digits, name):
    [answers] = (ready_made / "answers").glob(f"{name}-*-test-0-10000-1.npy")
    some, file = slice(None, None, 25), ready_made / f"{name}.keras"
    shipped, images = np.load(answers)[some], digits.x_test[some]
    assert np.abs(evaluate(file, images, digits.y_test[some]).probabilities - shipped).max() < TOLERANCE
    assert np.abs(keras_files.load(file).predict(images, verbose=0) - shipped).max() < TOLERANCE


@pytest.mark.parametrize("name", ["handwriting", "small", "convolutional", "tutorial"])
def test_the_card_s_command_makes_this_network(name):
    card = ModelFiles(Settings()).card(name)
    options = parser().parse_args(shlex.split(card.command)[3:])
    assert config_from(options) == card.config
    assert (options.name, options.title, options.ready_made) == (name, card.title, True)
    assert len(card.epochs) == card.config.epochs
