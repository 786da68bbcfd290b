import numpy as np

from digitlab.segmentation.seams import find_seams

PEN, LINE = 4.0, 48


def ink(*boxes):
    """Ink of filled boxes, each (left, top, right, bottom), on 48 rows."""
    small = np.zeros((48, 80))
    for left, top, right, bottom in boxes:
        small[top:bottom, left:right] = 1
    return small


def test_two_stems_are_cut_at_the_thread_between_them():
    (cost, seam), *_ = find_seams(ink((4, 0, 8, 48), (8, 24, 60, 26), (60, 0, 64, 48)), PEN, LINE)
    assert 0 < cost <= 1
    assert 8 <= seam.min() <= seam.max() < 60
    assert len(seam) == 48


def test_leaning_strokes_are_parted_along_their_slant():
    strokes = [(left - row // 2, row, left + 4 - row // 2, row + 1) for left in (24, 64) for row in range(48)]
    seams = find_seams(ink(*strokes, (6, 40, 44, 43)), PEN, LINE)
    rows = np.arange(48)
    assert any(((seam > 27 - rows // 2) & (seam < 64 - rows // 2)).all() for _, seam in seams)
    assert [cost for cost, _ in seams] == sorted(cost for cost, _ in seams)


def test_what_is_thick_everywhere_is_not_cut():
    assert find_seams(ink((0, 0, 80, 48)), PEN, LINE) == []
