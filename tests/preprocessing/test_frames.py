import cv2
import numpy as np
import pytest
from forms import form, notebook, on_paper, pixels, plot, scanned, small, written

from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.preprocessing.rectangles import find_panels, find_rectangles


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


@pytest.fixture
def text(recogniser):
    """Read a picture as a number."""
    return lambda drawing: recogniser.read_number(drawing).text


def digits(number: str) -> list[list[np.ndarray] | None]:
    """The strokes of each digit, None for a space."""
    return [None if digit == " " else written(int(digit)) for digit in number]


FORMS = {
    "plain": {},
    "250 px": {"cell": (48, 40), "pen": 2.5, "line": 1, "margin": 5, "size": 0.75},
    "tiny": {"cell": (25, 40), "pen": 2, "line": 1, "margin": 5},
    "pale": {"grey": 0.3},
    "thick": {"line": 4},
    "rotated": {"angle": -3, "margin": 40},
    "touching": {"size": 0.97},
    "crossing": {"size": 0.8, "shift": 0.2},
    "large": {"cell": (180, 220), "pen": 14, "line": 3},
}


@pytest.mark.parametrize("form_name", FORMS)
@pytest.mark.parametrize("kind", ["cells", "frame"])
def test_a_row_of_cells_is_read_in_order(text, kind, form_name):
    for number in ("0123", "3 87"):
        drawing = on_paper(form(digits(number), kind=kind, **FORMS[form_name]))
        assert text(drawing) == number.replace(" ", "")


@pytest.mark.parametrize("form_name", [name for name in FORMS if name != "crossing"])
def test_a_comb_field_is_read_in_order(text, form_name):
    for number in ("0123", "3 87"):
        drawing = on_paper(form(digits(number), kind="comb", **FORMS[form_name]))
        assert text(drawing) == number.replace(" ", "")


def test_an_empty_comb_field_holds_nothing(recogniser):
    for line in (1, 2, 4):
        assert recogniser.read_number(on_paper(form([None] * 5, kind="comb", line=line))).digits == ()


@pytest.mark.parametrize("form_name", [name for name in FORMS if name != "crossing"])
def test_boxes_that_stand_apart_are_read_in_order(text, form_name):
    assert text(on_paper(form(digits("4569"), kind="boxes", **FORMS[form_name]))) == "4569"


@pytest.mark.parametrize("line", [2, 4, 6])
def test_cells_with_a_line_each_side_by_side_are_read(text, line):
    cells = [form(digits(number), line=line, margin=line, cell=(70, 80)) for number in "4569"]
    row = np.hstack([cell[:, line // 2 : -line // 2] for cell in cells])
    assert text(on_paper(np.pad(row, 12))) == "4569"


def test_light_cells_on_a_dark_screen_are_read(text):
    assert text(on_paper(form(digits("4569")), paper=(20, 20, 20), ink=(250, 250, 250))) == "4569"


@pytest.mark.parametrize("angle", [0, 1])
def test_cells_on_a_scan_are_read(text, angle):
    assert text(scanned(form(digits("4569"), angle=angle))) == "4569"


@pytest.mark.parametrize("line", [1, 2, 4])
@pytest.mark.parametrize("cells", [1, 5])
@pytest.mark.parametrize("kind", ["cells", "boxes"])
def test_empty_cells_hold_nothing(recogniser, kind, cells, line):
    drawing = on_paper(form([None] * cells, kind=kind, line=line))
    assert recogniser.read_number(drawing).digits == ()


@pytest.mark.parametrize("kind", ["cells", "boxes"])
def test_empty_cells_on_a_scan_hold_nothing(recogniser, kind):
    for cells in (3, 5):
        assert recogniser.read_number(scanned(form([None] * cells, kind=kind))).digits == ()


@pytest.mark.parametrize("darkness", [0.3, 1])
@pytest.mark.parametrize(("side", "start"), [(100, 0), (100, 8), (280, 10)])
@pytest.mark.parametrize("step", [10, 20, 33])
def test_empty_squared_paper_holds_nothing(recogniser, step, side, start, darkness):
    paper = np.zeros((side, side), np.float32)
    paper[start::step] = paper[:, start::step] = darkness
    assert recogniser.read_number(on_paper(paper)).digits == ()
    if start:  # printed in the middle of the page
        paper[:start] = paper[:, :start] = 0
        stop = (side - 2 * start) // step * step + start + 1
        paper[stop:] = paper[:, stop:] = 0
        assert recogniser.read_number(on_paper(paper)).digits == ()


def tilted(dark, angle):
    """Turned about its middle, with white corners."""
    (height, width), centre = dark.shape, (dark.shape[1] / 2, dark.shape[0] / 2)
    return cv2.warpAffine(np.float32(dark), cv2.getRotationMatrix2D(centre, angle, 1), (width, height))


@pytest.mark.parametrize("digit", [None, 4])
@pytest.mark.parametrize("darkness", [0.3, 1])
@pytest.mark.parametrize("angle", [-2, 3])
def test_tilted_squared_paper_with_white_corners_holds_only_ink(text, angle, darkness, digit):
    paper = np.zeros((400, 500), np.float32)
    paper[5::25] = paper[:, 8::25] = darkness
    if digit is not None:
        paper[60:340, 110:390] = np.maximum(
            paper[60:340, 110:390], form([written(digit)], kind="none", cell=(280, 280), pen=14, margin=0)
        )
    assert text(on_paper(tilted(paper, angle))) == ("" if digit is None else str(digit))


@pytest.mark.parametrize("side", [120, 280])
@pytest.mark.parametrize("digit", [0, 4, 7, 9])
def test_a_digit_on_squared_paper_is_read(recogniser, digit, side):
    dark = form([written(digit)], kind="none", cell=(side, side), pen=side / 20, margin=0)
    dark[5 :: side // 14] = 1
    dark[:, 5 :: side // 14] = 1
    assert recogniser.read(on_paper(dark)).digit == digit


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_in_a_frame_is_read(recogniser, digit):
    assert recogniser.read(on_paper(form([written(digit)]))).digit == digit


@pytest.mark.parametrize("digit", [0, 4, 7, None])
def test_a_picture_cut_out_along_a_frame_is_read(recogniser, digit):
    drawing = on_paper(form([written(digit) if digit is not None else None], margin=1, line=2))
    assert recogniser.read(drawing).digit == digit


@pytest.mark.parametrize("line", [1, 3, 5])
def test_a_rectangle_lies_within_the_picture(line):
    for width, height in np.random.default_rng(1).integers(410, 700, (20, 2)):
        ink = np.zeros((height, width), np.uint8)
        cv2.rectangle(ink, (0, 0), (int(width) - 1, int(height) - 1), 255, line)
        rectangles = find_rectangles(ink)
        assert all(rectangle.left >= 0 and rectangle.top >= 0 for rectangle in rectangles)
        find_panels(ink, rectangles)  # without a warning


@pytest.mark.parametrize("cmap", ["viridis", "gray", "gray_r", "jet", "RdBu"])
@pytest.mark.parametrize("digit", [0, 1, 4, 7])
def test_the_digit_of_a_plot_is_read(recogniser, cmap, digit):
    for axes in (True, False):
        reading = recogniser.read(plot([small(digit)], cmap, axes=axes, title=f"Label: {digit}"))
        assert (reading.digit, reading.is_sure) == (digit, True)


@pytest.mark.parametrize("cmap", ["viridis", "gray_r"])
def test_plots_beside_each_other_are_read_in_order(text, cmap):
    assert text(plot([small(4), small(7), small(2)], cmap)) == "472"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("cmap", ["viridis", "gray_r"])
def test_the_plot_in_a_notebook_is_read(text, cmap, dark):
    assert text(notebook(plot([small(4)], cmap, inches=(5.5, 4.2)), dark=dark)) == "4"


@pytest.mark.parametrize("cmap", ["viridis", "gray", "inferno", "gray_r", "hot", "turbo", "RdBu"])
def test_a_plot_cut_out_tightly_in_a_dark_notebook_is_read(text, cmap):
    figure = plot([small(4)], cmap, inches=(5.5, 4.2))
    rows, columns = (np.flatnonzero((figure[..., :3] < 250).any(axis=(axis, 2))) for axis in (1, 0))
    tight = figure[rows[0] - 7 : rows[-1] + 8, columns[0] - 7 : columns[-1] + 8]
    assert text(notebook(tight, dark=True)) == "4"


@pytest.mark.parametrize("cmap", ["viridis", "gray", "gray_r"])
@pytest.mark.parametrize("digit", [0, 4])
def test_pixels_drawn_as_squares_are_read(recogniser, cmap, digit):
    edges = [plot([small(digit)], cmap, edges=colour) for colour in ("gray", "white", "black")]
    for drawing in (pixels(small(digit), cmap), *edges):
        assert recogniser.read(drawing).digit == digit


@pytest.mark.parametrize("corner", [(0, 0), (4, 3)])
@pytest.mark.parametrize("pen", [8, 14, 30, 50])
def test_a_square_zero_stays(pen, corner):
    x, y = corner
    zero = np.array([(20 + x, 20), (90, 20 + y), (90 - x, 120), (20, 120 - y), (20 + x, 20)], float)
    canvas = on_paper(form([[zero]], kind="none", cell=(280, 280), pen=pen, margin=0))
    assert np.array_equal(extract_foreground(canvas), 255 - canvas[..., 0])


@pytest.mark.parametrize("width", [14, 40])
def test_a_square_zero_with_sharp_corners_stays(width):
    canvas = np.full((280, 280, 4), 255, np.uint8)
    canvas[50:230, 70:200, :3] = 0
    canvas[50 + width : 230 - width, 70 + width : 200 - width, :3] = 255
    assert np.array_equal(extract_foreground(canvas), 255 - canvas[..., 0])


def test_a_straight_one_and_an_eleven_stay(text):
    one = [np.array([(0, 0), (0, 1.0)])]
    assert text(on_paper(form([one], kind="none"))) == "1"
    assert text(on_paper(form([one, one], kind="none", pen=6))) == "11"


def test_a_thick_five_is_no_frame_where_its_stroke_bends():
    around = np.linspace(-np.pi / 2, 0.75 * np.pi, 14)
    belly = np.stack([110 + 60.5 * np.cos(around), 175 + 50 * np.sin(around)], axis=1)
    five = np.concatenate([[(180, 45), (80, 45), (80, 135), (110, 120)], belly])
    ink = np.zeros((280, 280), np.uint8)
    cv2.polylines(ink, [np.round(five).astype(np.int32)], isClosed=False, color=255, thickness=40)
    assert np.array_equal(extract_foreground(np.dstack([ink, ink, ink, np.full_like(ink, 255)])), ink)


@pytest.mark.parametrize(("top", "is_kept"), [(250, True), (420, False)])
def test_a_frame_beside_something_far_larger_is_a_letter(top, is_kept):
    """The letters of some words enclose rectangles; what stands beside the cells of a form is no larger than those."""
    picture = np.full((700, 400, 4), 255, np.uint8)
    cv2.rectangle(picture, (190, 40), (230, 62), (60, 60, 200, 255), 1)
    cv2.line(picture, (210, 46), (210, 56), (60, 60, 200, 255), 2)
    cv2.polylines(picture, [np.array([(130, top), (170, top), (140, 440)])], False, (0, 0, 0, 255), 6)
    drawn = picture[100:, :, 0] < 128
    assert np.array_equal(extract_foreground(picture)[100:] > 128, drawn & is_kept)
