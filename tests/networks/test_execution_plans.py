import pytest

from digitlab.networks.execution_plans import plan
from digitlab.networks.layers.kinds import Dense, Dropout, Flatten, MaxPooling2D
from digitlab.networks.presets import PRESETS


@pytest.mark.parametrize(
    ("preset", "steps", "uses_xla"),
    [("tutorial", 15_000, True), ("tutorial", 16, False), ("convolutional", 15_000, False)],
)
def test_xla_is_used_where_it_is_faster(preset, steps, uses_xla):
    assert plan(PRESETS[preset].layers, steps).uses_xla is uses_xla


def test_many_layers_take_more_steps_to_be_worth_a_compilation():
    stack = (Flatten(), *[Dense(units=32)] * 31)
    assert [plan(stack, steps).uses_xla for steps in (3999, 4000)] == [False, True]
    assert not plan((MaxPooling2D(), *stack), 100_000).uses_xla
    assert plan((MaxPooling2D(), *stack), 100_000).digits == 512


def test_xla_is_not_used_for_dropout_of_many_numbers():
    assert plan((Flatten(), Dense(units=128), Dropout(), Dense(units=128), Dropout()), 15_000).uses_xla
    assert not plan((Flatten(), Dropout(), Dense(units=128)), 15_000).uses_xla


@pytest.mark.parametrize(("preset", "digits"), [("fast", 512), ("convolutional", 512), ("handwriting", 184)])
def test_a_block_is_small_where_there_is_much_to_compute(preset, digits):
    assert 0.9 * digits < plan(PRESETS[preset].layers, 15_000).digits <= digits * 1.1
