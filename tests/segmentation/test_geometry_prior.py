import numpy as np

from digitlab.segmentation import geometry_prior
from digitlab.segmentation.components import Component, WritingScale

SCALE = WritingScale(height=100.0, pen=8.0)


def part(left, top, width, height, cut_cost=None):
    return Component(left, top, np.ones((height, width), np.bool_), cut_cost)


def test_a_digit_is_about_as_tall_as_the_line_and_not_broad():
    usual = geometry_prior.size_prior((0, 0, 50, 100), 50, SCALE)
    assert geometry_prior.size_prior((0, 60, 50, 100), 50, SCALE) < usual
    assert (
        geometry_prior.size_prior((0, 0, 150, 100), 150, SCALE)
        < geometry_prior.size_prior((0, 0, 150, 100), 50, SCALE)
        < usual
    )


def test_a_cut_costs_more_the_more_ink_it_cuts():
    whole, thin, thick = (geometry_prior.cut_prior(part(0, 0, 40, 100, cut)) for cut in (None, 0.5, 3.0))
    assert whole == 0 > thin > thick


def test_tall_parts_are_two_digits_and_a_near_dash_is_part():
    tall = geometry_prior.join_prior(part(0, 0, 40, 100), part(45, 0, 40, 100), SCALE)
    dash, far = (geometry_prior.join_prior(part(0, 0, 40, 100), part(left, 0, 40, 10), SCALE) for left in (43, 90))
    assert dash == 0 > far > tall


def test_what_is_much_lower_than_its_neighbour_may_be_its_part():
    low, tall = (geometry_prior.join_prior(part(0, 0, 40, h), part(45, 0, 40, 120), SCALE) for h in (65, 80))
    assert low > tall + 4


def test_what_was_cut_apart_is_joined_again_for_nothing():
    assert geometry_prior.join_prior(part(0, 0, 40, 100, cut_cost=1.0), part(40, 0, 40, 100), SCALE) == 0
