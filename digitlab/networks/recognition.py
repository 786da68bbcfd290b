"""Reads digits within milliseconds and without TensorFlow: a network's exported file on the LiteRT runtime."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks.activations import LayerReader, NetworkActivation
from digitlab.networks.calibration import Calibration, entropy
from digitlab.networks.number_search import find_digits, single_digit
from digitlab.networks.reading import NumberReading, Reading
from digitlab.preprocessing import normalization
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.settings import Settings
from digitlab.translation import Text

DEFAULT_MODEL = "handwriting"
CARD = ".json"
SUFFIX = ".tflite"
_THREADS = 2  # share the reading of many digits
_MIN_SHARED = 16  # digits; reading fewer takes less time than starting a thread


class Recogniser:
    """One network, ready to read; threads may share it.

    `read_number` is the one way to read a drawing, and `read` is the special case of a single digit.

    Example:
        >>> recogniser = Recogniser.load()  # the app's default network
        >>> drawing = np.zeros((280, 280, 4), np.uint8)
        >>> drawing[60:220, 130:150] = 255  # a vertical stroke
        >>> recogniser.read(drawing).digit
        1
        >>> drawing[60:220, 200:220] = 255  # another one
        >>> [digit.reading.digit for digit in recogniser.read_number(drawing).digits]
        [1, 1]
    """

    def __init__(self, runtimes: "Sequence[_Runtime]", calibration: Calibration, file: Path) -> None:
        """Take the network, opened once for each thread that may share a large batch, its calibration and its file."""
        self.calibration = calibration
        self._runtimes = tuple(runtimes)
        self._file = file
        self._layers: LayerReader | None = None
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path | str | None = None, *, threads: int = _THREADS, batch: int = 1) -> "Recogniser":
        """Load a network for reading.

        Args:
            path: A `.keras` file with its `.tflite` beside it, or that file; None: the app's ready-made default. The
                card beside it has the calibration.
            threads: How many threads share the reading of many digits.
            batch: How many digits are computed at once. With 1, a single digit takes the least time.

        Raises:
            ModelNotFound: No such file.
            ModelDamaged: Not a network from uint8 (n, 28, 28) to ten probabilities.
        """
        path = Path(path) if path is not None else Settings.from_environment().ready_made / DEFAULT_MODEL
        file = path.with_suffix(SUFFIX)
        if not file.is_file():
            raise ModelNotFound(
                Text(
                    "There is no {file} in {folder}. Choose another network, or train one.",
                    file=file.name,
                    folder=file.parent,
                )
            )
        runtimes = [_Runtime(file, batch) for _ in range(threads)]
        return cls(runtimes, Calibration.from_card(path.with_suffix(CARD)), file)

    def read_number(self, drawing: NDArray[np.uint8], *, is_single: bool = False) -> NumberReading:
        """Read a drawing of one digit, or of several in a line.

        Args:
            drawing: uint8 (height, width, 4) RGBA, as `extract_foreground` takes it: of any size, place and polarity.
            is_single: Whether all ink is known to be one digit, so that nothing is cut and no speck is left out.

        Raises:
            ValueError: The drawing has another shape or dtype.
        """
        ink = extract_foreground(drawing)
        digits = single_digit(ink, self) if is_single else find_digits(ink, self)
        scale = drawing.shape[1] / ink.shape[1]  # large drawings are made smaller
        return NumberReading(tuple(digit.scaled(scale) for digit in digits))

    def read(self, drawing: NDArray[np.uint8]) -> Reading:
        """Read a drawing of a single digit, uint8 (height, width, 4) RGBA, of any size, place and polarity."""
        return self.read_number(drawing, is_single=True).single

    def read_digit(self, image: NDArray[np.uint8]) -> Reading:
        """Read a digit that has MNIST's form already, uint8 (28, 28)."""
        return self.interpret(image, self.probabilities(image[np.newaxis])[0])

    def interpret(self, image: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Reading:
        """Return what the network's probabilities, float32 (10,), mean for an image, uint8 (28, 28)."""
        shares = probabilities.astype(float) / probabilities.sum(dtype=float)
        digit = int(shares.argmax())
        is_like_a_digit = bool(entropy(shares[np.newaxis])[0] <= self.calibration.max_entropy)
        is_digit = is_like_a_digit and not normalization.is_blob(image)
        is_sure = is_digit and bool(shares[digit] >= self.calibration.min_confidence)
        return Reading(digit, tuple(shares.tolist()), is_sure, image, is_digit)

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10), each row summing to 1, for uint8 (n, 28, 28).

        With a batch of 1, digits are read one by one: the buffers grow with the batch, allocating them again for
        another size takes time, and other threads wait meanwhile. Threads share a large number of digits.
        """
        first, *others = self._runtimes
        if len(images) < _MIN_SHARED or not others:
            return first.read(images)
        parts = np.array_split(images, len(self._runtimes))
        with ThreadPoolExecutor(len(others), "reading") as pool:
            rest = [pool.submit(runtime.read, part) for runtime, part in zip(others, parts[1:], strict=True)]
            return np.concatenate([first.read(parts[0]), *(future.result() for future in rest)])

    def activations(self, image: NDArray[np.uint8]) -> NetworkActivation:
        """Return what the network's layers answer to a digit that has MNIST's form, uint8 (28, 28)."""
        with self._lock:
            if self._layers is None:  # most networks are never asked
                self._layers = LayerReader(self._file)
        return self._layers.read(image)


class _Runtime:
    """A network on LiteRT that reads a fixed number of digits at a time."""

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
            batch = images[start : start + self._batch]
            padded = batch if len(batch) == self._batch else np.resize(batch, (self._batch, *batch.shape[1:]))
            with self._lock:
                self._interpreter.set_tensor(self._input, padded)
                self._interpreter.invoke()
                result[start : start + len(batch)] = self._interpreter.get_tensor(self._output)[: len(batch)]
        return result


def _damaged(file: Path) -> ModelDamaged:
    return ModelDamaged(
        Text("{file} is not a network that reads 28 x 28 digits. Choose another, or train it again.", file=file.name)
    )
