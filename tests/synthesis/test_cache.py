import io

import numpy as np
import pytest

from digitlab.synthesis import cache, handwriting


def test_all_digits_are_about_as_many_and_some_are_no_digits():
    images, labels = cache.digits()
    assert images.shape == (3000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert np.bincount(labels, minlength=10).min() > 230
    assert images.reshape(3000, -1).max(axis=1).min() > 100
    drawings, labels = cache.non_digits()
    assert drawings.shape == (1000, 28, 28)
    assert set(labels.tolist()) == {handwriting.NO_DIGIT}


def test_the_file_is_what_would_be_written_today():
    """All of it: a single template that was changed may be behind a handful of pictures."""
    today = cache.generate()
    assert (today["labels"] == cache.digits()[1]).all()
    for now, kept in ((today["digits"], cache.digits()[0]), (today["others"], cache.non_digits()[0])):
        differences = np.abs(now.astype(int) - kept).mean(axis=(1, 2))
        assert differences.max() < 1, "run scripts/build_synthetic.py"  # other processors may round a pixel otherwise


def an_array(_content: bytes) -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def other_shapes(_content: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, digits=np.zeros((5, 28, 28), np.float32), labels=np.zeros(9), others=np.zeros((1, 28, 28)))
    return file.getvalue()


def encrypted(content: bytes) -> bytes:
    start = content.index(b"PK\x01\x02")  # the archive's directory: its first entry says that it is encrypted
    return content[: start + 8] + b"\x01" + content[start + 9 :]


@pytest.mark.parametrize(
    "damage", [None, lambda _: b"", lambda _: b"no archive", lambda c: c[:300_000], an_array, other_shapes, encrypted]
)
def test_without_a_sound_file_they_are_written_again(tmp_path, monkeypatch, damage):
    sound = cache.PATH.read_bytes()
    monkeypatch.setattr(cache, "_DIGITS", 50)
    monkeypatch.setattr(cache, "_NON_DIGITS", 20)
    expected = cache.generate()
    if damage is not None:
        (tmp_path / "written.npz").write_bytes(damage(sound))
    images, labels = cache.digits(tmp_path / "written.npz")
    assert (images == expected["digits"]).all()
    assert (labels == expected["labels"]).all()
    assert (cache.non_digits(tmp_path / "written.npz")[0] == expected["others"]).all()


def test_nobody_can_change_them_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        cache.digits()[0][0, 0, 0] = 1
