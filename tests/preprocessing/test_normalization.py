import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitlab.preprocessing import normalization
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.synthesis import handwriting
from digitlab.synthesis.templates import digit_templates


def drawn(size: int, left: int, top: int, *, canvas: int = 320) -> np.ndarray:
    """A seven of `size` pixels, its upper left corner at (left, top), its pen an eighth of its size."""
    image = Image.new("RGBA", (canvas * 4, canvas * 4), "black")
    points = [(left, top), (left + size * 0.8, top), (left + size * 0.3, top + size)]
    ImageDraw.Draw(image).line([(4 * x, 4 * y) for x, y in points], fill="white", width=size // 2, joint="curve")
    return np.asarray(image.resize((canvas, canvas), Image.Resampling.BOX))


def shifted_difference(first: np.ndarray, other: np.ndarray) -> float:
    """The smallest mean difference over shifts of up to a pixel, as a share of full ink."""
    shifts = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    return min(np.abs(np.roll(first.astype(int), s, (0, 1)) - other).sum() / other.sum() for s in shifts)


def test_small_in_a_corner_equals_large_in_the_middle():
    small, large = normalization.normalize(drawn(64, 10, 12)), normalization.normalize(drawn(240, 60, 40))
    assert shifted_difference(small, large) < 0.12


def test_the_longer_side_has_twenty_pixels(stroke):
    rows = np.nonzero(normalization.normalize(stroke).max(axis=1))[0]
    assert rows[-1] - rows[0] + 1 == 20


def test_the_centre_of_mass_lies_where_mnist_has_it(stroke, digits):
    def centre(images):
        weights = images.sum(axis=(1, 2), dtype=float)
        return [(images.sum(axis=axis, dtype=float) @ np.arange(28) / weights).mean() for axis in (1, 2)]

    assert centre(digits.x_train[:2000]) == pytest.approx([normalization.CENTRE, normalization.CENTRE], abs=0.15)
    assert centre(normalization.normalize(stroke)[np.newaxis]) == pytest.approx(
        [normalization.CENTRE, normalization.CENTRE], abs=0.5
    )


def test_nothing_drawn_is_no_digit():
    blank = np.zeros((300, 300, 4), np.uint8)
    assert normalization.normalize(blank) is None
    blank[..., 3] = 255
    assert normalization.normalize(blank) is None
    assert normalization.normalize(np.full((50, 40, 4), 255, np.uint8)) is None


def test_polarity_and_transparency_do_not_matter(stroke):
    expected = normalization.normalize(stroke)
    on_white = stroke.copy()
    on_white[..., :3] = 255 - on_white[..., :3]
    on_nothing = np.dstack([np.zeros_like(stroke[..., :3]), stroke[..., 0]])
    assert np.array_equal(normalization.normalize(on_white), expected)
    assert np.array_equal(normalization.normalize(on_nothing), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 1000)])
def test_odd_sizes_are_read_without_an_error(shape):
    drawing = np.zeros((*shape, 4), np.uint8)
    drawing[shape[0] // 2, shape[1] // 2] = 255
    result = normalization.normalize(drawing)
    assert result is None or result.shape == (28, 28)


@pytest.mark.parametrize(("side", "value"), [(320, 60), (1024, 255)])
def test_specks_that_vanish_when_made_small_are_no_digit(side, value):
    drawing = np.zeros((side, side, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[[3, -4], [3, -4], :3] = value
    assert normalization.normalize(drawing) is None


def test_ink_at_the_very_edge_stays_inside():
    drawing = np.zeros((320, 320, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[:, :10, :3] = 255
    drawing[-10:, :, :3] = 255
    digit = normalization.normalize(drawing)
    assert np.count_nonzero(digit.max(axis=0)) == np.count_nonzero(digit.max(axis=1)) == 20


@pytest.mark.parametrize("drawing", [np.zeros((28, 28), np.uint8), np.zeros((9, 9, 4)), np.zeros((0, 9, 4), np.uint8)])
def test_another_shape_or_dtype_is_rejected(drawing):
    with pytest.raises(ValueError, match="uint8"):
        normalization.normalize(drawing)


def test_the_width_of_the_pen_is_taken_out(digits):
    def with_pen(width: int) -> np.ndarray:
        return normalization.normalize_ink(handwriting.draw([np.array([[0.2, 0.0], [0.8, 0.0], [0.4, 1.0]])], width))

    usual = with_pen(16)
    for width in (3, 8, 30, 45):
        assert shifted_difference(with_pen(width), usual) < 0.2, width
    widths = usual[10].astype(float).sum() / 255  # a slanted line is cut a little wider than it is
    assert widths == pytest.approx(normalization.PEN, abs=0.6)


def test_thick_ink_that_nearly_closes_a_loop_shows_it_again():
    angles = np.linspace(0, 2 * np.pi, 60)
    ring = handwriting.draw([np.stack([0.3 * np.cos(angles), 0.5 * np.sin(angles)], axis=1)], 58)
    digit = normalization.normalize_ink(ring)
    middle = digit[digit.shape[0] // 2]
    inside = middle[11:18]
    assert inside.min() < 40 < 200 < middle.max()


def path_kept(strokes: list[np.ndarray], width: float) -> float:
    """Which share of the path of the pen's middle is ink once the drawing is normalized; not for a bare stick."""
    digit = normalization.normalize_ink(handwriting.draw(strokes, width))
    rows, columns = np.nonzero(digit > normalization.MIN_INK)
    first, size = np.array([columns.min(), rows.min()]), np.array([np.ptp(columns), np.ptp(rows)]) + 1
    path = np.concatenate(strokes)
    places = (path - path.min(axis=0)) / np.ptp(path, axis=0)
    x, y = (first + normalization.PEN / 2 + places * (size - normalization.PEN)).astype(int).T
    return float((digit[y, x] > normalization.MIN_INK).mean())


@pytest.mark.parametrize("width", [40, 50])
def test_thick_strokes_that_flow_together_are_not_eroded_away(width):
    digits = [template for template in digit_templates() if not template.is_rare and template.digit != 1]
    kept = [path_kept([handwriting.curve(stroke) for stroke in template.strokes], width) for template in digits]
    assert len(kept) > 100
    assert min(kept) > 0.85


@pytest.mark.parametrize(
    "corners",
    [
        [(70, 20), (130, 20), (130, 180), (70, 180)],  # a one
        [(40, 20), (160, 20), (160, 180), (115, 180), (115, 65), (40, 65)],  # a seven
        [(40, 60), (85, 20), (130, 20), (130, 180), (85, 180), (85, 70), (60, 85)],  # a one with a flag
    ],
)
def test_thick_strokes_with_sharp_corners_get_the_usual_width(corners):
    ink = cv2.fillPoly(np.zeros((200, 200), np.uint8), [np.array(corners)], (255,), cv2.LINE_AA)
    digit = normalization.normalize_ink(ink)
    assert digit[18].astype(float).sum() / 255 == pytest.approx(normalization.PEN, abs=0.6)  # through the stem


def test_a_line_of_one_pixel_in_a_large_picture_does_not_vanish():
    large = np.zeros((1024, 1024), np.uint8)
    large[100:900, 500] = 255
    large[100, 300:500] = 255
    digit = normalization.normalize_ink(large)
    assert (digit.max(axis=1) > 150).sum() >= 19


def test_the_steps_end_at_the_digit_and_each_does_something():
    drawing = drawn(100, 20, 30)
    steps = normalization.steps(extract_foreground(drawing))
    assert [step.name for step in steps] == ["crop", "thickness", "scale", "centre"]
    digit = normalization.normalize(drawing)
    assert np.array_equal(steps[-1].picture, digit)
    assert max(steps[2].picture.shape) == 20
    for step in steps:
        assert step.without.shape == (28, 28)
        assert not np.array_equal(step.without, digit), step.name


@pytest.mark.parametrize("size", range(3, 60, 4))
def test_a_dot_of_any_size_is_a_blob(size):
    down, right = np.mgrid[:90, :90]
    dot = np.asarray(255 * np.clip(size / 2 + 0.5 - np.hypot(down - 45, right - 45), 0, 1), np.uint8)
    assert normalization.is_blob(normalization.normalize_ink(dot))


def test_no_digit_is_a_blob(digits):
    assert not any(normalization.is_blob(image) for image in digits.x_train[:3000])
    assert not normalization.is_blob(np.zeros((28, 28), np.uint8))


def test_nothing_drawn_has_no_steps():
    assert normalization.steps(np.zeros((300, 200), np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (700, 90)])
def test_steps_of_odd_sizes_are_shown_without_an_error(shape):
    field = np.zeros(shape, np.uint8)
    field[: shape[0] // 2 + 1, : shape[1] // 2 + 1] = 255
    assert all(step.without.shape == (28, 28) for step in normalization.steps(field))
