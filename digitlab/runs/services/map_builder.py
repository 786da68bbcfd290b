"""Maps of digits: made by workers in the background, some hundred digits at a time, and saved in a file."""

import tempfile
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitlab.data.mnist import Mnist
from digitlab.errors import DigitLabError
from digitlab.networks.digit_map import DigitMap, MapAxes
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import Ask
from digitlab.translation import message_of

DIGITS = 20_000  # the first of the training set; a network with averaging needs a minute for them
_FITTED = 2_000  # digits to which the axes are fitted
_AXES = 64  # they hold nearly all of what tells digits apart, and a search among them takes milliseconds
_BATCH = 500  # digits per question; workers answer others in between
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class MapProgress:
    """The progress of a map.

    Attributes:
        share: Share that is done, 0 to 1.
        error_message: Why it failed, in a sentence; empty if it did not.
    """

    share: float
    error_message: str = ""


class MapBuilder:
    """The maps of all networks. Each is made once, one at a time. Thread-safe."""

    def __init__(self, folder: Path, ask: Ask, digits: Callable[[], Mnist]) -> None:
        """Take the folder for maps, a function that asks workers, and one that loads MNIST."""
        self._folder, self._ask, self._digits = folder, ask, digits
        self._states: dict[str, DigitMap | MapProgress] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._is_over = threading.Event()

    def get(self, network: str, made: float) -> DigitMap | MapProgress:
        """Return a network's map, or its progress. The first call starts it, and so does the next one after a failure.

        Args:
            network: Name of the network.
            made: When the network was made; an older network of that name has another map.
        """
        name = f"{network}-{int(made * 1000)}"
        with self._lock:
            state = self._states.get(name)
            if state is None:
                state = self._states[name] = self._load(name) or MapProgress(0)
                if isinstance(state, MapProgress):
                    threading.Thread(target=self._make, args=(name, network), name=f"map {name}", daemon=True).start()
            elif isinstance(state, MapProgress) and state.error_message:
                del self._states[name]  # it has been reported; the next call tries again
        return state

    def close(self) -> None:
        """Stop making maps."""
        self._is_over.set()

    def _make(self, name: str, network: str) -> None:
        with self._turn:
            try:
                made = self._made(name, network)
            except DigitLabError as error:
                self._states[name] = MapProgress(0, message_of(error))
                return
            if made is not None:
                self._save(name, network, made)
                self._states[name] = made

    def _made(self, name: str, network: str) -> DigitMap | None:
        images = self._digits().x_train[:DIGITS]
        axes = self._ask(jobs.map_axes, network, images[:_FITTED], _AXES)
        points = []
        for start in range(0, len(images), _BATCH):
            if self._is_over.is_set():
                return None
            self._states[name] = MapProgress(start / len(images))
            points.append(self._ask(jobs.map_points, network, images[start : start + _BATCH], axes))
        return DigitMap(axes, np.concatenate(points))

    def _load(self, name: str) -> DigitMap | None:
        with suppress(*_UNREADABLE), np.load(self._folder / f"{name}.npz", allow_pickle=False) as file:
            return DigitMap(MapAxes(file["centre"], file["directions"], file["shares"]), file["points"])
        return None

    def _save(self, name: str, network: str, made: DigitMap) -> None:
        """Save a map in one step, and delete those of older networks of that name."""
        axes = made.axes
        with suppress(OSError):  # if the disk is full, it is made again after the next start
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as file:
                np.savez(
                    file,
                    centre=axes.centre,
                    directions=axes.directions,
                    shares=axes.explained_variance_ratio,
                    points=made.points,
                )
            for old in self._folder.glob(f"{network}-*.npz"):
                if old.stem.rpartition("-")[0] == network:
                    old.unlink(missing_ok=True)
            Path(file.name).replace(self._folder / f"{name}.npz")
