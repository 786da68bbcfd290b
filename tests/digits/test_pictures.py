import io

import numpy as np
import pytest
from PIL import Image

from digitlab.digits.pictures import LARGEST, open_picture, to_png
from digitlab.errors import PictureUnreadable


def file(image: Image.Image, form: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_common_formats_open_as_rgba(form):
    assert open_picture(file(Image.new("RGB", (30, 20), "white"), form)).shape == (20, 30, 4)


def test_a_large_picture_is_made_smaller():
    assert open_picture(file(Image.new("L", (3000, 1500)))).shape == (512, 1024, 4)


def test_the_camera_s_rotation_is_undone():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    assert open_picture(file(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).shape == (40, 20, 4)


def test_too_many_pixels_are_refused_before_they_are_decoded():
    side = int(LARGEST**0.5) + 1
    with pytest.raises(PictureUnreadable, match="megapixels"):
        open_picture(file(Image.new("1", (side, side))))


def test_a_grey_picture_of_sixteen_bits_keeps_its_ink():
    paper = np.full((40, 30), 40_000, np.uint16)
    paper[10:30, 14:17] = 3_000
    opened = open_picture(file(Image.fromarray(paper)))
    assert (opened[0, 0, 0], opened[20, 15, 0]) == (255, 0)


@pytest.mark.parametrize("content", [b"", b"hello", file(Image.new("RGB", (99, 99), "red"))[:80]])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(PictureUnreadable):
        open_picture(content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PictureUnreadable, match=r"seven\.png"):
        open_picture(tmp_path / "seven.png")


def test_a_digit_survives_being_a_file(digits):
    assert np.array_equal(open_picture(to_png(digits.x_test[0]))[..., 0], digits.x_test[0])
