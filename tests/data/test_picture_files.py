import contextlib
import io
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from digitlab.data.picture_decoding import FORMATS, MAX_PIXELS
from digitlab.data.picture_files import MAX_FILE_SIZE, SUFFIXES, open_picture
from digitlab.errors import PictureUnreadable
from digitlab.preprocessing.normalization import normalize


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


def empty_png(width: int, height: int) -> bytes:
    """A file of some 60 bytes that says it is a picture of that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_the_camera_s_rotation_is_undone_in_every_format(form):
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste("black", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 8
    opened = open_picture(file(picture, form, exif=exif))
    assert opened.shape == (40, 20, 4)
    assert (opened[2, 10, 0], opened[37, 10, 0]) == (255, 0)


def test_the_rotation_of_sixteen_bits_is_undone():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_picture(file(Image.fromarray(np.zeros((20, 40), np.uint16)), exif=exif)).shape == (40, 20, 4)


def test_a_damaged_exif_is_passed_over():
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12"
    assert open_picture(file(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).shape == (20, 40, 4)


@pytest.mark.parametrize(
    ("width", "height", "came"),
    [(10_000, 10_000, "100"), (60_000, 60_000, r"3,600"), (8000, 8001, r"64\.1"), (2**31 - 1, 1, r"2,147\.5")],
)
def test_the_header_alone_tells_what_came_and_what_is_allowed(width, height, came):
    tracemalloc.start()
    with pytest.raises(PictureUnreadable, match=rf"has {came} megapixels; up to 64 are allowed"):
        open_picture(empty_png(width, height))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_too_many_pixels_are_refused_before_they_are_decoded():
    side = int(MAX_PIXELS**0.5) + 1
    with pytest.raises(PictureUnreadable, match="megapixels"):
        open_picture(file(Image.new("1", (side, side))))


def test_a_grey_picture_of_sixteen_bits_keeps_its_ink():
    paper = np.full((40, 30), 40_000, np.uint16)
    paper[10:30, 14:17] = 3_000
    opened = open_picture(file(Image.fromarray(paper)))
    assert (opened[0, 0, 0], opened[20, 15, 0]) == (255, 0)


def test_grey_of_floats_without_numbers_is_opened():
    paper = np.full((40, 30), 0.9, np.float32)
    paper[10:30, 14:17] = 0.1
    paper[0, :3] = np.nan, np.inf, -np.inf
    opened = open_picture(file(Image.fromarray(paper), "TIFF"))
    assert (opened[2, 2, 0], opened[20, 15, 0]) == (255, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e38])
def test_floats_that_say_nothing_are_one_colour(value):
    opened = open_picture(file(Image.fromarray(np.full((40, 30), value, np.float32)), "TIFF"))
    assert len(np.unique(opened.reshape(-1, 4), axis=0)) == 1


def test_a_large_grey_picture_of_sixteen_bits_is_made_smaller():
    paper = np.full((3000, 1500), 40_000, np.uint16)
    paper[1000:2000, 700:800] = 3_000
    opened = open_picture(file(Image.fromarray(paper)))
    assert max(opened.shape) == 1024
    assert (opened[0, 0, 0], opened[512, 256, 0]) == (255, 0)


@pytest.mark.parametrize(
    ("mode", "form"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("P", "PNG"), ("P", "GIF"), ("LA", "PNG"), ("1", "PNG"), ("L", "BMP")],
)
def test_every_mode_opens_as_rgba(mode, form):
    picture = Image.new("RGBA", (40, 20), "white")
    picture.paste("black", (10, 5, 30, 15))
    opened = open_picture(file(picture.convert("RGB").convert(mode), form))
    assert np.abs(opened[10, 20].astype(int) - (0, 0, 0, 255)).max() <= 2  # JPEG
    assert (opened[1, 1] == 255).all()


def test_fine_black_and_white_turns_grey_when_reduced():
    stripes = np.tile(np.uint8([0, 255]), (2048, 1024))
    assert 100 < open_picture(file(Image.fromarray(stripes).convert("1")))[5, 5, 0] < 150


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(form):
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("white", "black", "black")]
    content = file(frames[0], form, save_all=True, append_images=frames[1:])
    assert open_picture(content)[..., 0].min() > 250


def test_a_single_pixel_is_a_picture_with_nothing_drawn():
    opened = open_picture(file(Image.new("RGB", (1, 1), "white")))
    assert opened.shape == (1, 1, 4)
    assert normalize(opened) is None


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1)])
def test_a_strip_is_made_shorter(size):
    assert max(open_picture(file(Image.new("RGB", size))).shape) == 1024


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"hello", "not a supported picture. Use PNG, JPEG"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomavc1", "not a supported picture. Use PNG, JPEG"),
        (b"%PDF-1.7 1 0 obj", "PDF.* Save the page as PNG"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG.* Save it as PNG"),
        (file(Image.effect_noise((99, 99), 80), "JPEG")[:2000], "damaged"),
        (file(Image.effect_noise((99, 99), 80), "WEBP")[:2000], "not a picture|damaged"),
        (bytes(MAX_FILE_SIZE + 1), r"has 50\.1 MB; up to 50 MB"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_name(content, said, tmp_path):
    path = tmp_path / "my seven.png"
    path.write_bytes(content)
    with pytest.raises(PictureUnreadable, match=rf"^my seven\.png .*({said})"):
        open_picture(path)
    with pytest.raises(PictureUnreadable, match=rf"^The file .*({said})"):
        open_picture(content)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_a_file_with_wrong_bytes_opens_or_is_rejected(form):
    random = np.random.default_rng(2)
    content = np.frombuffer(file(Image.effect_noise((40, 30), 80).convert("RGB"), form), np.uint8)
    for _ in range(60):
        wrong = content.copy()
        wrong[random.integers(0, min(400, len(wrong)), 4)] = random.integers(0, 256, 4)
        with contextlib.suppress(PictureUnreadable):
            assert open_picture(wrong.tobytes()).shape[2] == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureUnreadable, match=r"pipe\.png is a device"):
        open_picture(tmp_path / "pipe.png")
    with pytest.raises(PictureUnreadable, match="is a folder"):
        open_picture(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", file(Image.new("RGB", (99, 99), "red"))[:80]])
def test_what_is_no_picture_is_rejected(content):
    with pytest.raises(PictureUnreadable):
        open_picture(content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PictureUnreadable, match=r"seven\.png"):
        open_picture(tmp_path / "seven.png")


def test_a_file_is_called_by_the_name_that_it_had():
    with pytest.raises(PictureUnreadable, match=r"^notes\.png is not a supported picture"):
        open_picture(b"This is a text.", "notes.png")


def test_the_suffixes_are_those_of_the_formats_that_open():
    others = set(SUFFIXES) - {"heic", "heif"}  # which Pillow reads in a process of its own alone
    assert {Image.registered_extensions()[f".{suffix}"] for suffix in others} == {*FORMATS, "AVIF"}
