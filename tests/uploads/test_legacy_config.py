import pytest
from foreignfiles import dense, layer, sequential

from digitlab.errors import ModelRejected
from digitlab.uploads.layer_allowlist import check_layers
from digitlab.uploads.legacy_config import modernized


def old(kind, name, nodes=(), **config):
    """A layer as Keras 2 wrote it: without a module, its calls in lists."""
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": list(nodes)}


def functional(*layers):
    ends = {"input_layers": [[layers[0]["name"], 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return {"class_name": "Model", "config": {"name": "model", "layers": list(layers)} | ends}


PIXELS = old("InputLayer", "pixels", batch_input_shape=[None, 28], dtype="float32", sparse=False, ragged=False)


def checked(config):
    return check_layers(modernized(config))["config"]["layers"]


def test_a_row_of_layers_gets_an_input_layer():
    stack = [old("Dense", "d", units=10, activation="softmax", batch_input_shape=[None, 784], trainable=True)]
    for config in ({"name": "s", "layers": stack}, stack):  # before Keras 2.2.3 it was a list
        first, second = checked({"class_name": "Sequential", "config": config})
        assert first["config"]["batch_shape"] == [None, 784]
        assert second["config"] == {"name": "layer_2", "units": 10, "activation": "softmax"}


def test_settings_have_the_names_of_keras_3():
    norm = old("BatchNormalization", "b", axis=[3], gamma_initializer={"class_name": "Ones", "config": {}})
    _, leaky, norm = checked({"class_name": "Sequential", "config": [PIXELS, old("LeakyReLU", "l", alpha=0.2), norm]})
    assert leaky["config"]["negative_slope"] == 0.2
    assert norm["config"] == {"name": "layer_3", "axis": 3}


def test_calls_are_written_as_keras_3_writes_them():
    inner = {"class_name": "Sequential", "config": [old("Dense", "x", units=28, batch_input_shape=[None, 28])]}
    inner |= {"name": "inner", "config": {"name": "inner", "layers": inner["config"]}}
    inner["inbound_nodes"] = [[["pixels", 0, 0, {}]]]
    merged = old("Add", "sum", [[["pixels", 0, 0, {}], ["inner", 1, 0, {}]]])
    *_, last = checked(functional(PIXELS, inner, merged))
    (node,) = last["inbound_nodes"]
    (tensors,) = node["args"]
    assert [tensor["config"]["keras_history"] for tensor in tensors] == [["layer_1", 0, 0], ["layer_2", 0, 0]]


def test_arithmetic_of_keras_2_becomes_a_layer():
    divided = old("TFOpLambda", "t", [["pixels", 0, 0, {"y": 255.0, "name": None}]], function="math.truediv")
    last = checked(functional(PIXELS, divided))[-1]
    assert (last["class_name"], last["config"]["scale"]) == ("Rescaling", 1 / 255)
    shaped = old("TFOpLambda", "t", [["pixels", 0, 0, {"shape": [-1, 7, 4], "name": None}]], function="reshape")
    last = checked(functional(PIXELS, shaped))[-1]
    assert (last["class_name"], last["config"]["target_shape"]) == ("Reshape", [7, 4])


@pytest.mark.parametrize(
    "hostile",
    [
        old("Lambda", "l", function=["4wEAAAA=", None, None]),
        old("Mine", "m"),
        old("Lambda", "l", module="os") | {"module": "os", "registered_name": "os>Lambda"},
        old("TFOpLambda", "t", [["pixels", 0, 0, {"y": 1.0}]], function="io.write_file"),
        old("TimeDistributed", "t", layer=old("Lambda", "l", function="x")),
        old("Dense", "d", [[["elsewhere", 0, 0, {}]]], units=10),
        old("Dense", "d", [[["pixels", 0, 0, "text"]]], units=10),
        old("Dense", "d", [[[]]], units=10),
        old("Dense", "d", [[5]], units=10),
    ],
    ids=str,
)
def test_what_is_hostile_stays_hostile(hostile):
    with pytest.raises(ModelRejected):
        checked(functional(PIXELS, hostile))


def test_a_deep_config_is_rejected():
    inner = old("Dense", "d", units=1)
    for _ in range(300):
        inner = old("TimeDistributed", "t", layer=inner)
    with pytest.raises(ModelRejected):
        checked({"class_name": "Sequential", "config": [inner]})


def test_a_config_of_keras_3_stays_as_it_is():
    network = sequential(layer("InputLayer", batch_shape=[None, 784], dtype="float32"), dense())
    assert check_layers(modernized(network)) == check_layers(network)
