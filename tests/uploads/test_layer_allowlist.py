import pytest
from foreignfiles import FLATTEN, PIXELS, dense, layer, plain, sequential

from digitlab.errors import ModelRejected
from digitlab.uploads.layer_allowlist import MAX_LAYERS, check_layers

LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}


def refused(config, match):
    with pytest.raises(ModelRejected, match=match):
        check_layers(config)


def test_layers_are_renamed_and_lose_what_only_training_needs():
    glorot = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}, "registered_name": None}
    config = check_layers(sequential(PIXELS, FLATTEN, dense(kernel_initializer=glorot, dtype="float16", name="../x")))
    assert config["config"]["layers"][2]["config"] == {"name": "layer_3", "units": 10, "activation": "linear"}


def test_a_network_may_be_built_for_any_number_of_digits():
    batch = layer("InputLayer", batch_shape=[32, 28, 28], dtype="float32")
    assert check_layers(sequential(batch, FLATTEN, dense()))["config"]["layers"][0]["config"]["batch_shape"][0] is None


@pytest.mark.parametrize(
    ("hostile", "match"),
    [
        (layer("Lambda", function=LAMBDA), "Lambda layer, which contains Python code"),
        (layer("Lambda", function={"class_name": "function", "config": "run", "module": "os"}), "Lambda"),
        (layer("Dense", units=10, activation=LAMBDA), "Lambda"),
        (dense(activation={"class_name": "function", "config": "system", "module": "os"}), "function system of os"),
        (layer("Mine", "my_package", "my_package>Mine"), "needs custom code"),
        (layer("Mine", None, "my_package>Mine"), "custom code: Mine of my_package. "),
        (layer("Mine", None, "Mine"), "custom code: Mine. "),
        (layer("Dense", "keras.layers", "evil>Dense", units=10), "needs custom code"),
        (layer("Popen", "subprocess", args="sh"), "Popen of subprocess"),
        (layer("get_file", "keras.utils", origin="http://192.0.2.1/x.tar"), "get_file of keras.utils"),
        (layer("enable_unsafe_deserialization", "keras.config"), "enable_unsafe_deserialization"),
        (layer("StringLookup", vocabulary="/etc/passwd"), "StringLookup"),
        (layer("TextVectorization", vocabulary="/etc/passwd"), "TextVectorization"),
        (layer("TFSMLayer", filepath="/tmp/x"), "TFSMLayer"),
        (layer("TorchModuleWrapper", module="x"), "TorchModuleWrapper"),
        (layer("JaxLayer", call_fn="x"), "JaxLayer"),
        (layer("Bidirectional", layer=layer("Lambda", name="x", function=LAMBDA)), "Lambda"),
        (layer("TimeDistributed", layer=layer("Lambda", name="x", function=LAMBDA)), "Lambda"),
        (layer("RandomRotation", "my_package", "my>RandomRotation"), "needs custom code"),
        (layer("RandomRotation", "keras.layers", "my>RandomRotation"), "needs custom code"),
        (layer("RNN", cell=layer("Cell", "my_package", name="x")), "RNN"),
        (layer("LSTM", units=10**6), "units 1,000,000"),
        (layer("GRU", units=4, activation="os.system"), "activation 'os.system'"),
        (layer("Resizing", height=10**6, width=1), "height 1,000,000"),
        (layer("Normalization", mean=[0.0] * 2000), "2,000 values"),
        (layer("MultiHeadAttention", num_heads=10**6, key_dim=4), "num_heads 1,000,000"),
        (layer("TFOpLambda", function="io.write_file"), "TFOpLambda"),
        (layer("Add", "keras.src.ops.numpy"), "keras.src.ops.numpy"),
        (layer("Reshape", "keras.src.ops.numpy", newshape=[-1, 10**6]), "keras.src.ops.numpy"),
        (layer("ExpandDims", "keras.src.ops.numpy", axis=1), "keras.src.ops.numpy"),
        (layer("Activation", activation="os.system"), "activation 'os.system'"),
        (layer("Activation", activation=layer("Lambda", name="x", function=LAMBDA)), "Lambda"),
        (dense(kernel_initializer={"module": "builtins", "class_name": "eval", "config": "1"}), "eval of builtins"),
        (dense(kernel_regularizer={"module": "keras.utils", "class_name": "get_file", "config": {}}), "get_file"),
        (dense(units=10**9), "units 1,000,000,000"),
        (dense(units=10**400), "units"),
        (dense(units=1e308), "units"),
        (layer("UpSampling2D", size=[10**6, 10**6]), "size 1,000,000"),
        (layer("Reshape", target_shape=[1] * 5000), "5,000 values"),
        (dense(quantization_config={"module": "keras", "class_name": "X", "config": {}}), "quantized"),
        (layer("Dense", units=10, name="x" * 10_000), "invalid name"),
    ],
)  # fmt: skip
def test_what_runs_code_opens_files_or_fills_memory_is_rejected(hostile, match):
    refused(plain(hostile), match)


@pytest.mark.parametrize(
    "root",
    [
        layer("Model", "my_models", "my>Model"),
        layer("Sequential", "subprocess"),
        layer("Sequential", "keras", "evil>Sequential", layers=[]),
        layer("load_model", "keras.saving"),
        layer("Dense", units=10),
        {"class_name": "function", "module": "os", "config": "system"},
        [],
        None,
        "Sequential",
    ],
    ids=str,
)
def test_what_is_no_network_of_keras_is_rejected(root):
    with pytest.raises(ModelRejected):
        check_layers(root)


def test_a_layer_without_settings_is_rejected():
    for entry in ({"module": "keras.layers", "class_name": "Dense"}, "Dense", None):
        refused({**plain(), "config": {"name": "x", "layers": [entry]}}, "without settings")


def test_a_network_of_too_many_or_no_layers_is_rejected():
    refused(plain(*[layer("ReLU")] * MAX_LAYERS), f"more than {MAX_LAYERS} layers")
    refused(sequential(), "no layers")
    inner = layer("ReLU", name="r")
    for _ in range(20):
        inner = sequential(inner)
    refused(plain(inner), "networks within networks")


@pytest.mark.parametrize(
    "node",
    [
        {"args": [{"class_name": "__lambda__", "config": {}}]},
        {"args": [], "kwargs": {"mask": {"class_name": "function", "config": "system", "module": "os"}}},
        {"args": [{"class_name": "__numpy__", "config": {"value": [1], "dtype": "O"}}]},
        {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None, 28], "dtype": "float32",
                                                                 "keras_history": ["elsewhere", 0, 0]}}]},
        {"args": ["text"]},
        {"args": [[[[[[[[[]]]]]]]]]},
        5,
    ],
    ids=["lambda", "function", "numpy", "unknown layer", "text", "deep", "number"],
)  # fmt: skip
def test_a_hostile_connection_of_layers_is_rejected(node):
    entry = dense() | {"name": "d", "inbound_nodes": [node]}
    functional = layer("Functional", "keras.src.models.functional", name="f", layers=[entry])
    functional["config"] |= {"input_layers": [["d", 0, 0]], "output_layers": [["d", 0, 0]]}
    with pytest.raises(ModelRejected):
        check_layers(functional)
