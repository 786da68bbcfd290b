import numpy as np
import pytest

from digitlab.runs.models import array_cache
from digitlab.runs.models.array_cache import ArrayCache
from digitlab.storage.folder import Folder


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "kept")


def test_an_array_is_found_again(folder):
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    ArrayCache(folder).put("one", array)
    found = ArrayCache(folder).get("one")
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_what_is_not_there_or_damaged_is_none(folder):
    assert ArrayCache(folder).get("gone") is None
    folder.write("damaged.npy", b"\x93NUMPY but no more")
    assert ArrayCache(folder).get("damaged") is None


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = ArrayCache(Folder(tmp_path / "file"))
    cache.put("one", np.zeros(3))
    assert cache.get("one") is None


def test_the_oldest_makes_room(folder, monkeypatch):
    monkeypatch.setattr(array_cache, "_MAX_BYTES", 25_000)
    for name in ("first", "second", "third"):
        ArrayCache(folder).put(name, np.zeros(10_000, np.uint8))
    assert sorted(folder.entries()) == ["second.npy", "third.npy"]
