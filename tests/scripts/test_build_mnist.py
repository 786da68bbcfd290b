import runpy

import numpy as np
import pytest

from digitlab.data import mnist
from digitlab.settings import ROOT

script = runpy.run_path(str(ROOT / "scripts" / "build_mnist.py"))


@pytest.fixture
def folder(tmp_path, digits):
    """The four original files, written back from the data set: magic number, sizes, bytes."""
    for name, (file, _, _, shape) in script["SOURCES"].items():
        header = np.array([0x0800 + len(shape), *shape], ">i4").tobytes()
        (tmp_path / file).write_bytes(header + getattr(digits, name).tobytes())
    return tmp_path


def test_the_original_files_give_the_packaged_content(folder):
    arrays = script["read"](folder)
    assert mnist.content_hash(arrays) == mnist.SHA256


def test_the_same_content_gives_the_same_file(folder):
    arrays = {name: array[:200] for name, array in script["read"](folder).items()}
    for name in ("one.npz", "two.npz"):
        script["write"](arrays, folder / name)
    assert (folder / "one.npz").read_bytes() == (folder / "two.npz").read_bytes()
    with np.load(folder / "one.npz") as file:
        assert all(np.array_equal(file[name], arrays[name]) for name in arrays)


def test_a_file_that_is_not_the_original_is_rejected(folder):
    file = folder / "t10k-labels-idx1-ubyte"
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    with pytest.raises(SystemExit, match="not the original"):
        script["read"](folder)
