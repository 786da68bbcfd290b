import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from digitlab.data.picture_files import open_picture
from digitlab.data.picture_process import decode_apart
from digitlab.errors import PictureUnreadable


def two_halves(width: int = 64, height: int = 48) -> Image.Image:
    """Black on the left, white on the right."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("black", (0, 0, width // 2, height))
    return picture


def saved(form: str, picture: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    if form == "HEIC":
        pillow_heif.from_pillow(picture).save(file, **options)
    else:
        picture.save(file, form, **options)
    return file.getvalue()


def test_a_photo_of_48_megapixels_takes_less_than_100_mb():
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = saved("JPEG", two_halves(8064, 6048), exif=exif)
    opened = decode_apart(photo, "photo.jpg", memory=100_000_000)
    assert opened.shape == (1024, 768, 4)
    assert (opened[10, 384, 0], opened[1000, 384, 0]) == (0, 255)
    assert np.array_equal(open_picture(photo), opened)


@pytest.mark.parametrize("form", ["HEIC", "AVIF"])
def test_phones_formats_are_opened_upright(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    opened = open_picture(saved(form, two_halves(), exif=exif.tobytes()))
    assert opened.shape == (64, 48, 4)
    assert opened[5, 24, 0] < 10
    assert opened[60, 24, 0] > 245


def test_no_decoder_of_heic_is_loaded_in_this_process():
    assert "HEIF" not in Image.OPEN
    open_picture(saved("HEIC", two_halves()))
    assert "HEIF" not in Image.OPEN


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "my seven is a HEIC picture, .* Save it as JPEG"),
        (saved("AVIF", two_halves())[:200], "my seven is .*(damaged|Save it as JPEG)"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_s_name(content, said):
    with pytest.raises(PictureUnreadable, match=said):
        open_picture(content, "my seven")


def test_a_picture_that_takes_too_much_memory_is_refused():
    content = saved("PNG", Image.new("L", (8000, 8000)), compress_level=1)
    with pytest.raises(PictureUnreadable, match=r"takes too much memory to open\. Make it smaller"):
        decode_apart(content, "black.png", memory=64_000_000)


def test_a_picture_that_takes_too_long_is_refused():
    with pytest.raises(PictureUnreadable, match="took longer than 0 s to open"):
        decode_apart(saved("PNG", two_halves()), "seven.png", seconds=0)


def test_a_process_that_crashes_is_told_in_a_sentence():
    impossible = 2**70  # bytes
    with pytest.raises(PictureUnreadable, match=r"seven\.png could not be opened: its decoder crashed"):
        decode_apart(saved("PNG", two_halves()), "seven.png", memory=impossible)
