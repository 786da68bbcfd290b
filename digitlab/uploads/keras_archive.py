"""Parses an uploaded `.keras` archive, with checks before anything is unpacked. Needs no Keras, so a page may do it.

The file counts as hostile. First only the archive's directory is read, whose size is limited, too. Nothing is ever
written under a name that comes from the file.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from digitlab.data.archives import COMPRESSIONS, END_RECORD, printable
from digitlab.errors import ModelNotFound, ModelRejected
from digitlab.translation import Text
from digitlab.uploads.layer_allowlist import check_layers
from digitlab.uploads.legacy_config import modernized

MAX_FILE_SIZE = 64_000_000  # bytes, the limit of the page, too: all weights, and an optimizer's two numbers for each
MAX_WEIGHTS = 5_000_000  # the largest preset has 295,426
_MAX_SIZE = {"metadata.json": 10_000, "config.json": 4_000_000, "model.weights.h5": 80_000_000}  # bytes, unpacked
_MAX_EXPANSION = 200  # times; weights hardly compress, and a list of layers by a factor of 20
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MIN_HDF5 = 800  # bytes of an empty file
_SAVED_MODEL = Text(
    "It is a SavedModel of TensorFlow, which holds a program. Convert it where you trust it: pip install tf_keras, "
    "then tf_keras.models.load_model('FOLDER').save('NAME.h5'), and import that file."
)
_PYTORCH = Text(
    "It is a file of PyTorch or a Python pickle, which can run code when it is opened, so it is never opened here. "
    "Build the same layers in Keras, set their weights, and save the network with model.save('NAME.keras')."
)
_LITERT = Text(
    "It is a LiteRT (TFLite) file, from which no layers can be rebuilt. Import the network that it was made from."
)
_ONNX = Text("It is an ONNX file or another of Protocol Buffers. Import the Keras network that it was made from.")
_PACKED = Text("It is a ZIP with a .keras file in it. Unpack it, and import that file.")
_JSON = Text("It is a text, which holds no weights. Save the whole network with model.save('NAME.keras').")
_OTHER_FORMATS = {  # by their first bytes
    b"\x80": _PYTORCH,
    b"\x08\x01\x12": _SAVED_MODEL,
    **{bytes([8, version]): _ONNX for version in range(3, 20)},
    b"{": _JSON,
}
_OTHER_ARCHIVES = {  # by the end of the name of a part
    "saved_model.pb": _SAVED_MODEL,
    "keras_metadata.pb": _SAVED_MODEL,
    "data.pkl": _PYTORCH,
    "/model.weights.h5": Text(
        "It is a .keras file that was unpacked, and packed again as a folder. Import the original."
    ),
    ".keras": _PACKED,
    ".npy": Text(
        "It is a file of NumPy arrays, without the layers. Save the whole network with model.save('NAME.keras')."
    ),
}


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """The parts of a checked archive.

    Attributes:
        sha256: Of the file, in hexadecimal.
        config: The layers, as `layer_allowlist` rewrote them; None if they are in the HDF5 file, too.
        weights: The content of an HDF5 file that is not checked yet.
    """

    sha256: str
    config: dict[str, Any] | None
    weights: bytes


def read(path: Path) -> bytes:
    """Return a file's content, at most one byte more than `parse` accepts.

    Raises:
        ModelNotFound: No such file.
        ModelRejected: It can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_SIZE + 1)
    except FileNotFoundError as error:
        raise ModelNotFound(Text("There is no file {path}. Choose another one.", path=path)) from error
    except OSError as error:
        if (path / "saved_model.pb").is_file():
            raise ModelRejected(Text("{path} was rejected. {reason}", path=path, reason=_SAVED_MODEL)) from error
        raise ModelRejected(
            Text("{path} can't be read: {reason}. Choose another file.", path=path, reason=error.strerror)
        ) from error


def parse(content: bytes) -> ArchiveParts:
    """Check the content of a `.keras` or `.h5` file, and return its parts.

    Raises:
        ModelRejected: A check failed; the message gives the reason.
    """
    if len(content) > MAX_FILE_SIZE:
        raise ModelRejected(
            Text("It has more than {allowed:.0f} MB. Choose a smaller network.", allowed=MAX_FILE_SIZE / 1e6)
        )
    if not content:
        raise ModelRejected(Text("It is empty. Choose another file, or save it again."))
    if content.startswith(_HDF5):
        if len(content) < _MIN_HDF5:
            raise ModelRejected(Text("It is an HDF5 file without content. Download or save it again."))
        return ArchiveParts(sha256(content).hexdigest(), None, content)
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive.infolist())
            texts = {name: _unpacked(archive, name) for name in ("metadata.json", "config.json")}
            version = _version(_parsed("metadata.json", texts["metadata.json"]))
            described = _parsed("config.json", texts["config.json"])
            config = check_layers(modernized(described) if version == 2 else described)
            weights = _unpacked(archive, "model.weights.h5")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError) as error:
        raise ModelRejected(Text("It is damaged: its parts can't be unpacked. Download or save it again.")) from error
    if not weights.startswith(_HDF5):
        raise ModelRejected(Text("Its weights are not an HDF5 file. Save the network again with Keras 3."))
    return ArchiveParts(sha256(content).hexdigest(), config, weights)


def _check_directory(content: bytes) -> None:
    """Check the beginning and the end of the archive before its directory is read, which may be huge, too."""
    if content[4:8] == b"TFL3":
        raise ModelRejected(_LITERT)
    for beginning, message in _OTHER_FORMATS.items():
        if content.startswith(beginning):
            raise ModelRejected(message)
    if not content.startswith(b"PK\x03\x04"):
        raise ModelRejected(Text("It is not a .keras file. Save the network with model.save('NAME.keras') in Keras 3."))
    end = content[-END_RECORD.size :]
    if len(end) < END_RECORD.size or not end.startswith(b"PK\x05\x06"):
        raise ModelRejected(Text("It is incomplete, or has data after its end. Download or save it again."))
    _, disk, first, here, members, size, start, _ = END_RECORD.unpack(end)
    is_large = content[-END_RECORD.size - 20 : -END_RECORD.size].startswith(b"PK\x06\x07")  # a second, 64-bit directory
    if is_large or disk or first or here != members or size > 10_000 or start + size + END_RECORD.size != len(content):
        raise ModelRejected(
            Text("Its list of parts differs from what Keras writes. Save the network again with Keras 3.")
        )


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    for ending, message in _OTHER_ARCHIVES.items():
        if any(name.endswith(ending) for name in names):
            raise ModelRejected(message)
    unknown = sorted(set(names) - set(_MAX_SIZE))
    if unknown:
        raise ModelRejected(
            Text(
                "It has a part {part}. Only {parts} are allowed.",
                part=printable(unknown[0][:60]),
                parts=", ".join(_MAX_SIZE),
            )
        )
    if len(set(names)) < len(names):
        raise ModelRejected(Text("It has two parts with the same name. Save the network again with Keras 3."))
    if missing := sorted(set(_MAX_SIZE) - set(names)):
        raise ModelRejected(Text("It has no {part}. Save the network again with Keras 3.", part=missing[0]))
    for member in members:
        if member.compress_type not in COMPRESSIONS:  # zipfile unpacks others without a limit
            raise ModelRejected(
                Text(
                    "Its {part} has a compression that Keras never uses. Save the network again with Keras 3.",
                    part=member.filename,
                )
            )
        max_size = _MAX_SIZE[member.filename]
        if member.file_size > max_size or member.file_size > _MAX_EXPANSION * max(member.compress_size, 1):
            raise ModelRejected(
                Text(
                    "Its {part} would unpack from {packed:,} to {size:,} bytes; at most "
                    "{allowed:,} bytes and {times} times its size are allowed.",
                    part=member.filename,
                    packed=member.compress_size,
                    size=member.file_size,
                    allowed=max_size,
                    times=_MAX_EXPANSION,
                )
            )


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack a part, up to its maximum size. `zipfile` compares the checksum."""
    with archive.open(name) as part:
        content = part.read(_MAX_SIZE[name] + 1)
    if len(content) != archive.getinfo(name).file_size:
        raise ModelRejected(Text("Its {name} does not have the declared size. Download or save it again.", name=name))
    return content


def _parsed(name: str, text: bytes) -> Any:
    try:
        return json.loads(text.decode(), object_pairs_hook=_without_duplicates, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise ModelRejected(
            Text("Its {name} is not valid JSON. Save the network again with Keras 3.", name=name)
        ) from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(values := dict(pairs)) < len(pairs):
        raise ValueError("duplicate name")
    return values


def _reject_constant(text: str) -> float:
    raise ValueError(text)


def _version(metadata: Any) -> int:
    """Return which version of Keras saved the file, 2 or 3."""
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"[23]\.\d{1,4}(\.\w{1,12})*", version):
        raise ModelRejected(
            Text(
                "It was saved by Keras {version}; files of Keras 2 and 3 are opened here. Save it again with "
                "one of them.",
                version=printable(str(version)[:60]),
            )
        )
    return int(version[0])
