import io
import zipfile

import pytest
from PIL import Image

from digitlab.data.jpeg_scans import has_more_scans
from digitlab.data.picture_files import open_picture
from digitlab.errors import PictureUnreadable
from digitlab.preprocessing import bundles

SCANS = 10  # that libjpeg writes for a progressive picture in colour


def jpeg(*, is_progressive: bool = True, **options) -> bytes:
    file = io.BytesIO()
    noise = Image.effect_noise((60, 40), 90).convert("RGB")
    noise.save(file, "JPEG", progressive=is_progressive, quality=95, **options)
    return file.getvalue()


def with_scans(count: int) -> bytes:
    """A valid progressive JPEG of that many scans: its last one is repeated."""
    content = jpeg()
    start, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:start] + content[start:end] * (count - SCANS + 1) + content[end:]


def count(content: bytes) -> int:
    return next(number for number in range(1000) if not has_more_scans(content, number))


def test_the_scans_of_real_files_are_counted():
    assert count(jpeg()) == SCANS
    assert count(jpeg(is_progressive=False)) == 1
    assert count(with_scans(73)) == 73


def test_restarts_within_a_scan_are_no_scans():
    assert b"\xff\xd0" in (content := jpeg(is_progressive=False, restart_marker_blocks=1))
    assert count(content) == 1


def test_a_thumbnail_and_a_second_picture_do_not_count():
    thumbnail = jpeg(exif=b"Exif\x00\x00" + jpeg())
    second = io.BytesIO()
    Image.new("RGB", (60, 40)).save(second, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))])
    assert thumbnail.count(b"\xff\xda") == 2 * SCANS
    assert count(thumbnail) == SCANS
    assert count(second.getvalue()) == 1


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xff\xd8\xff", b"\xff\xd8\xff\xda", b"\xff\xd8" + b"\xff\x01" * 9])
def test_a_damaged_file_is_counted_to_its_end(content):
    assert not has_more_scans(content, 1)


def test_no_more_scans_are_counted_than_are_allowed():
    assert has_more_scans(b"\xff\xd8" + b"\xff\xda\x00\x02" * 5_000_000, 100)


def test_a_hundred_scans_are_opened():
    assert open_picture(with_scans(100)).shape == (40, 60, 4)


def test_more_scans_are_refused_wherever_pictures_come_in(tmp_path):
    path = tmp_path / "seven.jpg"
    path.write_bytes(with_scans(101))
    for source in (path, path.read_bytes()):
        with pytest.raises(PictureUnreadable, match="is a JPEG with more than 100 scans; up to 100 are allowed"):
            open_picture(source)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.write(path, "7/seven.jpg")
    with pytest.raises(PictureUnreadable, match=r"^7/seven\.jpg in digits\.zip is a JPEG with more than 100 scans"):
        bundles.from_file(archive.getvalue(), "digits.zip")
