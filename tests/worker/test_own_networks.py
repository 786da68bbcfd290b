"""Networks that somebody designed: what is said of them without Keras is what Keras builds."""

import math

import keras
import pytest
from random_stacks import random_stack

from digitlab.networks.activations import LayerReader
from digitlab.networks.code import KerasCode
from digitlab.networks.config import TrainingConfig
from digitlab.networks.file_formats import TOLERANCE
from digitlab.networks.layers.kinds import KINDS, Skip
from digitlab.networks.layers.layer_figures import describe
from digitlab.networks.recognition import SUFFIX, Recogniser
from digitlab.worker import keras_files
from digitlab.worker.build import build
from digitlab.worker.explainer import Explainer
from digitlab.worker.export import export, export_as
from digitlab.worker.snapshot_models import SnapshotReader
from digitlab.worker.training import train

STACKS = [random_stack(seed) for seed in range(200)]
ALL_KINDS = (54, 112)  # two of them, one of which averages its views, that have all kinds of layers together


def test_random_stacks_have_all_kinds_of_layers():
    used = [type(layer) for stack in STACKS for layer in stack]
    assert all(used.count(kind) > 30 for kind in KINDS.values())
    assert len(set(STACKS)) > 190
    assert {type(layer) for seed in ALL_KINDS for layer in STACKS[seed]} == {*KINDS.values()}


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


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        seeds = [*ALL_KINDS, *(seed for seed in range(len(STACKS)) if seed not in ALL_KINDS)]
        metafunc.parametrize("seed", seeds[: metafunc.config.getoption("--networks")])


def test_a_designed_network_works_everywhere(seed, digits, tmp_path):
    """It is trained, observed, saved, read with LiteRT and ONNX, written as Keras code, and explained."""
    config = TrainingConfig(
        layers=STACKS[seed], epochs=1, training_digits=800, learning_rate=0.01, averaging=seed % 3 == 0
    )
    seen = []
    trained = train(config, digits.x_train, digits.y_train, observe=lambda *both: seen.append(both)).model
    images = digits.x_test[:32]

    export(trained, tmp_path / "own.keras", images)
    model = keras_files.load(tmp_path / "own.keras")
    by_keras = model.predict(images, verbose=0)
    assert Recogniser.load(tmp_path / "own.keras").probabilities(images) == pytest.approx(by_keras, abs=1e-4)
    assert LayerReader((tmp_path / "own.keras").with_suffix(SUFFIX)).read(images[0]).probabilities.shape == (10,)
    assert export_as(tmp_path / "own.keras", "onnx", images).difference <= TOLERANCE

    names = {"keras": keras, "layers": keras.layers}
    exec(KerasCode(config=config, title="x").sections()[1].code, names)
    assert names["model"].count_params() == trained.count_params() == describe(config.stack).parameters

    explainer = Explainer(model)
    trace = explainer.activations(images[0])
    assert trace.probabilities == pytest.approx(by_keras[0], abs=1e-4)
    assert explainer.heat_maps(images[0], 3).gradient.shape == (28, 28)
    assert explainer.first_weights().ndim == 3
    for output in trace.layers:
        check_layer(explainer, images, output)

    ((before, first), (after, last)) = seen
    assert [layer.layer for layer in before.layers] == [layer.layer for layer in after.layers]
    assert last.first_weights.shape == first.first_weights.shape
    by_epoch = SnapshotReader(config.preset, config.layers).readings_by_epoch([first, last], images[0])
    assert by_epoch.probabilities.shape == (2, 10)


def check_layer(explainer, images, output):
    """One of its neurons computes what the network does; its filters have a receptive field."""
    if output.kind in ("Conv2D", "Dense"):
        neuron = explainer.neuron(images[0], output.layer, 0)
        value = neuron.scale * neuron.total + neuron.shift
        if not neuron.activation:
            assert (max(value, 0) if neuron.is_rectified else value) == pytest.approx(neuron.output, abs=1e-3, rel=1e-3)
    if output.kind.endswith("Conv2D"):
        assert explainer.top_activations(images, output.layer).side > 0
