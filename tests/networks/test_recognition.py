import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks.recognition import Recogniser


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


def test_a_drawn_one_is_read_as_one(recogniser, stroke):
    reading = recogniser.read(stroke)
    assert reading.digit == 1
    assert reading.is_sure
    assert len(reading.probabilities) == 10
    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.image.shape == (28, 28)


def test_nothing_drawn_is_no_digit(recogniser):
    reading = recogniser.read(np.zeros((280, 280, 4), np.uint8))
    assert reading.digit is None
    assert not reading.is_sure
    assert sum(reading.probabilities) == pytest.approx(1)


def test_mnist_s_own_digits_are_read(recogniser, digits):
    answers = recogniser.probabilities(digits.x_train[:500]).argmax(axis=1)
    assert (answers == digits.y_train[:500]).mean() > 0.98


def test_one_at_a_time_gives_what_many_at_once_give(recogniser, digits):
    many = recogniser.probabilities(digits.x_test[:8])
    one = np.concatenate([recogniser.probabilities(digits.x_test[i : i + 1]) for i in range(8)])
    assert np.abs(many - one).max() < 1e-5


def test_threads_may_share_a_recogniser(recogniser, digits):
    expected = [recogniser.read_digit(image).probabilities for image in digits.x_test[:40]]
    wrong = []

    def read(start):
        for i in range(start, 40, 4):
            recogniser.probabilities(digits.x_test[: start + 1])  # another size in between
            if recogniser.read_digit(digits.x_test[i]).probabilities != pytest.approx(expected[i], abs=1e-5):
                wrong.append(i)

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_missing_network_is_said_to_be_missing(tmp_path):
    with pytest.raises(ModelNotFound, match=r"gone\.tflite"):
        Recogniser.load(tmp_path / "gone.keras")


@pytest.mark.parametrize("cut", [0, 10, 100_000])
def test_a_damaged_file_is_refused(tmp_path, ready_made, cut):
    path = tmp_path / "cut.tflite"
    path.write_bytes((ready_made / "tutorial.tflite").read_bytes()[:cut])
    with pytest.raises(ModelDamaged):
        Recogniser.load(path)


def test_reading_needs_no_tensorflow_and_no_streamlit(tmp_path, ready_made):
    shutil.copy(ready_made / "tutorial.tflite", tmp_path)
    code = (
        "import sys, numpy\n"
        "from digitlab.networks.recognition import Recogniser\n"
        f"Recogniser.load({str(tmp_path / 'tutorial.keras')!r}).read(numpy.ones((9, 9, 4), numpy.uint8))\n"
        "print([m for m in ('tensorflow', 'keras', 'streamlit') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
