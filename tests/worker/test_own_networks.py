"""Networks that somebody designed: what is said of them without Keras is what Keras builds."""

import math

import keras

from digitlab.networks.layers.figures import describe
from digitlab.networks.layers.kinds import KINDS, Skip
from digitlab.worker.build import build
from tests.random_stacks import random_stack

STACKS = [random_stack(seed) for seed in range(200)]


def test_random_stacks_have_all_kinds_of_layers():
    used = [type(layer) for stack in STACKS for layer in stack]
    assert all(used.count(kind) > 30 for kind in KINDS.values())
    assert len(set(STACKS)) > 190


def by_keras(stack):
    """Each layer's shape and weights, as Keras' layers say by themselves."""
    found, shapes = [], [(None, 28, 28, 1)]
    for layer in stack:
        call = layer.call()
        made = getattr(keras.layers, call.name)(*call.positional, **call.named)
        source = [shapes[-1 - layer.over], shapes[-1]] if isinstance(layer, Skip) else shapes[-1]
        if type(layer) is not Skip:
            made.build(source)
        shapes.append(made.compute_output_shape(source))
        weights = sum(math.prod(weight.shape) for weight in made.weights)
        found.append((shapes[-1][1:], weights))
    return found


def test_shapes_and_weights_are_those_of_keras():
    with keras.StatelessScope(initialize_variables=False):
        for stack in STACKS:
            figures = [(layer.shape, layer.parameters) for layer in describe(stack).layers[:-1]]
            assert by_keras(stack) == figures


def test_networks_are_built_as_they_are_described():
    for stack in STACKS[:10]:
        model, figures = build("tutorial", 1, stack), describe(stack)
        built = [layer for layer in model.layers[2:] if layer.name != "image"]
        assert [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in built] == [
            (layer.name, layer.shape, layer.parameters) for layer in figures.layers
        ]
        assert model.count_params() == figures.parameters
