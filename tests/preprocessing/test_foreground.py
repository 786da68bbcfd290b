import cv2
import numpy as np
import pytest

from digitlab.preprocessing.foreground import MAX_SIDE, _has_two_levels, extract_foreground

SEVEN = [(90, 80), (210, 80), (130, 240)]
BAR = [(120, 165), (195, 165)]


def strokes(*lines, side: int = 320, width: int = 14) -> np.ndarray:
    """float32 (side, side), 0 to 1: how much of each pixel the pen has covered."""
    large = np.zeros((4 * side, 4 * side), np.uint8)
    for line in lines or (SEVEN, BAR):
        points = np.int32([[np.multiply(line, 4 * side / 320)]])
        cv2.polylines(large, list(points), isClosed=False, color=255, thickness=width * 4 * side // 320)
    return cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) / np.float32(255)


def flat(cover: np.ndarray, ground, ink) -> np.ndarray:
    colours = np.add(ground, cover[..., np.newaxis] * np.subtract(ink, ground, dtype=float))
    return np.dstack([np.round(colours).astype(np.uint8), np.full(cover.shape, 255, np.uint8)])


def as_jpeg(drawing: np.ndarray, quality: int) -> np.ndarray:
    _, file = cv2.imencode(".jpg", drawing[..., :3], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.dstack([cv2.imdecode(file, cv2.IMREAD_COLOR), drawing[..., 3]])


def light(side: int, kind: str) -> np.ndarray:
    """Up to four times as bright at one place as at another."""
    down, right = np.mgrid[:side, :side] / side
    return {
        "even": np.ones((side, side)),
        "gradient": np.exp(-np.log(4) * (down + right) / 2),
        "vignette": 1 / (1 + 2 * ((down - 0.5) ** 2 + (right - 0.5) ** 2)) ** 2,
        "shadow": 1 - 0.55 / (1 + np.exp((down - right + 0.1) / 0.015)),
    }[kind]


def ruled(side: int, *, squared: bool = False, tilt: float = 0.05, bend: float = 0.0) -> np.ndarray:
    """float32 (side, side), 0 to 1, at the lines of the paper, which the camera has turned a little, and bent."""
    down, right = np.mgrid[:side, :side] / side
    place = down + tilt * right + bend * (right - 0.5) ** 2
    lines = np.clip(2 - np.abs(place * 14 % 1 - 0.5) * side / 14, 0, 1)
    return np.maximum(lines, ruled(side, tilt=-tilt).T) if squared else lines


def photograph(
    cover: np.ndarray,
    lit: str = "shadow",
    *,
    ink=(40, 55, 140),
    lines: np.ndarray | float = 0.0,
    noise: float = 5.0,
    table: bool = False,
) -> np.ndarray:
    """A pen on yellowish paper, seen by a camera that has noise and compresses."""
    random = np.random.default_rng(5)
    side = len(cover)
    lines = np.broadcast_to(lines, cover.shape)[..., np.newaxis]
    colours = np.array([236, 230, 208]) * (1 - lines * [0.4, 0.3, 0.15])
    colours = colours * (1 - cover[..., np.newaxis] * (1 - np.divide(ink, [236, 230, 208])))
    if table:
        wood = (
            1 + 0.2 * cv2.GaussianBlur(random.normal(0, 5, (side, side)), (0, 0), sigmaX=12, sigmaY=1)[..., np.newaxis]
        )
        beside = np.mgrid[:side, :side][1][..., np.newaxis] < 0.15 * side
        colours = np.where(beside, np.array([90, 60, 38]) * wood, colours)
    colours = cv2.GaussianBlur(colours * light(side, lit)[..., np.newaxis], (0, 0), 0.8)
    seen = np.clip(colours + random.normal(0, noise, colours.shape), 0, 255).astype(np.uint8)
    return as_jpeg(np.dstack([seen, np.full(cover.shape, 255, np.uint8)]), 75)


def agreement(ink: np.ndarray, cover: np.ndarray) -> float:
    """Intersection over union of what is ink and what should be."""
    found, wanted = ink >= 128, cover >= 0.5
    return np.count_nonzero(found & wanted) / max(1, np.count_nonzero(found | wanted))


def test_the_canvas_keeps_its_grey_values():
    cover = strokes()
    assert np.array_equal(extract_foreground(flat(cover, (0, 0, 0), (255, 255, 255))), np.round(cover * 255))


def test_light_strokes_on_black_have_the_grey_of_their_colour():
    assert extract_foreground(flat(strokes(), (0, 0, 0), (255, 200, 100))).max() == round(
        0.299 * 255 + 0.587 * 200 + 0.114 * 100
    )


def test_black_on_white_is_the_same_ink():
    cover = strokes()
    assert np.array_equal(extract_foreground(flat(cover, (255,) * 3, (0,) * 3)), 255 - np.round(255 - cover * 255))


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
def test_on_a_transparent_ground_ink_is_what_is_opaque(colour):
    opaque = np.round(strokes() * 255).astype(np.uint8)
    drawing = np.dstack([np.full((*opaque.shape, 3), colour, np.uint8), opaque])
    assert np.array_equal(extract_foreground(drawing), opaque)


def test_a_picture_on_a_transparent_ground_is_read_inside():
    cover = strokes()
    drawing = flat(cover, (255,) * 3, (0,) * 3)
    drawing[:40], drawing[280:], drawing[:, :40], drawing[:, 280:] = 0, 0, 0, 0
    assert agreement(extract_foreground(drawing), cover) > 0.99


@pytest.mark.parametrize(
    ("ground", "colour"),
    [
        ((128,) * 3, (0,) * 3),
        ((128,) * 3, (255,) * 3),
        ((0, 0, 0), (30, 30, 230)),
        ((255, 255, 255), (255, 225, 40)),
        ((40, 160, 40), (200, 70, 60)),
        ((200,) * 3, (165,) * 3),
    ],
)
@pytest.mark.parametrize("quality", [None, 40])
def test_any_ink_on_a_flat_ground_has_full_contrast(ground, colour, quality):
    cover = strokes()
    drawing = flat(cover, ground, colour)
    ink = extract_foreground(drawing if quality is None else as_jpeg(drawing, quality))
    assert agreement(ink, cover) > 0.85
    assert np.percentile(ink[cover == 1], 25) > 230
    assert ink[cv2.dilate(cover, np.ones((21, 21))) == 0].max() < 48


CIRCLE = [(160 + 100 * np.cos(turn), 160 + 130 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 40)]
SIX = [(220, 40), (130, 120), (80, 230), (130, 290), (210, 270), (220, 200), (150, 180), (90, 220)]


def cropped(line: list[tuple[float, float]], side: int) -> np.ndarray:
    """A thick line that fills its picture, side pixels long: float32 (height, width), 0 to 1."""
    cover = strokes(line, width=34)
    rows, columns = (np.nonzero((cover > 0).any(axis=axis))[0] for axis in (1, 0))
    cover = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = cover.shape
    return cv2.resize(cover, (side * width // height, side), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("line", [CIRCLE, SIX, [(80, 40), (240, 40), (120, 300)]])
@pytest.mark.parametrize(("ground", "ink"), [(255, 0), (0, 255), (230, 60)])
def test_an_enlarged_picture_cropped_to_its_ink_is_no_photo(line, ground, ink):
    small = flat(cropped(line, 28), (ground,) * 3, (ink,) * 3)
    large = cv2.resize(small, None, fx=10, fy=10, interpolation=cv2.INTER_CUBIC)
    cover = cv2.resize(cropped(line, 28), None, fx=10, fy=10, interpolation=cv2.INTER_CUBIC)
    assert agreement(extract_foreground(large), cover) > 0.9


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_shadow_on_overexposed_paper_is_no_ink(noise):
    cover = strokes(width=30)
    down, right = np.mgrid[:320, :320]
    light_ = 300 - np.maximum(0, down + right - 400) * 0.6
    seen = light_ * (1 - 0.97 * cover) + np.random.default_rng(2).normal(0, noise, cover.shape)
    ink = extract_foreground(flat(1 - np.clip(seen, 0, 255) / 255, (255,) * 3, (0,) * 3))
    assert agreement(ink, cover) > 0.9


def test_a_dark_picture_without_a_light_level_is_no_drawing():
    ramp = np.clip(np.arange(320) - 60, 0, 100)[np.newaxis].repeat(320, axis=0)
    picture = flat(ramp / 255, (0,) * 3, (255,) * 3)
    assert not _has_two_levels(picture[..., 0])
    assert not _has_two_levels(np.zeros((64, 64), np.uint8))


@pytest.mark.parametrize("colour", [(140,) * 3, (200,) * 3, (255, 242, 0)])
def test_a_small_pale_loop_stays_as_open_as_a_black_one(colour):
    circle = [(160 + 90 * np.cos(turn), 160 + 90 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 40)]
    cover = cv2.resize(strokes(circle, width=70), (24, 24), interpolation=cv2.INTER_AREA)
    pale, black = (extract_foreground(flat(cover, (255,) * 3, ink)) for ink in (colour, (0, 0, 0)))
    assert black[11:13, 11:13].max() < 200 < black.max()
    assert np.abs(pale.astype(int) - black).max() <= 12


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("width", [14, 17])
def test_a_scribble_over_most_of_the_canvas_stays_ink(inverted, width):
    zigzag = [(15 + 290 * (turn % 2), 12 + 15 * turn) for turn in range(20)]
    cover = strokes(zigzag, width=width)
    assert cover.mean() > 0.6
    colours = ((255,) * 3, (0,) * 3) if inverted else ((0,) * 3, (255,) * 3)
    assert agreement(extract_foreground(flat(cover, *colours)), cover) > 0.99


def test_a_border_half_full_of_ink_lets_the_picture_decide():
    cover = np.zeros((320, 320), np.float32)
    cover[:, :10] = cover[-10:] = 1
    assert agreement(extract_foreground(flat(cover, (0,) * 3, (255,) * 3)), cover) == 1


@pytest.mark.parametrize("colours", [((255,) * 3, (0,) * 3), ((30, 32, 40), (220,) * 3)])
def test_the_bars_of_a_screenshot_are_no_ink(colours):
    cover = strokes()
    drawing = flat(cover, *colours)
    drawing[:32, :, :3], drawing[32:, :40, :3] = (130, 134, 140), (170, 80, 60)
    ink = extract_foreground(drawing)
    assert not ink[:32].any()
    assert not ink[:, :40].any()
    assert agreement(ink, cover) > 0.97


def test_a_picture_of_bars_alone_keeps_them():
    """It may as well be a one along the edge."""
    drawing = flat(np.zeros((320, 320)), (255,) * 3, (0,) * 3)
    drawing[:, :40, :3] = 0
    assert np.array_equal(extract_foreground(drawing)[0] > 128, np.arange(320) < 40)


def test_lines_that_a_program_draws_are_taken_out():
    cover = strokes()
    drawing = flat(np.maximum(cover, ruled(320, squared=True) * 0.25), (255,) * 3, (0,) * 3)
    ink = extract_foreground(drawing)
    assert agreement(ink, cover) > 0.95
    assert np.mean(ink[cover == 0] > 48) < 0.01


@pytest.mark.parametrize("darkness", [0.25, 0.4, 0.6])
def test_pale_squares_do_not_become_ink_beside_a_thin_digit(darkness):
    cover = strokes([(120, 90), (280, 90), (190, 320)], width=8, side=400)
    squares = np.zeros((400, 400), np.float32)
    squares[10::20] = squares[:, 10::20] = darkness
    ink = extract_foreground(flat(np.maximum(cover, squares), (255,) * 3, (0,) * 3))
    assert np.mean(ink[cover == 0] > 48) < 0.01
    assert np.median(ink[cover == 1]) > 240


@pytest.mark.parametrize("lit", ["even", "gradient", "vignette", "shadow"])
@pytest.mark.parametrize("colour", [(30, 30, 35), (40, 55, 140), (125, 125, 125)])
def test_a_photograph_is_read_in_any_light(lit, colour):
    cover = strokes()
    ink = extract_foreground(photograph(cover, lit, ink=colour))
    assert agreement(ink, cover) > 0.8  # pencil fades where the edge of a shadow crosses it
    assert ink[cv2.dilate(cover, np.ones((15, 15))) == 0].max() == 0
    assert np.median(ink[cover == 1]) > 240


@pytest.mark.parametrize("middle", [(120, 160), (200, 110), (160, 240)])
def test_glare_that_makes_a_part_of_a_stroke_paler_cuts_nothing(middle):
    cover = strokes()
    down, right = np.mgrid[:320, :320]
    veil = 0.75 * np.exp(-((right - middle[0]) ** 2 + (down - middle[1]) ** 2) / (2 * 45**2))[..., np.newaxis]
    photo = photograph(cover, "even")
    photo[..., :3] = np.round(photo[..., :3] * 0.7 * (1 - veil) + 250 * veil)
    ink = extract_foreground(photo)
    assert agreement(ink, cover) > 0.8
    assert np.mean(ink[cv2.erode(cover, np.ones((5, 5))) == 1] >= 128) > 0.97


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("bend", [0.0, 0.06])
def test_the_lines_of_the_paper_go_and_the_bar_of_a_seven_stays(squared, bend):
    cover = strokes(side=500)
    ink = extract_foreground(photograph(cover, lines=ruled(500, squared=squared, bend=bend)))
    assert agreement(ink, cover) > 0.9
    assert ink[cv2.dilate(cover, np.ones((25, 25))) == 0].max() < 48


@pytest.mark.parametrize("top", [0, 30])
def test_an_upright_one_is_no_line_of_the_paper(top):
    cover = strokes([(160, top), (165, 320 - top)], width=8)
    assert agreement(extract_foreground(photograph(cover, "gradient")), cover) > 0.9


def test_three_ones_are_no_lines_of_the_paper():
    cover = strokes(*([(left, 20), (left, 300)] for left in (60, 160, 260)), width=6)
    assert agreement(extract_foreground(photograph(cover, lines=ruled(320))), cover) > 0.85


def test_a_thick_marker_stays_whole():
    cover = strokes(width=50)
    assert agreement(extract_foreground(photograph(cover, "vignette")), cover) > 0.95


def test_the_table_beside_the_sheet_is_no_ink():
    cover = strokes()
    ink = extract_foreground(photograph(cover, "shadow", table=True))
    assert agreement(ink, cover) > 0.9
    assert not ink[:, :60].any()


def test_chalk_on_a_board_is_light_ink():
    cover = strokes()
    ground = flat(cover, (45, 55, 50), (205, 215, 210))
    lit = np.clip(ground[..., :3] * light(320, "vignette")[..., np.newaxis], 0, 255)
    noisy = np.clip(lit + np.random.default_rng(1).normal(0, 4, lit.shape), 0, 255).astype(np.uint8)
    assert agreement(extract_foreground(np.dstack([noisy, ground[..., 3]])), cover) > 0.9


def test_specks_beside_a_digit_go():
    cover = strokes()
    dusty = cover.copy()
    for left, top in [(30, 40), (280, 60), (60, 290), (250, 280)]:
        cv2.circle(dusty, (left, top), 2, 1, -1)
    assert agreement(extract_foreground(photograph(dusty)), cover) > 0.9
    assert not extract_foreground(photograph(dusty))[270:, 240:].any()


@pytest.mark.parametrize("lit", ["even", "gradient", "vignette", "shadow"])
@pytest.mark.parametrize("lines", [0.0, "ruled", "squared"])
def test_blank_paper_has_no_ink(lit, lines):
    cover = np.zeros((320, 320), np.float32)
    paper = ruled(320, squared=lines == "squared") if lines else 0.0
    assert not extract_foreground(photograph(cover, lit, lines=paper, noise=8.0)).any()


@pytest.mark.parametrize("value", [0, 128, 200, 255])
@pytest.mark.parametrize("alpha", [0, 200, 255])
def test_one_colour_is_no_ink(value, alpha):
    drawing = np.full((50, 60, 4), value, np.uint8)
    drawing[..., 3] = alpha
    assert not extract_foreground(drawing).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3), (1, 900), (900, 2), (60, 1000), (49, 49)])
def test_odd_sizes_are_taken(shape):
    drawing = np.random.default_rng(3).integers(0, 256, (*shape, 4), np.uint8)
    opaque = drawing | np.array([0, 0, 0, 255], np.uint8)
    assert extract_foreground(drawing).shape == extract_foreground(opaque).shape == shape


@pytest.mark.parametrize(("shape", "smaller"), [((3000, 1500), (1024, 512)), ((1, 60_000), (1, 1024))])
def test_what_is_large_is_made_smaller(shape, smaller):
    drawing = np.zeros((*shape, 4), np.uint8)
    assert extract_foreground(drawing).shape == smaller
    assert max(smaller) == MAX_SIDE


def test_a_view_of_another_array_is_taken():
    opaque = flat(strokes(), (0,) * 3, (255,) * 3)
    for drawing in (opaque, np.dstack([opaque[..., :3], opaque[..., 0]])):
        turned = np.rot90(drawing)[::-1]
        assert np.array_equal(extract_foreground(turned), extract_foreground(np.ascontiguousarray(turned)))


@pytest.mark.parametrize(("inside", "beside"), [(200, 0), (0, 200)])
def test_a_border_of_two_greys_lets_the_picture_decide(inside, beside):
    grey = np.full((100, 100), inside, np.uint8)
    grey[:, :50] = beside
    grey[2:-2, 2:50] = inside
    ink = extract_foreground(np.dstack([grey, grey, grey, np.full_like(grey, 255)]))
    assert ink[50, 25] == ink[50, 75] == 0
    assert ink[50, 0] >= 200


def test_one_pixel_that_is_not_opaque_is_not_overlooked():
    drawing = np.zeros((60, 60, 4), np.uint8)
    drawing[20:40, 28:32, 3] = 255
    assert extract_foreground(drawing)[30, 30] == 255
    drawing[..., 3] = 255
    assert not extract_foreground(drawing).any()
    drawing[30, 30] = (255, 255, 255, 200)
    assert extract_foreground(drawing)[30, 30] == 200


def test_the_drawing_stays_as_it_was():
    for drawing in (photograph(strokes()), flat(strokes(), (255,) * 3, (0,) * 3)):
        drawing.setflags(write=False)
        extract_foreground(drawing)


@pytest.mark.parametrize(
    ("drawing", "came"),
    [
        (np.zeros((28, 28), np.uint8), r"uint8 \(28, 28\)"),
        (np.zeros((9, 9, 3), np.uint8), r"uint8 \(9, 9, 3\)"),
        (np.full((9, 9, 4), np.nan), r"float64 \(9, 9, 4\)"),
        (np.zeros((9, 9, 4), np.int64), r"int64 \(9, 9, 4\)"),
        (np.zeros((0, 9, 4), np.uint8), r"uint8 \(0, 9, 4\)"),
        (None, "NoneType"),
    ],
)
def test_another_shape_or_dtype_is_rejected(drawing, came):
    with pytest.raises(ValueError, match=f"uint8 .*RGBA.*not {came}"):
        extract_foreground(drawing)
