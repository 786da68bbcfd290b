import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks.calibration import entropy
from digitlab.networks.recognition import Recogniser
from digitlab.synthesis import handwriting


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
    singly = np.concatenate([recogniser.probabilities(digits.x_test[i : i + 1]) for i in range(8)])
    assert np.array_equal(many, singly)
    assert recogniser.probabilities(digits.x_test[:0]).shape == (0, 10)


def test_many_digits_that_cores_share_are_read_in_their_order(recogniser, digits):
    many = digits.x_test[:41]
    alone = [recogniser.probabilities(image[np.newaxis])[0] for image in many]
    assert np.array_equal(recogniser.probabilities(many), alone)


def test_threads_that_read_at_once_get_what_they_get_alone(recogniser, digits):
    """Four threads, each with digits of its own, alone and several at once."""
    expected = recogniser.probabilities(digits.x_test[:82])
    start, wrong = threading.Barrier(4, timeout=30), []

    def read(first):
        start.wait()
        for i in range(first, 80, 4):
            if recogniser.read_digit(digits.x_test[i]).digit != expected[i].argmax():
                wrong.append(i)
            if not np.array_equal(recogniser.probabilities(digits.x_test[i : i + 3]), expected[i : i + 3]):
                wrong.append(i)

    threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the kernel does not say how much memory is held")
def test_reading_again_and_again_holds_no_more_memory(ready_made, stroke):
    """`benchmarks/reading.py` reads 100,000 times."""

    def held():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    network = Recogniser.load(ready_made / "tutorial.keras")
    before = 0
    for number in range(4000):
        network.read(stroke)
        if number == 1000:
            before = held()
    assert held() - before < 2 * 2**20


def test_a_missing_network_is_said_to_be_missing(tmp_path):
    with pytest.raises(ModelNotFound, match=r"gone\.tflite"):
        Recogniser.load(tmp_path / "gone.keras")


@pytest.mark.parametrize("cut", [0, 10, 100_000])
def test_a_damaged_file_is_rejected(tmp_path, ready_made, cut):
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


def test_a_cards_limits_decide_what_is_confident_and_a_digit(tmp_path, ready_made, digits):
    shutil.copy(ready_made / "tutorial.tflite", tmp_path)
    card = tmp_path / "tutorial.json"
    card.write_text('{"certainty": {"sure_from": 1.0, "digit_up_to": 2.3}}')
    strict = Recogniser.load(tmp_path / "tutorial.keras").read_digit(digits.x_test[8])
    assert (strict.is_sure, strict.is_digit) == (False, True)
    card.write_text('{"certainty": {"sure_from": 0.5, "digit_up_to": 0.0}}')
    blind = Recogniser.load(tmp_path / "tutorial.keras").read_digit(digits.x_test[8])
    assert (blind.is_sure, blind.is_digit) == (False, False)
    assert blind.digit == strict.digit


def scribble(seed):
    rng = np.random.default_rng(seed)
    return rgba(handwriting.draw([rng.uniform(0, 1, (40, 2))], 8))


def rgba(ink):
    return np.dstack([ink, ink, ink, np.full_like(ink, 255)])


def test_scribbles_dots_and_letters_are_no_digits_by_default(recogniser):
    dot = np.zeros((280, 280), np.uint8)
    dot[130:150, 130:150] = 255
    images, _ = handwriting.non_digits(300, seed=77)
    caught = entropy(recogniser.probabilities(images)) > recogniser.calibration.max_entropy
    assert caught.mean() > 0.9
    assert not recogniser.read(rgba(dot)).is_digit
    assert sum(not recogniser.read(scribble(seed)).is_digit for seed in range(20)) >= 18


def test_the_default_network_calls_few_digits_none(recogniser, digits):
    readings = [recogniser.read_digit(image) for image in digits.x_train[:1000]]
    assert sum(not reading.is_digit for reading in readings) <= 10


def test_the_pen_does_not_matter(recogniser):
    seven = [np.array([[0.1, 0.0], [0.9, 0.0], [0.35, 1.0]])]
    for width in (3, 8, 20, 40):
        reading = recogniser.read(rgba(handwriting.draw(seven, width)))
        assert (reading.digit, reading.is_sure) == (7, True), width


def test_reading_takes_little_time(recogniser, digits):
    recogniser.read_digit(digits.x_test[0])
    seconds, computed = [], []
    for image in digits.x_test[:50]:
        started, cpu = time.perf_counter(), time.thread_time()
        recogniser.read_digit(image)
        seconds.append(time.perf_counter() - started)
        computed.append(time.thread_time() - cpu)
    assert np.percentile(computed, 90) < 0.01  # 3 ms is promised; a slow machine is allowed more
    assert min(seconds) < 0.01  # nor does it wait for anything, but where others take this processor


@pytest.mark.parametrize("side", [28, 32, 64, 280])
@pytest.mark.parametrize("pen", [3, 4, 8, 16])
def test_grey_and_thin_lines_on_white_are_read(recogniser, side, pen):
    """Every grey from black to pale, a pen of so many pixels at 280 x 280, and pictures made smaller after drawing."""
    seven = np.int32([[(340, 300), (800, 300), (520, 860)]])
    large = cv2.polylines(np.zeros((1120, 1120), np.uint8), seven, isClosed=False, color=255, thickness=4 * pen)
    cover = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)[..., np.newaxis] / 255
    misread = []
    for grey in range(0, 201, 8):
        levels = np.round(255 - cover * (255 - grey)).astype(np.uint8)
        picture = np.dstack([levels, levels, levels, np.full((side, side), 255, np.uint8)])
        reading = recogniser.read_number(picture).single
        if reading.digit != 7 or not reading.is_digit:
            misread.append(grey)
    assert not misread
