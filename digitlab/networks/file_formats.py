"""The files as which a network can be taken away, and how each is read elsewhere. No Keras here."""

from dataclasses import dataclass

TOLERANCE = 1e-4  # of a probability: float32 sums in another order differ by about 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """A kind of file.

    Attributes:
        title: As people call it.
        summary: What it is for, in a line.
        suffix: The ending of its files.
        code: How a program reads digits with it, in Python; `{file}` stands for its name.
    """

    title: str
    summary: str
    suffix: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class ExportedFile:
    """A network as a file that was read again.

    Attributes:
        content: The file's bytes.
        digits: On how many digits it was held against the network.
        difference: The largest difference of a probability there; at most `TOLERANCE`.
    """

    content: bytes
    digits: int
    difference: float


FORMATS: dict[str, FileFormat] = {
    "keras": FileFormat(
        title="Keras",
        summary="The whole network: to look into it, to change it, or to compile it and go on training, in Python.",
        suffix=".keras",
        code="""\
import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.saving.load_model("{file}")
print(model.predict(x_test[:1]))
""",
    ),
    "tflite": FileFormat(
        title="LiteRT",
        summary="Small and quick, to read digits only: on telephones, in browsers, on a Raspberry Pi.",
        suffix=".tflite",
        code="""\
import keras
from ai_edge_litert.interpreter import Interpreter

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
interpreter = Interpreter("{file}")
interpreter.allocate_tensors()
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x_test[:1])
interpreter.invoke()
print(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
""",
    ),
    "onnx": FileFormat(
        title="ONNX",
        summary="To read digits only, with nearly any other program or language.",
        suffix=".onnx",
        code="""\
import keras
import onnxruntime

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
session = onnxruntime.InferenceSession("{file}")
print(session.run(None, {{session.get_inputs()[0].name: x_test[:1]}})[0])
""",
    ),
}
