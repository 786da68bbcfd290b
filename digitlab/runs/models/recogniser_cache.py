"""The networks that are ready to read in this process: loaded once, and again if they were trained anew."""

import threading
from collections import OrderedDict
from pathlib import Path

from digitlab.networks.recognition import CARD, Recogniser
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter

_KEPT = 32  # two interpreters each; Compare asks 24 at once


class RecogniserCache:
    """Threads may share it. A file that is not this lab's own goes through the same checks as one brought in."""

    def __init__(self, files: ModelFiles, gate: ModelImporter) -> None:
        self._files, self._importer = files, gate
        self._loaded: OrderedDict[Path, tuple[Recogniser, tuple[int, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, model: str) -> Recogniser:
        """Return a network, by its name or its `.keras` file."""
        name = self._files.own_name(model)
        path = self._files.keras_file(name) if name is not None else self._importer.import_file(Path(model)).keras
        # The card comes last, and its limits are part of the network.
        made = tuple(file.stat().st_mtime_ns for file in (path, path.with_suffix(CARD)) if file.is_file())
        with self._lock:
            if self._loaded.get(path, (None, None))[1] != made:
                self._loaded[path] = (Recogniser.load(path), made)
            recogniser, _ = self._loaded[path]
            self._loaded.move_to_end(path)
            while len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
            return recogniser
