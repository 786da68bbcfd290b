"""Networks in Keras' own files."""

import zipfile
from pathlib import Path

import keras

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.translation import Text


def load(path: Path) -> keras.Model:
    """Load a network that reads digits from a `.keras` file.

    Raises:
        ModelNotFound: No such file.
        ModelDamaged: Not a Keras file, one that needs code of its own, or a network with other shapes.
    """
    if not path.is_file():
        raise ModelNotFound(
            Text(
                "There is no {file} in {folder}. Choose another network, or train one.",
                file=path.name,
                folder=path.parent,
            )
        )
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:  # Keras does not check the parts that it does not read
                raise zipfile.BadZipFile
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise ModelDamaged(
            Text("{file} cannot be opened as a Keras network. Train it again.", file=path.name)
        ) from error
    if not isinstance(model, keras.Model):
        raise ModelDamaged(
            Text("{file} holds a {kind}, not a network. Train it again.", file=path.name, kind=type(model).__name__)
        )
    if model.input_shape != (None, 28, 28) or model.output_shape != (None, 10):
        raise ModelDamaged(
            Text(
                "{file} maps {input_shape} to {output_shape}; a network here reads (None, 28, 28) and gives "
                "(None, 10).",
                file=path.name,
                input_shape=model.input_shape,
                output_shape=model.output_shape,
            )
        )
    return model
