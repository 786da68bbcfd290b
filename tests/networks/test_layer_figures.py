"""Shapes, cost and problems of stacks of layers, in words."""

import pytest

from digitlab.networks.layers.kinds import (
    KINDS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Skip,
)
from digitlab.networks.layers.layer_figures import describe, is_spatial, names
from digitlab.networks.presets import PRESETS


def test_figures_of_a_small_convolutional_network():
    figures = describe((Conv2D(filters=8, kernel_size=5, stride=2), MaxPooling2D(), Conv2D(), Flatten()))
    assert [layer.shape for layer in figures.layers] == [(14, 14, 8), (7, 7, 8), (7, 7, 16), (784,), (10,)]
    assert [layer.parameters for layer in figures.layers] == [208, 0, 1168, 0, 7850]
    assert figures.multiplications == 25 * 8 * 196 + 9 * 8 * 16 * 49 + 7840
    assert figures.receptive_field == 5 + 1 * 2 + 2 * 4


def test_the_receptive_field_goes_around_a_block_too():
    block = Conv2D(filters=1), Conv2D(filters=1), Skip()
    assert describe((*block, Flatten())).receptive_field == 5
    assert describe((*block, *block, Flatten())).receptive_field == 9
    assert describe((Flatten(), Dense())).receptive_field is None


@pytest.mark.parametrize(("preset", "weights", "side"), [("tutorial", 101_770, None), ("small", 9_602, 21)])
def test_figures_of_presets(preset, weights, side):
    figures = describe(PRESETS[preset].layers)
    assert (figures.problem, figures.parameters, figures.receptive_field) == (None, weights, side)


def test_layers_of_presets_keep_their_names():
    assert names(PRESETS["tutorial"].layers) == ("flatten", "hidden")
    assert names(PRESETS["convolutional"].layers)[-5:] == (
        "convolution_3", "normalization_3", "relu_3", "flatten", "dropout",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ((Flatten(), Conv2D()), "Layer 2: Conv2D needs height and width; it comes after Flatten. Move it up."),
        ((GlobalAveragePooling2D(), Dense(), MaxPooling2D()),
         "Layer 3: MaxPooling2D needs height and width; it comes after GlobalAveragePooling2D. Move it up."),
        ((Conv2D(filters=8), Dense()),
         "Layer 2: Dense needs a list of numbers, and gets maps of 28 x 28 x 8. "
         "Put Flatten or GlobalAveragePooling2D before it."),
        ((), "The network ends with maps of 28 x 28 x 1, and the ten digits need a list of numbers. "
             "Add Flatten or GlobalAveragePooling2D."),
        ((MaxPooling2D(stride=4), MaxPooling2D(pool_size=7), AveragePooling2D(pool_size=3)),
         "Layer 3: The window of AveragePooling2D, 3 x 3, is larger than the maps that come in, 1 x 1. "
         "Choose a smaller one, or the padding that keeps the size."),
        ((Skip(), Flatten()), "Layer 1: Skip goes around layers before it, and there are none. Move it down."),
        ((Flatten(), Skip(over=3)),
         "Layer 2: Skip goes around 3 layers; layers before it: 1. Choose fewer, or move it down."),
        ((Flatten(), Dense(units=16), Skip(over=1)),
         "Layer 3: Skip adds what goes into the block, 784 numbers, to what comes out, 16 numbers; both must be of one "
         "shape. Go around fewer layers, or keep size and number of maps within the block."),
        ((Flatten(), Dense(units=4096)),
         "Layer 2: With Dense, the network has 3,215,360 weights; at most 2,000,000 are allowed. "
         "Make it smaller, or pool before it."),
        ((Conv2D(filters=32), Flatten()),
         "The ten digits would be computed from 25,088 numbers; at most 20,000 are allowed. "
         "Choose fewer filters, or pool at the end."),
        ((Conv2D(filters=512),),
         "Layer 1: With Conv2D, the layers return 401,408 numbers for a digit; at most 400,000 are allowed. "
         "Choose fewer filters, or pool before it."),
        ((Conv2D(filters=128), Conv2D(filters=128)),
         "Layer 2: With Conv2D, a digit takes 116,508,672 multiplications; at most 100,000,000 are allowed. "
         "Choose fewer filters, or pool before it."),
        ((Activation(),) * 200, "This network has 200 layers; at most 64 are allowed. Remove some."),
    ],
)  # fmt: skip
def test_what_cannot_work_says_where_why_and_what_to_do(stack, sentence):
    assert describe(stack).problem.sentence == sentence


def test_layers_before_the_problem_have_their_figures():
    figures = describe((Conv2D(filters=8), Flatten(), DepthwiseConv2D()))
    assert [layer.shape for layer in figures.layers] == [(28, 28, 8), (6272,)]
    assert figures.problem.position == 2


def test_only_networks_without_neighbouring_pixels_are_for_xla():
    assert not is_spatial((BatchNormalization(), Flatten(), Dense()))
    assert is_spatial((MaxPooling2D(), Flatten()))
    assert is_spatial((GlobalAveragePooling2D(),))


def test_each_type_has_a_summary_and_labels():
    for kind in KINDS.values():
        assert kind.summary.endswith(".")
        assert kind().call().name
