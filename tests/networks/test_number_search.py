from itertools import pairwise

import cv2
import numpy as np
import pytest

from digitlab.networks.number_search import find_digits, most_likely_path
from digitlab.networks.reading import Reading
from digitlab.networks.recognition import Recogniser
from digitlab.segmentation.segments import Segment
from digitlab.synthesis import handwriting
from digitlab.synthesis.templates import digit_templates


@pytest.fixture(scope="module")
def network(ready_made) -> Recogniser:
    return Recogniser.load(ready_made / "convolutional.keras")


@pytest.fixture(scope="module")
def handwriting_network() -> Recogniser:
    return Recogniser.load()


def enlarged(digit: np.ndarray, scale: int = 6) -> np.ndarray:
    """An MNIST digit's ink, cut out and made larger with soft edges."""
    rows, columns = np.nonzero(digit.max(axis=1) > 48)[0], np.nonzero(digit.max(axis=0) > 48)[0]
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    for axis in (0, 1):
        place = np.arange(cut.shape[axis] * scale) / scale
        cut = np.apply_along_axis(lambda line, at=place: np.interp(at, np.arange(len(line)), line), axis, cut)
    return np.asarray(cut, np.uint8)


def number(text: str, digits, gap: int, skip: int = 0) -> np.ndarray:
    """The ink of MNIST test digits in a line, `gap` pixels apart; a digit is 120 pixels tall."""
    line, right = np.zeros((200, 20 + len(text) * 200), np.uint8), 20
    for k, sign in enumerate(text):
        nth = np.nonzero(digits.y_test == int(sign))[0][skip + text[:k].count(sign)]
        digit = enlarged(digits.x_test[nth])
        part = line[160 - len(digit) : 160, right : right + digit.shape[1]]
        np.maximum(part, digit, out=part)
        right += digit.shape[1] + gap
    return line


class Answering:
    """A network that answers by a function."""

    def __init__(self, probabilities) -> None:
        self.probabilities = probabilities

    def interpret(self, image, probabilities) -> Reading:
        return Reading(int(probabilities.argmax()), tuple(probabilities.tolist()), True, image, True)


def read(line: np.ndarray, network: Recogniser) -> str:
    return "".join(str(part.reading.digit) for part in find_digits(line, network))


@pytest.mark.parametrize("text", ["2026", "31", "90817", "45", "777"])
def test_a_number_is_read_digit_by_digit(text, digits, network):
    assert read(number(text, digits, 20), network) == text


def test_each_digit_has_its_box_and_its_probabilities(digits, network):
    line = number("2026", digits, 20)
    parts = find_digits(line, network)
    assert all(previous.box[2] < following.box[0] for previous, following in pairwise(parts))
    for part in parts:
        left, top, right, bottom = part.box
        assert line[top:bottom, left:right].any()
        assert part.reading.probabilities[part.reading.digit] == max(part.reading.probabilities)
        assert part.reading.image.shape == (28, 28)


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_stays_one(digit, digits, network):
    for skip in range(8):
        assert len(find_digits(number(str(digit), digits, 0, skip), network)) == 1


def test_the_network_reads_only_what_may_be_on_the_best_path(digits, network):
    asked = []

    def counted(images):
        asked.append(len(images))
        return network.probabilities(images)

    find_digits(number("2026", digits, 20), Answering(counted))
    assert sum(asked) <= 6


def touching(line):
    """Two rings, side by side with common ink."""
    down, right = np.mgrid[:200, :400]
    for middle in (100, 176):
        ring = np.hypot((right - middle) / 40, (down - 100) / 60)
        line[(ring > 0.8) & (ring < 1)] = 255
    return line


def test_touching_digits_are_cut_where_the_network_knows_both():
    def only_rings(images):
        """Sure of a zero as narrow as the two rings are, and of nothing else."""
        answers = np.full((len(images), 10), 0.1, np.float32)
        for answer, image in zip(answers, images, strict=True):
            columns = np.nonzero(image.max(axis=0) > 48)[0]
            if columns[-1] - columns[0] + 1 <= 14 and image[12:16, 13:15].max() < 48:
                answer[:] = [0.99, *[0.01 / 9] * 9]
        return answers

    parts = find_digits(touching(np.zeros((200, 400), np.uint8)), Answering(only_rings))
    assert [part.reading.digit for part in parts] == [0, 0]
    assert parts[0].box[2] == pytest.approx(138, abs=8)


def broken(strokes, at: float, pen: int) -> np.ndarray:
    """Ink of a template whose longest stroke has a gap of 8 % of its height, at a share of its length."""
    curves = [handwriting.curve(stroke) for stroke in strokes]
    ways = [np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))]) for curve in curves]
    k = max(range(len(curves)), key=lambda k: ways[k][-1])
    middle, half = at * ways[k][-1], (0.08 + pen / 120) / 2
    halves = [curves[k][ways[k] <= middle - half], curves[k][ways[k] >= middle + half]]
    return np.pad(handwriting.draw([*curves[:k], *halves, *curves[k + 1 :]], pen), 40)


def drawn(name: str, pen: int) -> np.ndarray:
    """Ink of a template without a margin."""
    (template,) = [template for template in digit_templates() if template.name == name]
    ink = handwriting.draw([handwriting.curve(stroke) for stroke in template.strokes], pen)
    rows, columns = np.nonzero(ink > 48)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("one, bare and slanted", 0.6),
        ("two, flat base", 0.45),
        ("two, large loop", 0.45),
        ("three, wide", 0.6),
        ("four, open, arms apart", 0.45),
        ("four, short stem", 0.45),
        ("four, one stroke over the stem", 0.3),
        ("five, one stroke", 0.45),
        ("five, hat overshooting", 0.3),
        ("six, open loop", 0.3),
        ("seven, low bar", 0.75),
        ("seven, serif", 0.75),
        ("nine, stem apart", 0.6),
        ("nine, stem leaning back", 0.75),
    ],
)
@pytest.mark.parametrize("pen", [8, 14])
def test_a_digit_with_a_gap_in_a_stroke_is_one(handwriting_network, name, at, pen):
    (template,) = [template for template in digit_templates() if template.name == name]
    assert read(broken(template.strokes, at, pen), handwriting_network) == str(template.digit)


def long_foot(length: float) -> list[np.ndarray]:
    head = handwriting.curve(np.array([[0.0, 0.25], [0.2, 0.0], [0.5, 0.2], [0.3, 0.6], [0.0, 0.97]]))
    return [np.concatenate([head, [[length, 1.0]]])]


FOURS_OF_THREE_STROKES = [
    [[(0.15, 0), (0, 0.5)], [(0, 0.62), (0.6, 0.62)], [(0.45, 0.25), (0.45, 1)]],
    [[(0.1, 0), (0, 0.55), (0.2, 0.55)], [(0.31, 0.55), (0.6, 0.55)], [(0.5, 0.1), (0.5, 1)]],
]
SEVEN_WHOSE_BAR_IS_APART = [[(0, 0), (0.55, 0), (0.2, 1)], [(0.5, 0.52), (0.75, 0.5)]]
ZERO_WITH_A_GAP = [[(0.4 * np.cos(turn), 0.5 * np.sin(turn)) for turn in np.linspace(0.9, 2 * np.pi + 0.7, 40)]]


@pytest.mark.parametrize(
    ("strokes", "digit"),
    [
        *((long_foot(length), "2") for length in (0.7, 0.9, 1.1)),
        *((strokes, "4") for strokes in FOURS_OF_THREE_STROKES),
        (SEVEN_WHOSE_BAR_IS_APART, "7"),
        (ZERO_WITH_A_GAP, "0"),
    ],
)
@pytest.mark.parametrize("pen", [6, 10])
def test_long_feet_and_strokes_apart_belong_to_one_digit(handwriting_network, strokes, digit, pen):
    ink = np.pad(handwriting.draw([np.array(stroke, float) for stroke in strokes], pen), 40)
    assert read(ink, handwriting_network) == digit


def test_no_ink_has_no_digits(network):
    assert find_digits(np.zeros((50, 80), np.uint8), network) == []


def test_a_dot_is_at_most_one_part(network):
    line = np.zeros((100, 100), np.uint8)
    line[50:55, 50:55] = 255
    assert len(find_digits(line, network)) <= 1


def certain_of(digit: int, share: float, *, is_slim: bool) -> Answering:
    """A network that is certain by so much that what is slim, or else what is not, is a digit, and of nothing else."""

    def probabilities(images):
        answers = np.full((len(images), 10), 0.1, np.float32)
        found = [((image.max(axis=0) > 48).sum() <= 14) == is_slim for image in images]
        answers[found] = (1 - share) / 9
        answers[found, digit] = share
        return answers

    return Answering(probabilities)


def inked(*strokes) -> np.ndarray:
    return np.pad(handwriting.draw([np.array(stroke, float) for stroke in strokes], 10), 40)


V = [(0, 0), (0.4, 1), (0.8, 0)]


def test_a_sign_is_cut_where_all_digits_are_clear_never_surely():
    assert len(find_digits(inked(V), certain_of(6, 0.9, is_slim=True))) == 1
    halves = find_digits(inked(V), certain_of(6, 0.99, is_slim=True))
    assert [(half.reading.digit, half.reading.is_sure) for half in halves] == [(6, False), (6, False)]


@pytest.mark.parametrize(("digit", "is_sure"), [(1, False), (7, False), (6, True), (8, True)])
def test_a_stroke_cut_from_other_ink_is_no_sure_digit(digit, is_sure):
    halves = find_digits(touching(np.zeros((200, 400), np.uint8)), certain_of(digit, 0.99, is_slim=True))
    assert [(half.reading.digit, half.reading.is_sure) for half in halves] == [(digit, is_sure)] * 2


def test_an_eight_that_was_cut_from_a_bold_x_is_never_sure():
    line = np.zeros((200, 300), np.uint8)
    for ends in (((70, 60), (210, 140)), ((90, 140), (230, 60))):
        cv2.line(line, *ends, (255,), 40)
    digits = find_digits(line, Answering(lambda images: np.tile(np.eye(10, dtype=np.float32)[8], (len(images), 1))))
    assert len(digits) == 2
    assert not any(digit.reading.is_sure for digit in digits)


@pytest.mark.parametrize(("share", "is_sure"), [(0.85, False), (0.95, True)])
def test_what_could_be_cut_needs_more_certainty_to_be_one(share, is_sure):
    (digit,) = find_digits(inked(V), certain_of(4, share, is_slim=False))
    assert (digit.reading.digit, digit.reading.is_sure) == (4, is_sure)


@pytest.mark.parametrize(("sure", "shown"), [(1, 0), (2, 2), (4, 4)])
def test_no_sign_of_a_row_that_looks_like_text_is_sure(sure, shown):
    line = np.zeros((200, 500), np.uint8)
    for left in range(30, 490, 120):
        line[40:160, left : left + 12] = 255
    shares = np.full((4, 10), 0.05, np.float32)
    shares[:, 1] = 0.55
    shares[:sure] = np.eye(10)[1]

    class Doubtful(Answering):
        def interpret(self, image, probabilities) -> Reading:
            return Reading(1, tuple(probabilities.tolist()), bool(probabilities[1] > 0.9), image, True)

    digits = find_digits(line, Doubtful(lambda images: shares[: len(images)]))
    assert len(digits) == 4
    assert sum(digit.reading.is_sure for digit in digits) == shown


@pytest.mark.parametrize(("pieces", "is_sure"), [(2, True), (8, False)])
def test_very_many_pieces_are_no_sure_digit(pieces, is_sure):
    sign = np.zeros((280, 280), np.uint8)
    for piece in range(pieces):
        top = 40 + piece * 200 // pieces
        sign[top : top + 120 // pieces, 100:180] = 255
    (digit,) = find_digits(sign, Answering(lambda images: np.tile(np.eye(10, dtype=np.float32)[6], (len(images), 1))))
    assert digit.reading.is_sure is is_sure


@pytest.mark.parametrize("other", ["one, bare and bowed", "one, bare and slanted backward"])
@pytest.mark.parametrize("overlap", [1, 3, 8])
def test_two_strokes_that_touch_are_two_ones(handwriting_network, other, overlap):
    left, right = (drawn(name, pen=14) for name in ("one, bare", other))
    line = np.zeros((220, 300), np.uint8)
    line[40 : 40 + left.shape[0], 40 : 40 + left.shape[1]] = left
    start = 40 + left.shape[1] - overlap
    place = line[40 : 40 + right.shape[0], start : start + right.shape[1]]
    np.maximum(place, right, out=place)
    digits = find_digits(line, handwriting_network)
    assert [(digit.reading.digit, digit.reading.is_sure) for digit in digits] == [(1, False), (1, False)]


def test_the_best_path_covers_every_atom_once():
    def segment(first: int, last: int) -> Segment:
        return Segment((0, 0, 1, 1), np.zeros((1, 1), np.uint8), first, last, 0.0)

    lattice = [segment(0, 0), segment(1, 1), segment(2, 2), segment(0, 1), segment(1, 2)]
    assert most_likely_path(lattice, [-1, -1, -1, -1.5, -3]) == [3, 2]
    assert most_likely_path(lattice, [-1, -1, -1, -5, -1.5]) == [0, 4]
    assert most_likely_path(lattice[:2] + lattice[3:4], [-1, -1, -3]) == [0, 1]
    assert most_likely_path([], []) == []


def test_boxes_are_in_pixels_of_the_drawing_however_large_it_is(digits, network):
    line = number("31", digits, 20)
    large = np.kron(line, np.ones((4, 4), np.uint8))
    drawing = np.dstack([large, large, large, np.full_like(large, 255)])
    for part, expected in zip(network.read_number(drawing).digits, find_digits(line, network), strict=True):
        assert part.reading.digit == expected.reading.digit
        assert part.box == pytest.approx([4 * side for side in expected.box], abs=8)


def test_a_letter_is_not_cut_into_digits(network):
    def unsure(images):
        """Sure of a one alone: what stands and is slim."""
        slim = np.array([(image.max(axis=0) > 48).sum() <= 10 for image in images])
        return np.where(slim[:, None], [0.01, 0.91, *[0.01] * 8], 0.1).astype(np.float32)

    v = handwriting.draw([np.array([[0, 0], [0.4, 1], [0.8, 0.0]])], 10)
    field = np.pad(v, ((0, 100), (0, 100)))
    field[-10:-4, -10:-4] = 255  # a stray dot is left out
    (part,) = find_digits(field, Answering(unsure))
    assert max(part.reading.probabilities) == pytest.approx(0.1)
    assert part.box[2] < v.shape[1]
    assert np.array_equal(part.ink[: v.shape[0], : v.shape[1]], v)
    assert not part.ink[-20:, -20:].any()


@pytest.mark.parametrize(("dot", "is_sure"), [(None, True), ((0.25, 1.3), False), ((1.5, 1.3), True)])
def test_what_stands_on_a_dot_is_no_sure_digit(dot, is_sure):
    """A question mark is read as a seven; a full stop beside a digit says nothing."""
    strokes = [[(0, 0), (0.5, 0), (0.25, 1)], *([[dot, dot]] if dot else [])]
    digit, *_others = find_digits(inked(*strokes), certain_of(7, 0.99, is_slim=False))
    assert digit.reading.is_sure is is_sure
