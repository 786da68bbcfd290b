import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitlab.segmentation.segments import Segment, find_segments, single_sign

ZERO = [[(0, 30), (10, 5), (25, 0), (40, 5), (50, 30), (50, 70), (40, 95), (25, 100), (10, 95), (0, 70), (0, 30)]]
ONE = [[(0, 25), (20, 0), (20, 100)], [(0, 100), (40, 100)]]
FOUR = [[(0, 0), (0, 55), (60, 55)], [(45, 10), (45, 100)]]
FIVE = [[(0, 12), (0, 45), (40, 50), (50, 75), (35, 100), (0, 95)], [(2, 0), (50, 0)]]
FLYING_FIVE = [[(0, 30), (0, 50), (40, 50), (50, 75), (35, 100), (0, 95)], [(0, 0), (55, 0)]]
SEVEN = [[(0, 0), (55, 0), (20, 100)], [(10, 50), (55, 50)]]
DIAMOND = [[(25, 0), (50, 50), (25, 100), (0, 50), (25, 0)]]
LEANING = [[(40, 0), (0, 100)]]


def drawn(*digits, pen: int = 8, size: tuple[int, int] = (600, 200)) -> np.ndarray:
    """Ink of digits, each (strokes, x): the left end of a digit 100 pixels tall."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    for strokes, x in digits:
        for stroke in strokes:
            points = [(x + a, b + 40) for a, b in stroke]
            draw.line(points, fill=255, width=pen, joint="curve")
            for a, b in points:
                draw.ellipse([a - pen / 2, b - pen / 2, a + pen / 2, b + pen / 2], fill=255)
    return np.asarray(image)


def likeliest(found: list[Segment]) -> list[Segment]:
    """The best way through the pieces by geometry alone."""
    best = {0: (0.0, [])}
    for last in range(max(piece.last for piece in found) + 1):
        ways = [(best[p.first][0] + p.log_prior, [*best[p.first][1], p]) for p in found if p.last == last]
        best[last + 1] = max(ways, key=lambda way: way[0])
    return best[max(best)][1]


@pytest.mark.parametrize("digit", [ZERO, ONE, FOUR, FIVE, FLYING_FIVE, SEVEN, LEANING])
@pytest.mark.parametrize("pen", [5, 9, 14])
def test_one_digit_in_one_or_two_strokes_is_likeliest_one(digit, pen):
    ink = drawn((digit, 100), pen=pen)
    (piece,) = likeliest(find_segments(ink))
    rows, columns = np.nonzero(ink)
    assert piece.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    # The gap between a five and its hat is bridged.
    assert (piece.ink >= ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]).all()


def test_digits_that_stand_apart_come_in_order():
    found = likeliest(find_segments(drawn((SEVEN, 330), (ZERO, 40), (FLYING_FIVE, 230), (ONE, 140))))
    assert [piece.box[0] // 50 for piece in found] == [0, 2, 4, 6]


def test_leaning_digits_whose_boxes_overlap_stay_apart():
    found = likeliest(find_segments(drawn((LEANING, 50), (LEANING, 80), (LEANING, 110))))
    assert [piece.box[0] for piece in found] == [46, 76, 106]
    assert all(piece.ink[0].any() and piece.ink[-1].any() for piece in found)


def test_touching_digits_can_be_parted_where_they_touch():
    ink = drawn((DIAMOND, 50), (DIAMOND, 101))
    ways = [piece for piece in find_segments(ink) if abs(piece.box[2] - 101) <= 8 and piece.first == 0]
    assert ways
    assert [piece for piece in find_segments(ink) if piece.first == ways[0].last + 1 and piece.box[2] >= 150]


def test_segments_know_whether_they_were_cut_from_other_ink():
    cut = find_segments(drawn((DIAMOND, 50), (DIAMOND, 101)))
    assert [piece.is_cut for piece in cut if piece.last < cut[-1].last or piece.first > 0] == [True] * (len(cut) - 1)
    assert [piece.is_cut for piece in cut if piece.first == 0 and piece.last == cut[-1].last] == [False]
    assert not any(piece.is_cut for piece in likeliest(find_segments(drawn((SEVEN, 50), (ONE, 130)))))


def test_no_ink_is_lost_and_none_is_in_two_atoms():
    ink = drawn((ZERO, 50), (SEVEN, 104), (FOUR, 160))
    atoms = [piece for piece in find_segments(ink) if piece.first == piece.last]
    together = np.zeros(ink.shape, int)
    for atom in atoms:
        left, top, right, bottom = atom.box
        together[top:bottom, left:right] += atom.ink
    assert np.array_equal(together, ink)


def test_a_speck_beside_the_writing_is_left_out():
    ink = drawn((ZERO, 50), (ONE, 150)).copy()
    ink[20:24, 300:304] = 255
    assert max(piece.box[2] for piece in find_segments(ink)) < 250


def test_lines_under_the_writing_are_left_out():
    ink = drawn((ZERO, 50), (SEVEN, 150)).copy()
    whole = likeliest(find_segments(ink))
    bottom = np.flatnonzero(ink.any(axis=1))[-1]
    for gap in (14, 26):
        ink[bottom + gap : bottom + gap + 6, 30:240] = 255
    assert [segment.box for segment in likeliest(find_segments(ink))] == [segment.box for segment in whole]


def test_a_circle_around_the_writing_is_left_out():
    ink = drawn((SEVEN, 100), size=(300, 200)).copy()
    boxes = [segment.box for segment in find_segments(ink)]
    rows, columns = np.mgrid[:200, :300]
    ink[np.abs(np.hypot(rows - 95, columns - 125) - 88) < 3] = 255
    assert [segment.box for segment in find_segments(ink)] == boxes


def test_the_size_of_the_writing_does_not_matter():
    ink = drawn((ZERO, 50), (SEVEN, 104), (FOUR, 220))
    large = np.kron(ink, np.ones((3, 3), np.uint8))
    boxes = [np.array([piece.box for piece in likeliest(find_segments(picture))]) for picture in (ink, large)]
    assert len(boxes[0]) == len(boxes[1])
    assert np.abs(boxes[0] * 3 - boxes[1]).max() <= 12


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (40, 40)])
def test_no_ink_has_no_pieces_and_full_ink_has_some(shape):
    assert find_segments(np.zeros(shape, np.uint8)) == []
    assert find_segments(np.full(shape, 255, np.uint8))


def test_a_dot_alone_is_a_piece():
    ink = np.zeros((100, 100), np.uint8)
    ink[50:54, 50:54] = 255
    assert [piece.box for piece in find_segments(ink)] == [(50, 50, 54, 54)]


def test_noise_and_scribbles_give_a_bounded_number_of_pieces():
    rng = np.random.default_rng(1)
    dust = np.asarray(255 * (rng.random((700, 1000)) < 0.1), np.uint8)
    scribble = Image.new("L", (1000, 300))
    ImageDraw.Draw(scribble).line([tuple(p) for p in rng.uniform(0, (1000, 300), (150, 2))], fill=255, width=9)
    assert len(find_segments(dust)) < 400
    assert len(find_segments(np.asarray(scribble))) < 400


@pytest.mark.parametrize("bad", [np.zeros((5, 5)), np.zeros((5, 5, 4), np.uint8), np.zeros(5, np.uint8)])
def test_other_arrays_are_rejected(bad):
    with pytest.raises(ValueError, match="Ink must be uint8"):
        find_segments(bad)


def test_a_face_is_one_sign_and_digits_side_by_side_are_none():
    head = [[(50 + 50 * np.cos(turn), 50 + 50 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 25)]]
    eyes, mouth = [[(30, 35), (32, 40)], [(70, 35), (68, 40)]], [[(28, 65), (50, 80), (72, 65)]]
    face = drawn(([*head, *eyes, *mouth], 100))
    whole = single_sign(face)
    assert np.array_equal(whole.ink, face[whole.box[1] : whole.box[3], whole.box[0] : whole.box[2]])
    assert single_sign(drawn((ONE, 100), (SEVEN, 150))) is None
    assert single_sign(np.zeros((50, 50), np.uint8)) is None
