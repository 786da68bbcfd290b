"""Small files by owner that may be lost."""

import os
import time

import pytest

from digitlab.storage.kept_files import KeptFiles


@pytest.fixture
def kept(tmp_path):
    return KeptFiles(tmp_path / "kept", max_bytes=25, max_age=3600)


def make_older(folder, seconds):
    """Make all files older by some seconds."""
    for path in folder.iterdir():
        age = time.time() - path.stat().st_mtime + seconds
        os.utime(path, (time.time() - age, time.time() - age))


def test_each_owner_has_their_own(kept):
    kept.write(("a", "b"), "drawing", b"1")
    kept.write(("a", "c"), "drawing", b"2")
    kept.write(("a", "b"), "opened", b"3")
    kept.write(("a", "b"), "drawing", b"4")
    assert [kept.read(owner, "drawing") for owner in (("a", "b"), ("a", "c"), ("ab", ""))] == [b"4", b"2", None]
    kept.delete(("a", "b"), "drawing")
    kept.delete(("nobody",), "drawing")
    assert (kept.read(("a", "b"), "drawing"), kept.read(("a", "b"), "opened")) == (None, b"3")


def test_names_of_files_do_not_tell_the_owner(kept, tmp_path):
    kept.write(("token", "person"), "drawing", b"1")
    (path,) = (tmp_path / "kept").iterdir()
    assert not {"token", "person"} & set(path.name.split("."))
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def test_the_oldest_are_deleted_beyond_the_limit(kept, tmp_path):
    for name in "abc":
        kept.write((name,), "drawing", bytes(10))
        make_older(tmp_path / "kept", 10)
    kept.delete_oldest()
    assert [kept.read((name,), "drawing") is None for name in "abc"] == [True, False, False]


def test_what_is_too_old_is_deleted(kept, tmp_path):
    kept.write(("a",), "drawing", b"1")
    make_older(tmp_path / "kept", 3601)
    kept.write(("b",), "drawing", b"2")
    kept.delete_oldest()
    assert (kept.read(("a",), "drawing"), kept.read(("b",), "drawing")) == (None, b"2")


def test_writes_alone_keep_the_folder_small(kept, tmp_path):
    for number in range(120):
        kept.write((str(number),), "drawing", bytes(10))
    assert len(list((tmp_path / "kept").iterdir())) < 60


def test_a_folder_that_cannot_be_written_loses_only_the_file(tmp_path):
    (tmp_path / "kept").write_bytes(b"a file in its place")
    kept = KeptFiles(tmp_path / "kept", max_bytes=25, max_age=3600)
    kept.write(("a",), "drawing", b"1")
    assert kept.read(("a",), "drawing") is None
    kept.delete(("a",), "drawing")
    kept.delete_oldest()
