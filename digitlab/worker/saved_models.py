"""Saved networks that a worker keeps open, to answer questions at once."""

import threading
from collections import OrderedDict
from pathlib import Path

from digitlab.data import mnist_source
from digitlab.networks.digit_sets import TEST
from digitlab.networks.file_formats import ExportedFile
from digitlab.runs.models.model_files import ModelFiles
from digitlab.settings import Settings
from digitlab.worker import keras_files
from digitlab.worker.explainer import Explainer
from digitlab.worker.export import export_as

_MAX_OPEN = 4  # networks; the largest holds some megabytes, and its compiled functions some more
_SAMPLES = 100  # digits on which an exported file must agree with its network

_opened: OrderedDict[Path, tuple[int, Explainer]] = OrderedDict()
_lock = threading.Lock()  # two threads of a worker may ask for the same network, which is opened once


def explainer(settings: Settings, model: str) -> Explainer:
    """Return the explainer of a network, given by its name.

    Raises:
        ModelNotFound, ModelDamaged: It cannot be opened.
    """
    return open_explainer(ModelFiles(settings).keras_file(model))


def open_explainer(path: Path) -> Explainer:
    """Return an opened network: from memory while its file is unchanged, as its functions are compiled already."""
    modified = path.stat().st_mtime_ns if path.is_file() else 0
    with _lock:
        if _opened.get(path, (None, None))[0] != modified:
            _opened[path] = (modified, Explainer(keras_files.load(path)))
            while len(_opened) > _MAX_OPEN:
                _opened.popitem(last=False)
        _opened.move_to_end(path)
        return _opened[path][1]


def export_model(settings: Settings, model: str, kind: str) -> ExportedFile:
    """Return a network, given by its name, as a file of a kind in `FORMATS`. Raises as above."""
    samples, _ = TEST.sample(_SAMPLES).select(mnist_source.load(settings.data))
    return export_as(ModelFiles(settings).keras_file(model), kind, samples)
