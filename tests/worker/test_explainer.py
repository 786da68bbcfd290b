import cv2
import keras
import numpy as np
import pytest

from digitlab.errors import ModelDamaged
from digitlab.worker import build, keras_files
from digitlab.worker.explainer import Explainer

KINDS = ["tutorial", "convolutional", "fast", "averaged"]


@pytest.fixture(scope="module")
def models(ready_made, tmp_path_factory):
    made = {name: keras_files.load(ready_made / f"{name}.keras") for name in ("tutorial", "convolutional")}
    made["fast"] = build.build("fast", 3)
    path = tmp_path_factory.mktemp("averaged") / "averaged.keras"
    build.averaged(keras_files.load(ready_made / "convolutional.keras")).save(path)
    return made | {"averaged": keras_files.load(path)}


@pytest.fixture(scope="module")
def explainers(models):
    return {name: Explainer(model) for name, model in models.items()}


def weights_of(model):
    """The tutorial's two layers."""
    return (*model.get_layer("hidden").get_weights(), *model.get_layer("digits").get_weights())


def tutorial_gradient(model, pixels, digit):
    """By hand: the weights of the last layer, where the hidden neurons are awake, back through the first one's."""
    first, bias, last, _ = weights_of(model)
    awake = pixels.reshape(-1) @ first + bias > 0
    return (first @ (awake * last[:, digit])).reshape(28, 28)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sums_and_the_softmax_are_the_network_s_own(models, explainers, digits, kind):
    image = digits.x_test[4]
    inside = explainers[kind].activations(image)
    expected = models[kind].predict(image[np.newaxis], verbose=0)[0]
    assert inside.probabilities == pytest.approx(expected, abs=1e-5)
    assert inside.hidden @ inside.weights + inside.bias == pytest.approx(inside.logits, abs=1e-4)
    assert inside.views == (4 if kind == "averaged" else 1)


def test_the_layers_come_in_their_order_with_all_that_they_make(models, explainers, digits):
    inside = explainers["convolutional"].activations(digits.x_test[0])
    assert [stage.kind for stage in inside.layers] == ["Conv2D", "BatchNormalization", "ReLU"] * 3
    model = models["convolutional"]
    third = keras.Model(model.input, model.get_layer("relu_2").output).predict(digits.x_test[:1], verbose=0)[0]
    assert inside.layers[5].layer == "relu_2"
    assert inside.layers[5].values == pytest.approx(third, abs=1e-4)


@pytest.mark.parametrize("digit", [7, 2])
def test_the_gradient_is_what_the_weights_say(models, explainers, digits, digit):
    expected = tutorial_gradient(models["tutorial"], digits.x_test[0] / 255, digit)
    explainer = explainers["tutorial"]
    assert explainer.heat_maps(digits.x_test[0], digit).gradient == pytest.approx(expected, abs=1e-5)
    assert explainer.pixel_evidence(digits.x_test[0])[digit] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_integrated_gradients_add_up_to_the_gain(models, explainers, digits, kind):
    model, last = models[kind], models[kind].get_layer("digits")
    for image in digits.x_test[:6]:
        inside, nothing = (explainers[kind].activations(picture) for picture in (image, np.zeros_like(image)))
        digit = int(inside.logits.argmax())
        maps = explainers[kind].heat_maps(image, digit)
        gain = float(inside.logits[digit] - nothing.logits[digit])
        assert maps.gain == pytest.approx(gain, rel=1e-4, abs=1e-4)
        assert abs(maps.integrated_gradients.sum() - gain) <= 0.01 * abs(gain)
        assert not maps.integrated_gradients[image == 0].any()
    assert model.output_shape == (None, 10)
    assert last.units == 10


def test_integrated_gradients_agree_with_a_slow_integral(models, explainers, digits):
    pixels = digits.x_test[3] / 255
    shares = (np.arange(1500) + 0.5) / 1500
    slow = np.mean([tutorial_gradient(models["tutorial"], share * pixels, 0) for share in shares], axis=0) * pixels
    integrated = explainers["tutorial"].heat_maps(digits.x_test[3], 0).integrated_gradients
    assert np.abs(integrated - slow).max() <= 0.02 * np.abs(slow).max()


def reference_cam(model, image, digit):
    """Behind the last maps stand only `flatten` and the last layer, so the gradients are that layer's weights."""
    maps = keras.Model(model.input, model.get_layer("relu_3").output).predict(image[np.newaxis], verbose=0)[0]
    kernel = model.get_layer("digits").get_weights()[0][:, digit].reshape(maps.shape)
    cam = np.maximum((maps * kernel.mean(axis=(0, 1))).sum(axis=2), 0)
    return cv2.resize(cam, (28, 28), interpolation=cv2.INTER_LINEAR)


@pytest.mark.parametrize(("sample", "digit"), [(0, 7), (4, 4)])
def test_grad_cam_agrees_with_one_computed_from_the_weights(models, explainers, digits, sample, digit):
    image = digits.x_test[sample]
    expected = reference_cam(models["convolutional"], image, digit)
    cam = explainers["convolutional"].heat_maps(image, digit).grad_cam
    assert cam.max() > 0
    assert np.abs(cam - expected).max() <= 1e-4 * expected.max()


def test_grad_cam_of_four_looks_is_their_mean(models, explainers, digits):
    image = np.zeros((28, 28), np.uint8)
    image[12:16, 6:22] = 255
    model = models["averaged"]
    looks = keras.Model(model.input, [model.get_layer(f"look_{n}").output for n in ("00", "01", "10", "11")])
    inner = models["convolutional"]
    maps = keras.Model(inner.get_layer("scale").output, inner.get_layer("relu_3").output)
    kernel = inner.get_layer("digits").get_weights()[0][:, 1].reshape(7, 7, -1).mean(axis=(0, 1))
    cams = [np.maximum((maps.predict(look, verbose=0)[0] * kernel).sum(axis=2), 0) for look in looks(image[None])]
    expected = cv2.resize(np.mean(cams, axis=0), (28, 28), interpolation=cv2.INTER_LINEAR)
    assert explainers["averaged"].heat_maps(image, 1).grad_cam == pytest.approx(expected, abs=1e-4)


def test_a_network_without_convolutions_has_no_grad_cam(explainers, digits):
    assert explainers["tutorial"].heat_maps(digits.x_test[0], 7).grad_cam is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_neuron_s_arithmetic_gives_what_the_network_computed(explainers, digits, kind):
    inside = explainers[kind].activations(digits.x_test[1])
    for stage in (stage for stage in inside.layers if stage.kind in ("Conv2D", "Dense")):
        for unit, row, column in ((0, 0, 0), (3, 2, 1), (7, 3, 3)):
            neuron = explainers[kind].neuron(digits.x_test[1], stage.layer, unit, row, column)
            value = neuron.scale * neuron.total + neuron.shift
            assert max(value, 0) == pytest.approx(neuron.output, abs=1e-4)
            assert neuron.is_rectified


@pytest.mark.parametrize(("kind", "shape"), [("tutorial", (128, 28, 28)), ("averaged", (24, 5, 5))])
def test_the_first_weights_are_pictures(models, explainers, kind, shape):
    weights = explainers[kind].first_weights()
    assert weights.shape == shape
    if kind == "tutorial":
        assert weights[5, 10, 20] == weights_of(models[kind])[0][10 * 28 + 20, 5]


@pytest.mark.parametrize("kind", ["tutorial", "convolutional", "averaged"])
def test_a_change_of_mind_is_small_and_read_as_it_says(models, explainers, digits, kind):
    image = digits.x_test[0]
    changes = explainers[kind].counterfactuals(image)
    assert sorted(change.digit for change in changes) == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    answers = models[kind].predict(np.stack([change.image for change in changes]), verbose=0).argmax(axis=1)
    assert answers.tolist() == [change.digit for change in changes]
    lengths = [change.distance for change in changes]
    assert lengths == sorted(lengths)
    assert lengths[0] < 2  # a digit of MNIST is about 9 long
    nearest = min(np.linalg.norm((other / 255.0) - image / 255) for other in digits.x_test[digits.y_test == 9])
    assert next(change.distance for change in changes if change.digit == 9) < nearest / 2


def test_a_change_of_mind_is_the_shortest_where_that_is_known(digits):
    """Without a hidden layer the way to the border is a straight line, as long as no pixel is at its limit."""
    pixels = keras.Input((28, 28), dtype="uint8")
    scaled = keras.layers.Rescaling(1 / 255, name="scale")(pixels)
    flat = keras.layers.Flatten()(scaled)
    last = keras.layers.Dense(10, activation="softmax", name="digits")
    model = keras.Model(pixels, last(flat))
    kernel = np.random.default_rng(1).normal(0, 1, (784, 10))
    last.set_weights([kernel, np.zeros(10)])
    image = np.full((28, 28), 128, np.uint8)
    sums = image.reshape(-1) / 255 @ kernel
    own = sums.argmax()
    distances = [
        (sums[own] - sums[other]) / np.linalg.norm(kernel[:, own] - kernel[:, other])
        for other in range(10)
        if other != own
    ]
    assert Explainer(model).counterfactuals(image)[0].distance == pytest.approx(min(distances), rel=0.05)


def test_the_hidden_layer_of_many_is_that_of_each(explainers, digits):
    many = explainers["averaged"].hidden(digits.x_test[:3])
    assert many[2] == pytest.approx(explainers["averaged"].activations(digits.x_test[2]).hidden, abs=1e-4)


def test_a_network_of_another_build_is_told():
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    with pytest.raises(ModelDamaged, match="not built"):
        Explainer(keras.Sequential(layers))


def test_a_network_of_one_layer_shows_its_only_weights(digits):
    pixels = keras.Input((28, 28), dtype="uint8")
    scaled = keras.layers.Rescaling(1 / 255, name="scale")(pixels)
    flat = keras.layers.Flatten(name="flatten")(scaled)
    model = keras.Model(pixels, keras.layers.Dense(10, activation="softmax", name="digits")(flat))
    explainer = Explainer(model)
    assert explainer.activations(digits.x_test[0]).layers == ()
    expected = model.get_layer("digits").get_weights()[0][:, 3].reshape(28, 28)
    assert explainer.first_weights()[3] == pytest.approx(expected)
