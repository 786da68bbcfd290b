import cv2
import numpy as np
import pytest

from digitlab.preprocessing.foreground import extract_foreground
from digitlab.preprocessing.tilted_sheet import without_surroundings

SEVEN = [(70, 60), (130, 60), (90, 145)]


def opaque(grey: np.ndarray) -> np.ndarray:
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def found(grey: np.ndarray) -> np.ndarray | None:
    """The picture without its surroundings, uint8 (height, width); None where it has none."""
    drawing = opaque(grey)
    result = without_surroundings(drawing, grey)
    return None if result is drawing else result[..., 0]


def sheet(*, paper: int = 255, ink: int = 0, side: int = 200) -> np.ndarray:
    """A seven on paper, uint8 (side, side)."""
    grey = np.full((200, 200), paper, np.uint8)
    cv2.polylines(grey, [np.array(SEVEN)], False, (ink,), 14, cv2.LINE_AA)
    return cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)


def turned(grey: np.ndarray, degrees: float, around: int, *, is_whole: bool = False) -> np.ndarray:
    """Turn a picture as a program does that fills the corners; `is_whole` enlarges it so that nothing is cut off."""
    side = len(grey)
    angle = np.radians(degrees)
    size = round(side * (np.cos(angle) + np.sin(angle))) if is_whole else side
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1)
    turn[:, 2] += (size - side) / 2
    return cv2.warpAffine(grey, turn, (size, size), borderValue=(around,))


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("degrees", [5, 12, 30, 45])
@pytest.mark.parametrize(("paper", "ink", "around"), [(255, 0, 0), (235, 60, 128), (30, 240, 255), (0, 255, 255)])
def test_corners_of_a_turned_picture_get_the_colour_of_paper(degrees, is_whole, paper, ink, around):
    picture = turned(sheet(paper=paper, ink=ink), degrees, around, is_whole=is_whole)
    expected = turned(sheet(paper=paper, ink=ink), degrees, paper, is_whole=is_whole)
    assert np.abs(found(picture).astype(int) - expected).max() <= 2


@pytest.mark.parametrize("side", [28, 64])
def test_a_small_picture_is_turned_likewise(side):
    picture, expected = (turned(sheet(side=side), 12, around) for around in (0, 255))
    assert np.abs(found(picture).astype(int) - expected).max() <= 64  # at soft edges


def test_a_jpeg_has_no_ink_in_its_corners():
    _, file = cv2.imencode(".jpg", turned(sheet(), 15, 0), [cv2.IMWRITE_JPEG_QUALITY, 60])
    ink = extract_foreground(opaque(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)))
    written = extract_foreground(opaque(turned(sheet(), 15, 255)))
    assert np.count_nonzero((ink > 127) != (written > 127)) < 0.05 * np.count_nonzero(written > 127)


@pytest.mark.parametrize(
    "table",
    [
        [(0, 0), (40, 0), (15, 199), (0, 199)],
        [(0, 0), (199, 0), (199, 30), (0, 6)],
        [(199, 199), (120, 199), (199, 150)],
    ],
)
def test_a_table_beside_the_sheet_gets_its_colour(table):
    picture = cv2.fillPoly(sheet(), [np.array(table)], (120,))
    assert np.array_equal(found(picture), sheet())


def test_a_sheet_seen_from_the_side_is_found():
    corners = np.array([(20, 12), (180, 2), (196, 198), (4, 180)])
    view = cv2.getPerspectiveTransform(
        np.array([(0, 0), (200, 0), (200, 200), (0, 200)], np.float32), corners.astype(np.float32)
    )
    picture, expected = (cv2.warpPerspective(sheet(), view, (200, 200), borderValue=(level,)) for level in (90, 255))
    assert np.abs(found(picture).astype(int) - expected).max() <= 2


def scan() -> np.ndarray:
    """A seven on a sheet with shadows along the left and the lower edge, as a scanner adds them: uint8 (600, 450)."""
    grey = np.full((600, 450), 250, np.int16)
    grey[200:400, 150:350] = sheet(paper=250)
    grey[:, :30] -= np.linspace(150, 0, 30, dtype=np.int16)
    grey[-12:] -= 90
    return np.clip(grey, 0, 255).astype(np.uint8)


def drawn(path: list[tuple[int, int]], width: int, *, is_closed: bool = False) -> np.ndarray:
    """White lines on black, cropped to the ink: uint8 (height, width)."""
    grey = np.zeros((300, 300), np.uint8)
    cv2.polylines(grey, [np.array(path)], is_closed, (255,), width, cv2.LINE_AA)
    rows, columns = (np.nonzero(grey.any(axis=axis))[0] for axis in (1, 0))
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


ZERO = np.zeros((200, 150), np.uint8)
cv2.ellipse(ZERO, (75, 100), (52, 76), 0, 0, 360, (255,), 44)


def filled(outside: list[tuple[int, int]], inside: list[tuple[int, int]]) -> np.ndarray:
    """A zero with straight sides and sharp corners, and a small margin: uint8 (192, 162)."""
    grey = cv2.fillPoly(np.zeros((192, 162), np.uint8), [np.array(outside)], (255,), cv2.LINE_AA)
    return cv2.fillPoly(grey, [np.array(inside)], (0,), cv2.LINE_AA)


OCTAGON = [(40, 6), (120, 6), (156, 46), (156, 146), (120, 186), (40, 186), (6, 146), (6, 46)]
INSIDE_OCTAGON = [(52, 36), (108, 36), (126, 58), (126, 134), (108, 156), (52, 156), (36, 134), (36, 58)]
SLANTED, INSIDE_SLANTED = [(26, 6), (156, 6), (136, 186), (6, 186)], [(56, 40), (118, 40), (106, 152), (44, 152)]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(filled(OCTAGON, INSIDE_OCTAGON), id="an octagonal zero"),
        pytest.param(filled(SLANTED, INSIDE_SLANTED), id="a slanted zero with sharp corners"),
        pytest.param(sheet(), id="a sheet alone"),
        pytest.param(cv2.copyMakeBorder(sheet(), 20, 20, 30, 30, cv2.BORDER_CONSTANT, value=(0,)), id="an upright one"),
        pytest.param(turned(np.full((200, 200), 255, np.uint8), 12, 0), id="an empty one"),
        pytest.param(scan(), id="one in a scanner"),
        pytest.param(ZERO, id="a thick zero that fills its picture"),
        pytest.param(drawn([(100, 50), (60, 200)], 60), id="a thick one"),
        pytest.param(drawn([(60, 50), (140, 50), (80, 200)], 50), id="a thick seven"),
        pytest.param(drawn([(100, 50), (50, 140), (150, 140)], 40, is_closed=True), id="a triangle"),
        pytest.param(drawn([(60, 50), (140, 50), (140, 200), (60, 200)], 40, is_closed=True), id="a square zero"),
        pytest.param(drawn([(90, 50), (170, 50), (140, 200), (60, 200)], 30, is_closed=True), id="a slanted one"),
        pytest.param(np.full((1, 300), 255, np.uint8), id="a line"),
        pytest.param(np.full((200, 200), 255, np.uint8), id="nothing"),
    ],
)
def test_what_surrounds_no_tilted_sheet_stays(picture):
    assert found(picture) is None
    assert found(255 - picture) is None
