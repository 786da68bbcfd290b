"""Pieces of Keras code, as text, that `code` puts together. DigitLab does not run them."""

NEEDS = (
    "Needs Keras 3 with TensorFlow. MNIST is read from the file you name, `python {file} mnist.npz`, or from mnist.npz "
    "in this folder. If there is none, Keras downloads it."
)
NEEDS_OF_NOTEBOOK = (
    "Needs Keras 3 with TensorFlow, and matplotlib. MNIST is read from mnist.npz in this folder. If there is none, "
    "Keras downloads it."
)

KERAS = """\
import keras
import numpy as np
from keras import layers{ops}

keras.utils.set_random_seed({seed})
"""
IMPORTS = "from pathlib import Path\n\n" + KERAS

LOAD = "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
_READ = f"""\
    mnist = np.load(file)
    x_train, y_train, x_test, y_test = (mnist[name] for name in ("x_train", "y_train", "x_test", "y_test"))
else:
    {LOAD}"""
DATA = (
    """\
file = Path(sys.argv[1] if len(sys.argv) > 1 else "mnist.npz")
if len(sys.argv) > 1 or file.exists():
"""
    + _READ
)
DATA_IN_NOTEBOOK = (
    """\
file = Path("mnist.npz")
if file.exists():
"""
    + _READ
)

LOOK = """\
import matplotlib.pyplot as plt

figure, places = plt.subplots(2, 8, figsize=(10, 3))
for axes, image, label in zip(places.flat, x_train, y_train):
    axes.imshow(image, cmap="gray")
    axes.set_title(label)
    axes.axis("off")
"""

DISTORTION = '''\
class Distortion(layers.Layer):
    """Distorts each digit at random, in one resampling: each further one would blur it."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator()

    def call(self, images, training=False):
        if not training:
            return images
        n = ops.shape(images)[0]

        def amount(limit):
            return keras.random.uniform((n, 1, 1), -limit, limit, seed=self.seeds)

        # Where each pixel comes from, relative to the centre.
        place = ops.arange(28, dtype="float32") - 13.5
        x, y = place - amount({shift}), place[:, None] - amount({shift})
        angle, size, slant = amount({rotation} * np.pi / 180), 1 + amount({scale}), amount({shear})
        cosine, sine = ops.cos(angle) / size, ops.sin(angle) / size
        right = cosine * x + (cosine * slant + sine) * y
        down = (cosine - sine * slant) * y - sine * x
{elastic}        places = ops.stack([down + 13.5, right + 13.5], axis=1)

        def resample(one):
            return ops.image.map_coordinates(one[0], one[1], order=1)

        return ops.vectorized_map(resample, (images[..., 0], places))[..., None]


'''
ELASTIC = """\
        # Elastic distortion (P. Y. Simard et al., 2003): random at the 6 x 6 knots of a grid, smooth between them.
        distance = ops.linspace(0.0, 5.0, 28)[:, None] - ops.arange(6, dtype="float32")
        near = ops.softmax(-(distance**2) / (2 * 0.6**2))
        pulls = near @ keras.random.uniform((2, n, 6, 6), -{elastic}, {elastic}, seed=self.seeds) @ ops.transpose(near)
        right, down = right + pulls[0], down + pulls[1]
"""

COMPILE = """\
model.compile(
    optimizer={optimizer},
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
{jit})
"""
NO_XLA = "    jit_compile=False,  # on a CPU, XLA makes convolutions several times slower\n"

SCHEDULES = {
    "cosine": "learning_rate = keras.optimizers.schedules.CosineDecay({rate}, steps)  # falls to 0\n",
    "one-cycle": """\
up = int(0.3 * steps)  # the steps in which the rate rises; then it falls to 0
learning_rate = keras.optimizers.schedules.CosineDecay(
    {rate} / 25, steps - up, warmup_target={rate}, warmup_steps=up
)
""",
}

CHANGES = """\
changes = {{{changes}}}  # after so many batches: the learning rate that was chosen while the run was trained


class ChangeLearningRate(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.trained = 0  # batches

    def on_train_batch_begin(self, batch, logs=None):
{change}        self.trained += 1


"""
CHANGE_CONSTANT = """\
        if self.trained in changes:
            self.model.optimizer.learning_rate = changes[self.trained]
"""
CHANGE_SCHEDULE = """\
        chosen = [rate for trained, rate in changes.items() if trained <= self.trained]
        self.model.optimizer.learning_rate = chosen[-1] if chosen else float(learning_rate(self.trained))
"""

CURVES = """\
figure, both = plt.subplots(1, 2, figsize=(10, 4))
for axes, metric in zip(both, ("loss", "accuracy")):
    axes.plot(history.history[metric], label="training")
    if f"val_{metric}" in history.history:
        axes.plot(history.history[f"val_{metric}"], label="validation")
    axes.set(title=metric.capitalize(), xlabel="Epoch")
    axes.legend()
"""

AVERAGING = """\
pixels = keras.Input((28, 28))
image = layers.Reshape((28, 28, 1))(layers.Rescaling(1 / 255)(pixels))
# Shifted by half a pixel, each pixel is the mean of its neighbours.
means = layers.AveragePooling2D(2, strides=1)(layers.ZeroPadding2D(1)(image))
views = [
    body(layers.Cropping2D(((down, 1 - down), (right, 1 - right)))(means))
    for down in (0, 1)
    for right in (0, 1)
]
model = keras.Model(pixels, layers.Softmax()(layers.Average()(views)))
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
"""

CALIBRATION = """\
logits = np.log(np.maximum(model.predict(x_train[{fitted}:], batch_size=500, verbose=0), 1e-30))
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
temperatures = np.geomspace(0.25, 4, 241)
temperature = min(temperatures, key=lambda t: float(cross_entropy(y_train[{fitted}:], logits / t)))
# Dividing the last layer's weights by the temperature divides its logits by it.
last = {last}.layers[-1]
last.set_weights([weights / temperature for weights in last.get_weights()])
print(f"Temperature {{temperature:.2f}}")
"""

EVALUATION = """\
loss, accuracy = model.evaluate(x_test, y_test, batch_size=500, verbose=0)
print(f"Test accuracy {accuracy:.2%}, loss {loss:.4f}")
"""

READING = """\
digit = x_test[0]  # or your own: 28 x 28 pixels, 0 (background) to 255 (ink), scaled and centred as in MNIST
probabilities = model.predict(digit[None], verbose=0)[0]
print(f"Read as {probabilities.argmax()} with {probabilities.max():.1%}")
"""
