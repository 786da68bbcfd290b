"""ZIP files of people who mean no good, and of those who packed the wrong thing."""

import io
import stat
import struct
import tracemalloc
import zipfile

import pytest

from digitlab.data.archives import Archive, ArchiveLimits
from digitlab.errors import BundleRejected

LIMITS = ArchiveLimits(max_files=3, max_file_size=1000, max_total_size=2000)


def packed(*files, compression=zipfile.ZIP_DEFLATED):
    """A ZIP of (name or entry, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


def test_files_are_listed_in_order_without_what_systems_add():
    content = packed(
        ("b/1.png", b"one"), ("a/", b""), ("__MACOSX/b/._1.png", b"x"), ("b/.DS_Store", b"x"), ("Thumbs.db", b"x"),
        ("a/2.png", b"two"),
    )  # fmt: skip
    archive = Archive(content, "mine.zip", LIMITS)
    assert archive.names == ["b/1.png", "a/2.png"]
    assert archive.read("a/2.png") == b"two"


LINK = zipfile.ZipInfo("0/link.png")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
LOCKED = packed(("0/a.png", b"a")).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a ZIP file"),
        (b"not a zip at all", "not a ZIP file"),
        (packed(("a", b"a"))[:-10], "not a ZIP file"),
        (b"PK\x05\x06" + b"\0" * 8 + b"\x01\0\0\0\xff\0\0\0\0\0", "not a ZIP file, or is damaged"),
        (packed(("../0/a.png", b"a")), "leads out of"),
        (packed(("0/../../a.png", b"a")), "leads out of"),
        (packed(("/etc/passwd", b"a")), "leads out of"),
        (packed(("C:/a.png", b"a")), "leads out of"),
        (packed(("0\\..\\a.png", b"a")), "leads out of"),
        (packed((LINK, b"/etc/passwd")), "is a link"),
        (LOCKED, "password"),
        (packed(("a", b"a"), compression=zipfile.ZIP_LZMA), "standard ZIP"),
        (packed(*[(f"{number}", b"") for number in range(4)]), "holds 4 files; up to 3"),
        (packed(("large", b"\0" * 1001)), "large in theirs.zip has 0.0 MB"),
        (packed(*[(f"{number}", b"\0" * 1000) for number in range(3)]), "0.0 MB unpacked"),
    ],
)
def test_a_rejected_file_is_named_in_a_sentence(content, message):
    with pytest.raises(BundleRejected, match=message) as caught:
        Archive(content, "theirs.zip", LIMITS)
    assert "theirs.zip" in str(caught.value)


def test_a_name_that_would_spoil_a_sentence_is_shortened():
    with pytest.raises(BundleRejected) as caught:
        Archive(packed(("../\n\x1b[31m" + "x" * 500, b"a")), "theirs.zip", LIMITS)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("place", [0, 40])
def test_a_damaged_file_is_told_when_it_is_read(place):
    content = bytearray(packed(("a", b"some text " * 20)))
    content[place + 1] ^= 0xFF
    archive = Archive(bytes(content), "theirs.zip", LIMITS)
    with pytest.raises(BundleRejected, match=r"a in theirs\.zip is damaged"):
        archive.read("a")


def test_a_file_that_says_it_is_small_gives_no_more_than_that():
    content = bytearray(packed(("bomb", b"\0" * 1_000_000)))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", content, content.index(mark) + offset, 900)
    archive = Archive(bytes(content), "theirs.zip", LIMITS)
    tracemalloc.start()
    with pytest.raises(BundleRejected, match="damaged"):
        archive.read("bomb")
    assert tracemalloc.get_traced_memory()[1] < 300_000
    tracemalloc.stop()


def test_an_endless_table_of_contents_is_rejected_unread():
    table = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(200_000)
    )
    content = table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 0, 0)  # one file, it says
    tracemalloc.start()
    with pytest.raises(BundleRejected, match="too many files"):
        Archive(content, "theirs.zip", LIMITS)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_table_of_contents_of_the_64_bit_kind_is_not_followed():
    content = packed(("a", b"a"))
    place = content.index(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    with pytest.raises(BundleRejected, match="too many files"):
        Archive(content[:place] + locator + content[place:], "theirs.zip", LIMITS)


@pytest.mark.parametrize("name", [".", ""])
def test_a_file_without_a_name_is_rejected(name):
    with pytest.raises(BundleRejected, match=r"A file in a\.zip has no name"):
        Archive(packed((zipfile.ZipInfo(name), b"x")), "a.zip", LIMITS)
