"""Reading digits, at once and without TensorFlow: a network's exported file on the LiteRT runtime."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks.calibration import Calibration, entropy
from digitlab.preprocessing import normalization
from digitlab.settings import Settings

DEFAULT_MODEL = "handwriting"
CARD = ".json"
SUFFIX = ".tflite"
_THREADS = 2  # that share the reading of many digits
_MANY = 16  # digits; fewer are read sooner than a thread starts
_RIVAL = 0.2  # of the likeliest digit's probability: from here on another digit is named, too


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a network reads in a drawing.

    Attributes:
        digit: 0 to 9, the likeliest; None where nothing is drawn.
        probabilities: Ten floats that sum to 1; 0.1 each where nothing is drawn.
        is_sure: Whether the answer may be relied on: it is a digit, and probable enough for this network.
        image: uint8 (28, 28), what the network saw.
        is_digit: Whether what is drawn looks like a digit at all to this network.
    """

    digit: int | None
    probabilities: tuple[float, ...]
    is_sure: bool
    image: NDArray[np.uint8]
    is_digit: bool

    @property
    def rivals(self) -> tuple[int, ...]:
        """The digits that may be meant, the likeliest first; one where no other is near, three at most."""
        order = sorted(range(10), key=lambda digit: -self.probabilities[digit])
        least = _RIVAL * self.probabilities[order[0]]
        return tuple(digit for digit in order[:3] if self.probabilities[digit] >= least)


NOTHING = Reading(None, (0.1,) * 10, False, np.zeros((normalization.SIDE, normalization.SIDE), np.uint8), False)


class Recogniser:
    """One network, ready to read; may be shared between threads."""

    def __init__(self, runtimes: "Sequence[_Runtime]", calibration: Calibration) -> None:
        """Take the network, opened as often as threads may read many digits at once, and when it may be believed."""
        self.calibration = calibration
        self._runtimes = tuple(runtimes)

    @classmethod
    def load(cls, path: Path | str | None = None, *, threads: int = _THREADS, batch: int = 1) -> "Recogniser":
        """Load a network for reading.

        Args:
            path: A `.keras` file with its `.tflite` beside it, or that file; None: the app's ready-made default. The
                card beside it says when its answers may be believed.
            threads: How many share the reading of many digits.
            batch: As many digits are computed at once. With one, a single digit takes the least time.

        Raises:
            ModelNotFound: No such file.
            ModelDamaged: Not a network from uint8 (n, 28, 28) to ten probabilities.
        """
        path = Path(path) if path is not None else Settings.from_environment().ready_made / DEFAULT_MODEL
        file = path.with_suffix(SUFFIX)
        if not file.is_file():
            raise ModelNotFound(f"There is no {file.name} in {file.parent}. Choose another network, or train one.")
        return cls([_Runtime(file, batch) for _ in range(threads)], Calibration.on_card(path.with_suffix(CARD)))

    def read(self, drawing: NDArray[np.uint8]) -> Reading:
        """Read a drawing, uint8 (height, width, 4) RGBA, of any size, place and polarity."""
        image = normalization.normalize(drawing)
        return NOTHING if image is None else self.read_digit(image)

    def read_digit(self, image: NDArray[np.uint8]) -> Reading:
        """Read a digit that is in MNIST's form already, uint8 (28, 28)."""
        return self.reading(image, self.probabilities(image[np.newaxis])[0])

    def reading(self, image: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Reading:
        """Say what the network's probabilities, float32 (10,), for an image mean."""
        shares = probabilities.astype(float) / probabilities.sum(dtype=float)
        digit = int(shares.argmax())
        is_digit = bool(entropy(shares[np.newaxis])[0] <= self.calibration.max_entropy) and not normalization.is_blob(
            image
        )
        is_sure = is_digit and bool(shares[digit] >= self.calibration.min_confidence)
        return Reading(digit, tuple(shares.tolist()), is_sure, image, is_digit)

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10), each row summing to 1, for uint8 (n, 28, 28).

        Without a batch they are read one by one: the buffers grow with the batch, making them anew for another size
        takes time, and other threads wait. Where they are many, threads share them.
        """
        first, *others = self._runtimes
        if len(images) < _MANY or not others:
            return first.read(images)
        parts = np.array_split(images, len(self._runtimes))
        with ThreadPoolExecutor(len(others), "reading") as pool:
            rest = [pool.submit(runtime.read, part) for runtime, part in zip(others, parts[1:], strict=True)]
            return np.concatenate([first.read(parts[0]), *(one.result() for one in rest)])


class _Runtime:
    """A network on LiteRT, for so many digits at a time."""

    def __init__(self, file: Path, batch: int) -> None:
        self._batch = batch
        try:
            self._interpreter = Interpreter(str(file), num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _damaged(file) from error
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        shapes = [tuple(d["shape_signature"]) for d in (*inputs, *outputs)]
        if shapes != [(-1, 28, 28), (-1, 10)] or inputs[0]["dtype"] != np.uint8:
            raise _damaged(file)
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        if batch > 1:
            self._interpreter.resize_tensor_input(self._input, (batch, normalization.SIDE, normalization.SIDE))
            self._interpreter.allocate_tensors()
        self._lock = threading.Lock()  # an interpreter owns one set of buffers

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10) for uint8 (n, 28, 28)."""
        result = np.empty((len(images), 10), np.float32)
        for start in range(0, len(images), self._batch):
            some = images[start : start + self._batch]
            whole = some if len(some) == self._batch else np.resize(some, (self._batch, *some.shape[1:]))
            with self._lock:
                self._interpreter.set_tensor(self._input, whole)
                self._interpreter.invoke()
                result[start : start + len(some)] = self._interpreter.get_tensor(self._output)[: len(some)]
        return result


def _damaged(file: Path) -> ModelDamaged:
    return ModelDamaged(f"{file.name} is not a network that reads 28 x 28 digits. Choose another, or train it again.")
