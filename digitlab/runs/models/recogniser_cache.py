"""A cache of loaded networks; a network is loaded again if its files change."""

import threading
from collections import OrderedDict
from pathlib import Path

from digitlab.networks.recognition import CARD, Recogniser
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter

_MAX_CACHED = 32  # two interpreters each; the Compare page reads with 24


class RecogniserCache:
    """Loaded networks by name or file. A file from elsewhere is checked like an imported one. Thread-safe.

    Example:
        >>> from digitlab.data import mnist
        >>> from digitlab.settings import Settings
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> recognisers = RecogniserCache(ModelFiles(settings), ModelImporter(settings, mnist.load))
        >>> recognisers.get("tutorial") is recognisers.get("tutorial")
        True
    """

    def __init__(self, files: ModelFiles, importer: ModelImporter) -> None:
        self._files, self._importer = files, importer
        self._loaded: OrderedDict[Path, tuple[Recogniser, tuple[int, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, model: str) -> Recogniser:
        """Return a network by its name or its `.keras` file."""
        name = self._files.own_name(model)
        path = self._files.keras_file(name) if name is not None else self._importer.import_file(Path(model)).keras
        # The card is written last, and contains the network's calibration.
        stamps = tuple(file.stat().st_mtime_ns for file in (path, path.with_suffix(CARD)) if file.is_file())
        with self._lock:
            if self._loaded.get(path, (None, None))[1] != stamps:
                self._loaded[path] = (Recogniser.load(path), stamps)
            recogniser, _ = self._loaded[path]
            self._loaded.move_to_end(path)
            while len(self._loaded) > _MAX_CACHED:
                self._loaded.popitem(last=False)
            return recogniser
