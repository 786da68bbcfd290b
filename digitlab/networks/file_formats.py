"""The file formats to which a network can be exported, and the code that reads each of them elsewhere."""

from dataclasses import dataclass

from digitlab.translation import Text

TOLERANCE = 1e-4  # difference of two probabilities: adding float32 values in another order changes one by about 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """A file format.

    Attributes:
        title: Its name.
        summary: What it is for, in one line.
        suffix: Of its files.
        code: Python code that reads digits with such a file; `{file}` stands for its name.
    """

    title: str
    summary: str
    suffix: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class ExportedFile:
    """A network exported to a file, which was read again and compared with the network.

    Attributes:
        content: The file's bytes.
        digits: The number of digits on which both were compared.
        difference: The largest difference of a probability; at most `TOLERANCE`.
    """

    content: bytes
    digits: int
    difference: float


FORMATS: dict[str, FileFormat] = {
    "keras": FileFormat(
        title="Keras",
        summary=Text("The whole network, for Python: inspect it, change it, or continue its training."),
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
        summary=Text("Small and fast, for reading digits only: on phones, in browsers, on a Raspberry Pi."),
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
        summary=Text("For reading digits only, with nearly any other program or language."),
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
