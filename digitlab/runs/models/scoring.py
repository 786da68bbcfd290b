"""Evaluation in a worker process: whole sets of digits, as they are or distorted."""

import numpy as np

from digitlab.data import mnist_source
from digitlab.data.distortions import DISTORTIONS, distort
from digitlab.networks import evaluation
from digitlab.networks.digit_sets import TEST, DigitSet
from digitlab.networks.scores import Scores
from digitlab.runs.models.model_files import ModelFiles
from digitlab.settings import Settings


def score(settings: Settings, model: str, digit_set: DigitSet = TEST) -> Scores:
    """Evaluate a saved network, by its name, on a set of digits."""
    file = ModelFiles(settings).keras_file(model)
    return evaluation.evaluate(file, *digit_set.select(mnist_source.load(settings.data)), settings.threads)


def count_correct(settings: Settings, model: str, digit_set: DigitSet, kind: str) -> tuple[int, ...]:
    """Return how many digits of a set a network reads correctly at each strength of one kind of distortion."""
    file = ModelFiles(settings).keras_file(model)
    images, labels = digit_set.select(mnist_source.load(settings.data))
    strengths = DISTORTIONS[kind].strengths
    distorted = np.concatenate([distort(images, kind, strength, digit_set.indices) for strength in strengths])
    scores = evaluation.evaluate(file, distorted, np.tile(labels, len(strengths)), settings.threads)
    is_correct = (scores.answers == scores.labels).reshape(len(strengths), len(labels))
    return tuple(int(count) for count in is_correct.sum(axis=1))
