"""What a worker answers about saved networks, at once. Imports Keras: for worker processes only."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from digitlab.data import mnist_source
from digitlab.networks.digit_sets import TEST
from digitlab.runs.models.model_files import ModelFiles
from digitlab.settings import Settings
from digitlab.worker import keras_files
from digitlab.worker.explainer import Explainer
from digitlab.worker.export import export_as

_KEPT = 4  # networks, opened; the largest holds some megabytes, and its compiled functions some more
_SAMPLES = 100  # digits on which a file that is taken away must agree with its network

_opened: OrderedDict[Path, tuple[int, Explainer]] = OrderedDict()
_lock = threading.Lock()  # two threads of a worker may ask for the same network, which is opened once
_QUESTIONS = {
    question.__name__: question
    for question in (
        Explainer.inside,
        Explainer.hidden,
        Explainer.axes,
        Explainer.places,
        Explainer.heat_maps,
        Explainer.evidence,
        Explainer.first_weights,
        Explainer.excitement,
        Explainer.neuron,
        Explainer.changes,
    )
}


def answer(settings: Settings, question: str, network: str, arguments: tuple[Any, ...]) -> object:
    """Answer a question about a network, by its name or its `.keras` file: an `Explainer`'s, or `export_model`.

    Raises:
        ModelNotFound, ModelDamaged: It cannot be opened.
    """
    path = ModelFiles(settings).keras_file(network)
    if question == export_as.__name__:
        samples, _ = TEST.sample(_SAMPLES).of(mnist_source.load(settings.data))
        (kind,) = arguments
        return export_as(path, kind, samples)
    return _QUESTIONS[question](explainer(path), *arguments)


def explainer(path: Path) -> Explainer:
    """Return a network, opened: from memory if its file has not changed, since its functions are compiled then."""
    made = path.stat().st_mtime_ns if path.is_file() else 0
    with _lock:
        if _opened.get(path, (None, None))[0] != made:
            _opened[path] = (made, Explainer(keras_files.load(path)))
            while len(_opened) > _KEPT:
                _opened.popitem(last=False)
        _opened.move_to_end(path)
        return _opened[path][1]
