"""Digits that go out in a file come back the same; and files from outside that hold something else."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitlab.data.png_files import to_png
from digitlab.errors import BundleRejected, PictureUnreadable
from digitlab.preprocessing import bundles
from digitlab.preprocessing.bundles import from_file, to_npz, to_zip


@pytest.fixture
def some(digits):
    """Thirty digits of MNIST, none of them a 9."""
    images, labels = digits.part("test")
    chosen = np.flatnonzero(labels < 9)[:30]
    return images[chosen], labels[chosen]


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def saved(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def paper(side=300):
    """A seven, in dark ink on white paper."""
    picture = Image.new("RGB", (side, side), "white")
    line = [(side * 0.25, side * 0.25), (side * 0.7, side * 0.25), (side * 0.45, side * 0.8)]
    ImageDraw.Draw(picture).line(line, fill=(20, 20, 90), width=max(1, side // 20))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_what_is_zipped_comes_back_pixel_by_pixel(some):
    images, labels = some
    content = to_zip(images, labels, [f"{number:06}" for number in range(30)])
    back, known = from_file(content, "mine.zip")
    assert np.array_equal(back, images)
    assert np.array_equal(known, labels)


def test_a_zip_has_a_folder_for_each_digit_even_an_empty_one(some):
    with zipfile.ZipFile(io.BytesIO(to_zip(*some, [str(number) for number in range(30)]))) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == set("0123456789")
        assert [name for name in archive.namelist() if name.startswith("9/")] == ["9/"]


def test_arrays_come_back_as_they_were(some):
    back, known = from_file(to_npz(*some), "mine.npz")
    assert np.array_equal(back, some[0])
    assert np.array_equal(known, some[1])
    assert (back.dtype, known.dtype) == (np.uint8, np.uint8)


def test_folders_may_be_nested_and_labels_any_kind_of_integer(some):
    images, labels = from_file(zipped({"my digits/7/a.png": to_png(some[0][0])}), "mine.ZIP")
    assert labels.tolist() == [7]
    assert np.array_equal(images[0], some[0][0])
    assert from_file(saved(images=some[0], labels=some[1].astype(np.int64)), "mine.npz")[1].dtype == np.uint8


@pytest.mark.parametrize("side", [28, 300])
def test_dark_ink_on_paper_is_brought_into_form_in_any_size(side):
    images, _ = from_file(zipped({"7/a.png": paper(side)}), "mine.zip")
    assert images.shape == (1, 28, 28)
    assert images[0, 0].max() == images[0, :, -1].max() == 0
    assert images.max() > 200


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no pictures"),
        ({"notes.txt": b"hello"}, "notes.txt in theirs.zip is not in a folder named 0 to 9"),
        ({"10/a.png": b"x"}, "10/a.png in theirs.zip is not in a folder"),
        ({"seven/a.png": b"x"}, "seven/a.png in theirs.zip is not in a folder"),
        ({"٣/a.png": b"x"}, "٣/a.png in theirs.zip is not in a folder"),
        ({"3/a.png": to_png(np.zeros((28, 28), np.uint8))}, "3/a.png in theirs.zip"),
        ({"3/a.png": to_png(np.full((50, 50), 255, np.uint8))}, "3/a.png in theirs.zip"),
    ],
)
def test_a_zip_of_something_else_is_told_in_a_sentence(files, message):
    with pytest.raises(BundleRejected, match=message):
        from_file(zipped(files), "theirs.zip")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"hello", "3/a.png in theirs.zip is not a supported picture"), (b"", "3/a.png in theirs.zip is empty")],
)
def test_a_file_that_is_no_picture_is_named(content, message):
    with pytest.raises(PictureUnreadable, match=message):
        from_file(zipped({"3/a.png": content}), "theirs.zip")


def test_pictures_that_take_too_long_together_are_rejected():
    picture = to_png(np.pad(np.full((20, 4), 255, np.uint8), 20))
    with pytest.raises(BundleRejected, match=r"^Opening the pictures in theirs\.zip takes longer than 0 s"):
        from_file(zipped({"3/a.png": picture, "3/b.png": picture}), "theirs.zip", seconds=0)


def head_says(shape):
    """An .npy file of 8 bytes whose head says that it is larger."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return file.getvalue() + b"\0" * 8


ONE = np.ones((1, 28, 28), np.uint8)
LABEL = np.array([3], np.uint8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "is not a ZIP file"),
        (saved(images=ONE), "exactly two arrays, images and labels"),
        (saved(images=ONE, labels=LABEL, more=LABEL), "holds 3 files"),
        (saved(x=ONE, y=LABEL), "exactly two arrays, images and labels"),
        (saved(images=ONE / 255, labels=LABEL), "images is float64"),
        (saved(images=ONE[0], labels=LABEL), r"images is uint8 \(28, 28\)"),
        (saved(images=ONE[:, :20], labels=LABEL), r"images is uint8 \(1, 20, 28\)"),
        (saved(images=ONE, labels=LABEL / 1), "labels is float64"),
        (saved(images=ONE, labels=np.array([1, 2])), "one for each of the 1 images"),
        (saved(images=ONE, labels=np.array([-1])), "label of image 0 is -1"),
        (saved(images=ONE, labels=np.array([10])), "label of image 0 is 10"),
        (saved(images=ONE[:0], labels=LABEL[:0]), "holds 0 digits"),
        (saved(images=ONE * 0, labels=LABEL), "image 0 is empty"),
        (saved(images=np.array([[object()]]), labels=LABEL), "is not a readable array"),
        (zipped({"images.npy": head_says((10**9, 28, 28)), "labels.npy": b""}), "is not a readable array"),
        (zipped({"images.npy": head_says((-1, 28, 28)), "labels.npy": b""}), "is not a readable array"),
        (zipped({"images.npy": b"\x93NUMPY\x09\x00" + b"x" * 99, "labels.npy": b""}), "is not a readable array"),
    ],
)
def test_arrays_of_something_else_are_told_in_a_sentence(content, message):
    with pytest.raises(BundleRejected, match=message):
        from_file(content, "theirs.npz")


def test_a_pickle_in_an_array_is_never_opened(tmp_path):
    class Harm:
        def __reduce__(self):
            return open, (str(tmp_path / "harm"), "w")

    with pytest.raises(BundleRejected, match="without objects"):
        from_file(saved(images=np.array([Harm()], object), labels=LABEL), "theirs.npz")
    assert not (tmp_path / "harm").exists()


def test_too_large_a_file_and_one_of_another_kind_are_rejected():
    with pytest.raises(BundleRejected, match="20 MB are allowed"):
        from_file(b"\0" * (bundles.MAX_FILE_SIZE + 1), "theirs.zip")
    with pytest.raises(BundleRejected, match=r"not a .zip or .npz file"):
        from_file(b"x", "theirs.tar")
    many = saved(
        images=np.ones((bundles.MAX_COUNT + 1, 28, 28), np.uint8), labels=np.zeros(bundles.MAX_COUNT + 1, np.uint8)
    )
    with pytest.raises(BundleRejected, match="holds 5,001 digits"):
        from_file(many, "theirs.npz")


def test_keras_reads_the_unpacked_folders_with_their_labels(some, tmp_path):
    import keras

    images, labels = some
    with zipfile.ZipFile(io.BytesIO(to_zip(images, labels, [f"{number:06}" for number in range(30)]))) as archive:
        archive.extractall(tmp_path)
    read = keras.utils.image_dataset_from_directory(
        tmp_path, color_mode="grayscale", image_size=(28, 28), batch_size=30, shuffle=False, verbose=False
    )
    (batch, known) = next(iter(read))
    order = np.argsort(labels, kind="stable")
    assert read.class_names == list("0123456789")
    assert np.array_equal(known, labels[order])
    assert np.array_equal(batch[..., 0], images[order].astype(np.float32))
