"""Networks in Keras' own files."""

import zipfile
from pathlib import Path

import keras

from digitlab.errors import ModelDamaged, ModelNotFound


def load(path: Path) -> keras.Model:
    """Load a network that reads digits from a `.keras` file.

    Raises:
        ModelNotFound: No such file.
        ModelDamaged: Not a Keras file, one that needs code of its own, or a network with other shapes.
    """
    if not path.is_file():
        raise ModelNotFound(f"There is no {path.name} in {path.parent}. Choose another network, or train one.")
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:  # Keras does not check the parts that it does not read
                raise zipfile.BadZipFile
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise ModelDamaged(f"{path.name} cannot be opened as a Keras network. Train it again.") from error
    if not isinstance(model, keras.Model):
        raise ModelDamaged(f"{path.name} holds a {type(model).__name__}, not a network. Train it again.")
    if model.input_shape != (None, 28, 28) or model.output_shape != (None, 10):
        raise ModelDamaged(
            f"{path.name} maps {model.input_shape} to {model.output_shape}; "
            "a network here reads (None, 28, 28) and gives (None, 10)."
        )
    return model
