import io

import numpy as np
import pytest
from PIL import Image

from digitlab.data import canvas_picture
from digitlab.errors import PictureUnreadable


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_the_canvas_picture_is_what_its_file_holds():
    ink = np.random.default_rng(0).integers(0, 256, (320, 358, 1), np.uint8)
    drawing = np.concatenate([ink, ink, ink, np.full_like(ink, 255)], axis=2)
    assert np.array_equal(canvas_picture.decode(png(Image.fromarray(drawing))), drawing)


@pytest.mark.parametrize("content", [b"", b"no picture", png(Image.new("L", (8, 8)))[:40]])
def test_what_is_no_canvas_picture_is_reported(content):
    with pytest.raises(PictureUnreadable, match="Clear it, and draw again"):
        canvas_picture.decode(content)


def test_a_picture_larger_than_a_canvas_is_refused():
    with pytest.raises(PictureUnreadable, match="larger than the canvas"):
        canvas_picture.decode(png(Image.new("RGBA", (1024, 1025))))
