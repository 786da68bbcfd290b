"""A network's file from elsewhere, looked into before anything is unpacked. No Keras here: a page process may do it.

The file is hostile until shown otherwise. Of the archive only its directory is read first, and that is bounded, too;
nothing is ever written under a name that the file gives.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from digitlab.errors import ModelNotFound, ModelRejected
from digitlab.uploads.layer_allowlist import check_layers

MAX_FILE_SIZE = 20_000_000  # bytes, as many as the page takes
MAX_WEIGHTS = 5_000_000  # numbers; the lab's own largest network has 304,554
_MAX_SIZE = {"metadata.json": 10_000, "config.json": 4_000_000, "model.weights.h5": 80_000_000}  # bytes, unpacked
_MAX_EXPANSION = 200  # times; weights hardly shrink, and a text of layers by 20
_END = struct.Struct("<4s4H2LH")  # the archive's last record
_BEGINNINGS = {
    b"\x89HDF": "It is an HDF5 file, as Keras 2 wrote them, which can hold code. Open it where you trust it, and save "
    "it with model.save('NAME.keras') by Keras 3.",
    b"\x80": "It is a Python pickle, which runs code when it is opened; such files are never opened here. Save the "
    "network with model.save('NAME.keras') by Keras 3.",
}


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """What a file brings, as far as it was understood.

    Attributes:
        sha256: Of the file, as hexadecimal digits.
        config: The layers, as `plainlayers` wrote them anew.
        weights: An HDF5 file that nobody has looked into yet.
    """

    sha256: str
    config: dict[str, Any]
    weights: bytes


def read(path: Path) -> bytes:
    """Return a file's content.

    Raises:
        ModelNotFound: No such file.
        ModelRejected: It is too large, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_SIZE + 1)
    except FileNotFoundError as error:
        raise ModelNotFound(f"There is no file {path}. Choose another.") from error
    except OSError as error:
        raise ModelRejected(f"{path} cannot be read: {error.strerror}. Choose another file.") from error


_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def parse(content: bytes) -> ArchiveParts:
    """Check a `.keras` file's content, and take it apart.

    Raises:
        ModelRejected: With the reason, in a sentence.
    """
    if len(content) > MAX_FILE_SIZE:
        raise ModelRejected(f"It has more than {MAX_FILE_SIZE / 1e6:.0f} MB. Choose a smaller network.")
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive.infolist())
            texts = {name: _unpacked(archive, name) for name in ("metadata.json", "config.json")}
            _check_version(_parsed("metadata.json", texts["metadata.json"]))
            config = check_layers(_parsed("config.json", texts["config.json"]))
            weights = _unpacked(archive, "model.weights.h5")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError) as error:
        raise ModelRejected("It is damaged: its parts cannot be unpacked. Fetch or save it again.") from error
    if not weights.startswith(b"\x89HDF\r\n\x1a\n"):
        raise ModelRejected("Its weights are not an HDF5 file. Save the network again with Keras 3.")
    return ArchiveParts(sha256(content).hexdigest(), config, weights)


def _check_directory(content: bytes) -> None:
    """Check where the archive begins and ends, before its directory is read: that may be huge, too."""
    for beginning, sentence in _BEGINNINGS.items():
        if content.startswith(beginning):
            raise ModelRejected(sentence)
    if not content.startswith(b"PK\x03\x04"):
        raise ModelRejected("It is not a .keras file. Save the network with model.save('NAME.keras') by Keras 3.")
    end = content[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise ModelRejected("It is incomplete, or something stands behind its end. Fetch or save it again.")
    _, disk, first, here, members, size, start, _ = _END.unpack(end)
    is_large = content[-_END.size - 20 : -_END.size].startswith(b"PK\x06\x07")  # another list, of the 64-bit kind
    if is_large or disk or first or here != members or size > 10_000 or start + size + _END.size != len(content):
        raise ModelRejected("Its list of parts is not as Keras writes it. Save the network again with Keras 3.")


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    strange = sorted(set(names) - set(_MAX_SIZE))
    if strange:
        raise ModelRejected(
            f"It has a part {_shown(strange[0])}. Plain layers need {', '.join(_MAX_SIZE)}, and nothing else."
        )
    if len(set(names)) < len(names):
        raise ModelRejected("It has two parts of the same name. Save the network again with Keras 3.")
    if missing := sorted(set(_MAX_SIZE) - set(names)):
        raise ModelRejected(f"It has no {missing[0]}. Save the network again with Keras 3.")
    for member in members:
        if member.compress_type not in _PACKED:  # of others, zipfile unpacks without a bound
            raise ModelRejected(
                f"Its {member.filename} is packed as Keras never packs. Save the network again with Keras 3."
            )
        most = _MAX_SIZE[member.filename]
        if member.file_size > most or member.file_size > _MAX_EXPANSION * max(member.compress_size, 1):
            raise ModelRejected(
                f"Its {member.filename} would unpack from {member.compress_size:,} to {member.file_size:,} bytes; "
                f"{most:,} at most, and {_MAX_EXPANSION} times its size, is allowed."
            )


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack a part, and no more of it than was declared; its checksum is compared on the way."""
    with archive.open(name) as part:
        content = part.read(_MAX_SIZE[name] + 1)
    if len(content) != archive.getinfo(name).file_size:
        raise ModelRejected(f"Its {name} is larger or smaller than it declares. Fetch or save it again.")
    return content


def _parsed(name: str, text: bytes) -> Any:
    try:
        return json.loads(text.decode(), object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ModelRejected(f"Its {name} cannot be read as JSON. Save the network again with Keras 3.") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(values := dict(pairs)) < len(pairs):
        raise ValueError("a name twice")
    return values


def _no_number(text: str) -> float:
    raise ValueError(text)


def _check_version(metadata: Any) -> None:
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"3\.\d{1,4}(\.\w{1,12})*", version):
        raise ModelRejected(
            f"It was saved by Keras {_shown(version)}. Open it where you trust it, and save it again with Keras 3."
        )


def _shown(value: object) -> str:
    return "".join(one if one.isprintable() else "?" for one in str(value)[:60])
