"""What a folder, an address that shows whole files only, one where files are renamed, and a folder with an older one
behind it have in common.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time
import uuid

import pytest

from digitlab.errors import StorageFull, StorageUnavailable
from digitlab.storage.address import open_storage
from digitlab.storage.fallback import FallbackStorage
from digitlab.storage.folder import Folder
from digitlab.storage.storage import StoredFile

KINDS = ["folder", "memory", "moving"]


def place(kind, folder):
    if kind == "memory":
        return f"memory://{uuid.uuid4().hex}/models"
    return f"file://{folder / 'models'}" if kind == "moving" else folder / "models"


@pytest.fixture(params=[*KINDS, "fallback"])
def storage(request, tmp_path):
    if request.param == "fallback":
        return FallbackStorage(Folder(tmp_path / "models"), Folder(tmp_path / "older"))
    return open_storage(place(request.param, tmp_path))


def test_an_empty_place_has_nothing_and_makes_no_fuss(storage):
    assert storage.entries() == {}
    assert storage.entry("a") is None
    storage.delete("a")
    storage.remove_leftovers()
    with pytest.raises(FileNotFoundError):
        storage.read("a")


def test_what_is_written_is_read(storage):
    storage.write("a", b"one")
    storage.write("b", b"other")
    assert storage.read("a") == b"one"
    assert {name: entry.size for name, entry in storage.entries().items()} == {"a": 3, "b": 5}
    assert abs(storage.entry("a").modified - time.time()) < 10


def test_only_new_content_has_another_stamp(storage):
    storage.write("a", b"one")
    first = storage.entry("a")
    assert storage.entries()["a"] == first == storage.entry("a")
    time.sleep(0.02)
    storage.write("a", b"two")
    assert storage.entry("a").stamp != first.stamp


def test_files_are_put_together_and_one_of_them_is_deleted(storage, tmp_path):
    files = [tmp_path / name for name in ("weights", "card")]
    for file in files:
        file.write_text(file.name)
    storage.write("card", b"older")
    storage.put(files)
    assert (storage.read("weights"), storage.read("card")) == (b"weights", b"card")
    storage.delete("card")
    assert list(storage.entries()) == ["weights"]


def test_folders_in_a_place_are_apart_and_are_no_files(tmp_path):
    for kind in KINDS:
        address = place(kind, tmp_path / kind)
        open_storage(address, "checkpoints").write("a", b"1")
        open_storage(address).write("b", b"2")
        assert list(open_storage(address).entries()) == ["b"]
        assert list(open_storage(address, "checkpoints").entries()) == ["a"]


@pytest.mark.parametrize("kind", ["folder", "moving"])
def test_half_written_files_are_hidden_and_go_after_an_hour(tmp_path, kind):
    storage = open_storage(place(kind, tmp_path))
    storage.write("whole.npz", b"1")
    folder = tmp_path / "models"
    for name, age in [(".a.json.1.part", 4000), ("run-5x.part", 4000), (".b.json.2.part", 60)]:
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert list(storage.entries()) == ["whole.npz"]
    storage.remove_leftovers()
    assert {path.name for path in folder.iterdir()} == {"whole.npz", ".b.json.2.part"}


def test_a_half_made_networks_folder_goes_after_an_hour(tmp_path):
    storage = open_storage(tmp_path)
    (tmp_path / ".saving-x").mkdir()
    (tmp_path / ".saving-x" / "a.keras").write_bytes(b"half")
    storage.remove_leftovers()
    assert list(tmp_path.iterdir())
    os.utime(tmp_path / ".saving-x", (0, 0))
    storage.remove_leftovers()
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    for address in (tmp_path / "file" / "models", f"file://{tmp_path / 'file' / 'models'}"):
        with pytest.raises(StorageUnavailable, match=r"^Files .*file/models \(Not a directory\).*DIGITLAB_DATA or"):
            open_storage(address).write("a", b"1")


def test_a_password_in_an_address_is_never_told():
    for password in ("secret", "sec/ret", "sec@ret"):
        with pytest.raises(StorageUnavailable) as caught:
            open_storage(f"ftp://me:{password}@127.0.0.1:9/models").write("a", b"1")
        assert "ftp://***@127.0.0.1:9/models" in str(caught.value)
        assert "sec" not in str(caught.value)


@pytest.mark.parametrize("kind", ["folder", "moving"])
def test_a_system_limit_leaves_the_old_file_and_no_half_one(tmp_path, kind):
    storage = open_storage(place(kind, tmp_path))
    storage.write("a", b"old")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(StorageFull, match=r"no room left in .*models"):
            storage.write("a", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert storage.read("a") == b"old"
    assert os.listdir(tmp_path / "models") == ["a"]  # noqa: PTH208


def test_a_full_disk_leaves_the_old_files_and_nothing_half(small_disk, tmp_path):
    for kind in ("folder", "moving"):
        storage = open_storage(place(kind, small_disk / kind))
        storage.write("a", b"old")
        with pytest.raises(StorageFull, match=r"no room left in .*models"):
            storage.write("a", bytes(9_000_000))
        assert storage.read("a") == b"old"
        assert os.listdir(small_disk / kind / "models") == ["a"]  # noqa: PTH208


WRITER = """
import sys
from digitlab.storage.address import open_storage
from digitlab.storage.fallback import FallbackStorage
from digitlab.storage.folder import Folder
from digitlab.storage.storage import StoredFile
from pathlib import Path
place = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
file = StoredFile(open_storage(place), "run-1.npz")
for number in range(10**9):
    file.write(bytes([number % 256]) * 300_000)
    if not number:
        print("writing", flush=True)
"""


@pytest.mark.parametrize("kind", ["folder", "moving"])
def test_a_killed_writer_leaves_whole_files_only(tmp_path, kind):
    address = place(kind, tmp_path)
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(address)], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(random.uniform(0, 0.03))
            writer.send_signal(signal.SIGKILL)
        content = StoredFile(open_storage(address), "run-1.npz").read()
        assert len(content) == 300_000
        assert len(set(content)) == 1
        assert list(open_storage(address).entries()) == ["run-1.npz"]


def test_an_older_place_is_read_and_changed_but_gets_no_file(tmp_path):
    new, older = Folder(tmp_path / "new"), Folder(tmp_path / "older")
    storage = FallbackStorage(new, older)
    older.write("a", b"old")
    assert (storage.read("a"), storage.local_path("a")) == (b"old", tmp_path / "older" / "a")
    storage.write("a", b"changed")
    storage.write("b", b"new")
    assert (older.read("a"), list(older.entries()), list(new.entries())) == (b"changed", ["a"], ["b"])
    new.write("a", b"newer")
    assert storage.read("a") == b"newer"
    storage.delete("a")
    assert list(storage.entries()) == ["b"]


def test_what_a_read_only_place_refuses_goes_to_the_new_one(tmp_path, small_disk):
    new, older = Folder(tmp_path / "new"), Folder(small_disk)
    for name in ("run-1-1f.npz", "mine.json"):
        older.write(name, b"old")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    storage = FallbackStorage(new, older)
    storage.write("run-1-1f.npz", b"later")
    assert (storage.read("run-1-1f.npz"), older.read("run-1-1f.npz")) == (b"later", b"old")
    with pytest.raises(StorageUnavailable, match="Read-only"):
        storage.write("mine.json", b"changed")
    assert (storage.read("mine.json"), list(new.entries())) == (b"old", ["run-1-1f.npz"])
