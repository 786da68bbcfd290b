import numpy as np
from inked_boxes import inked

from digitlab.segmentation.components import connected_components, measure, merge_stacked, overlap


def test_each_connected_part_has_its_box_the_largest_first():
    parts = connected_components(inked((10, 20, 18, 100), (50, 20, 80, 100)))
    assert [(part.left, part.top, part.right, part.bottom) for part in parts] == [(50, 20, 80, 100), (10, 20, 18, 100)]
    assert connected_components(np.full((20, 20), 40, np.uint8)) == []  # a smudge


def test_the_writing_is_measured_by_its_tall_parts_and_its_pen():
    scale = measure(connected_components(inked((10, 20, 20, 100), (40, 20, 50, 100), (70, 60, 78, 70))))
    assert scale.height == 80
    assert 7 < scale.pen < 11


def test_ink_belongs_to_what_is_below_not_to_its_neighbour():
    parts = connected_components(inked((10, 40, 50, 100), (14, 20, 48, 28), (80, 20, 120, 100)))
    joined = merge_stacked(parts, measure(parts))
    assert [(part.left, part.top, part.bottom) for part in joined] == [(10, 20, 100), (80, 20, 100)]
    assert overlap(*joined) == -30
