import pytest
from foreignfiles import PIXELS, layer

from digitlab.errors import ModelRejected
from digitlab.uploads.layer_allowlist import check_layers

X = {
    "class_name": "__keras_tensor__",
    "config": {"shape": [None, 28], "dtype": "float32", "keras_history": ["x", 0, 0]},
}
PICTURE = X | {"config": X["config"] | {"shape": [None, 28, 1]}}
ONE = X | {"config": X["config"] | {"shape": [1, 28, 1]}}


def checked(kind, *args, module="keras.src.ops.numpy", registered_name=None, kwargs=None, **config):
    """The layer that an operation on the pixels becomes."""
    nodes = {"inbound_nodes": [{"args": list(args), "kwargs": kwargs or {}}]}
    operation = layer(kind, module, registered_name or kind, name="o", **config) | {"name": "o"} | nodes
    pixels = PIXELS | {"config": PIXELS["config"] | {"name": "x"}, "name": "x", "inbound_nodes": []}
    functional = layer("Functional", "keras.src.models.functional", name="f", layers=[pixels, operation])
    functional["config"] |= {"input_layers": [["x", 0, 0]], "output_layers": [["o", 0, 0]]}
    last = check_layers(functional)["config"]["layers"][-1]
    return last["class_name"], last["config"]


@pytest.mark.parametrize(
    ("kind", "args", "scale", "offset"),
    [
        ("TrueDivide", [X, 255.0], 1 / 255, 0),
        ("Divide", [X, 2], 0.5, 0),
        ("Multiply", [3, X], 3, 0),
        ("Add", [X, 0.5], 1, 0.5),
        ("Subtract", [X, 0.5], 1, -0.5),
        ("Subtract", [1, X], -1, 1),
        ("Negative", [X], -1, 0),
    ],
)
def test_arithmetic_with_a_number_becomes_a_rescaling(kind, args, scale, offset):
    name, config = checked(kind, *args)
    assert name == "Rescaling"
    assert (config["scale"], config["offset"]) == (scale, offset)


def test_a_cast_becomes_a_rescaling_by_one():
    assert checked("Cast", X, module="keras.src.ops.core", dtype="float32")[1]["scale"] == 1


@pytest.mark.parametrize(
    ("kind", "tensor", "config", "layer"),
    [
        ("Reshape", X, {"newshape": [-1, 7, 4]}, ("Reshape", {"target_shape": [7, 4]})),
        ("Reshape", X, {"newshape": [None, -1, 4]}, ("Reshape", {"target_shape": [-1, 4]})),
        ("ExpandDims", X, {"axis": -1}, ("Reshape", {"target_shape": [28, 1]})),
        ("ExpandDims", X, {"axis": [1, -1]}, ("Reshape", {"target_shape": [1, 28, 1]})),
        ("Squeeze", PICTURE, {"axis": -1}, ("Reshape", {"target_shape": [28]})),
        ("Squeeze", PICTURE, {"axis": None}, ("Reshape", {"target_shape": [28]})),
        ("Transpose", PICTURE, {"axes": [0, -1, 1]}, ("Permute", {"dims": [2, 1]})),
    ],
)
def test_another_shape_of_a_digit_becomes_a_layer(kind, tensor, config, layer):
    name, settings = checked(kind, tensor, **config)
    del settings["name"]
    assert (name, settings) == layer


@pytest.mark.parametrize(
    ("kind", "tensor", "config"),
    [
        ("Reshape", X, {"newshape": [-1]}),
        ("Reshape", X, {"newshape": -1}),
        ("Reshape", X, {"newshape": [56, 14]}),
        ("Reshape", X, {"newshape": [-1, -1, 28]}),
        ("Reshape", X, {"newshape": [-1, 0, 28]}),
        ("Reshape", X, {"newshape": [-1, 28.0]}),
        ("Reshape", X, {"newshape": [-1, True, 28]}),
        ("Reshape", X, {"newshape": [-1, 10**400]}),
        ("Reshape", X, {"newshape": [-1] + [1] * 10**5}),
        ("Reshape", X, {"newshape": "text"}),
        ("Reshape", X, {}),
        ("ExpandDims", X, {"axis": 0}),
        ("ExpandDims", X, {"axis": -3}),
        ("ExpandDims", X, {"axis": 10**9}),
        ("ExpandDims", X, {"axis": [1] * 10**5}),
        ("ExpandDims", X | {"config": {"shape": [None] * 10**5}}, {"axis": 1}),
        ("ExpandDims", X | {"config": {"shape": "text"}}, {"axis": 1}),
        ("Squeeze", PICTURE, {"axis": 1}),
        ("Squeeze", ONE, {"axis": None}),
        ("Squeeze", ONE, {"axis": 0}),
        ("Transpose", PICTURE, {"axes": None}),
        ("Transpose", PICTURE, {"axes": [1, 0, 2]}),
        ("Transpose", PICTURE, {"axes": [0, 1, 1]}),
        ("Transpose", PICTURE, {"axes": [0, 2, {"class_name": "__lambda__"}]}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_mixes_digits_or_is_no_shape_is_rejected(kind, tensor, config):
    with pytest.raises(ModelRejected):
        checked(kind, tensor, **config)


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply"])
def test_arithmetic_of_two_layers_becomes_a_merge(kind):
    assert checked(kind, X, X)[0] == kind


@pytest.mark.parametrize(
    ("kind", "args", "config"),
    [
        ("Divide", [X, 0], {}),
        ("Divide", [X, 1e300], {}),
        ("Divide", [1, X], {}),
        ("Divide", [X, X], {}),
        ("Add", [X, "text"], {}),
        ("Add", [X, {"class_name": "__numpy__", "config": {"value": [1], "dtype": "O"}}], {}),
        ("Add", [X], {}),
        ("Add", [], {}),
        ("Power", [X, 2], {}),
        ("Tile", [X, [10**6]], {}),
        ("Cast", [X], {"module": "keras.src.ops.core", "dtype": "string"}),
        ("Multiply", [X, 2], {"module": "os"}),
    ],
)
def test_other_operations_are_rejected(kind, args, config):
    with pytest.raises(ModelRejected):
        checked(kind, *args, **config)
