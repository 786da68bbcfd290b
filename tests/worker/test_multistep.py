import dataclasses

import keras
import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.data.augmentation import Augmentation
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import plan
from digitlab.worker import build
from digitlab.worker.multistep import BatchChunks, fit


def labels_of_epoch(chunks, epoch):
    parts = [chunks.chunk(number) for number in range(epoch * len(chunks), (epoch + 1) * len(chunks))]
    return np.concatenate([labels[:count].ravel() for _, labels, count in parts])


@pytest.mark.parametrize("n", [96, 100, 31, 250])
def test_chunks_hold_every_digit_once_in_a_new_order(digits, n):
    chunks = BatchChunks(digits.x_train[:n], np.arange(n, dtype=np.uint8), TrainingConfig(), digits=64)
    first, second = labels_of_epoch(chunks, 0), labels_of_epoch(chunks, 1)
    assert sorted(first) == sorted(second) == list(range(n))
    assert first.tolist() != second.tolist()


def test_a_block_that_is_not_full_has_the_shape_of_the_others(digits):
    chunks = BatchChunks(digits.x_train[:160], digits.y_train[:160], TrainingConfig(), digits=64)
    shapes = [(images.shape, labels.shape, int(count)) for images, labels, count in map(chunks.chunk, range(3))]
    assert shapes == [((2, 32, 28, 28), (2, 32), 2), ((2, 32, 28, 28), (2, 32), 2), ((2, 32, 28, 28), (2, 32), 1)]


def test_digits_keep_their_labels_and_change_by_augmentation(digits):
    config = TrainingConfig(augmentation=Augmentation(shift=1))
    plain = BatchChunks(digits.x_train[:64], digits.y_train[:64], TrainingConfig(), digits=64).chunk(1)
    changed = BatchChunks(digits.x_train[:64], digits.y_train[:64], config, digits=64).chunk(1)
    again = BatchChunks(digits.x_train[:64], digits.y_train[:64], config, digits=64).chunk(1)
    assert np.array_equal(plain[1], changed[1])
    assert not np.array_equal(plain[0], changed[0])
    assert np.array_equal(changed[0], again[0])


def one_by_one(model, chunks, epochs):
    """What Keras does by itself: a call a batch."""
    for number in range(epochs * len(chunks)):
        images, labels, count = chunks.chunk(number)
        for batch in range(count):
            model.train_on_batch(images[batch], labels[batch])


@pytest.mark.parametrize(("layers", "n"), [(None, 1000), (None, 1024), (CONVOLUTIONAL[:-1], 200)])  # without dropout
def test_chunks_train_the_same_network_as_single_batches(digits, layers, n):
    config = TrainingConfig(layers=layers)
    networks = []
    for is_in_chunks in (True, False):
        model = build.build("tutorial", 1, layers)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
        execution_plan = dataclasses.replace(plan(config.stack, 1000), digits=320)
        chunks = BatchChunks(digits.x_train[:n], digits.y_train[:n], config, execution_plan.digits)
        if is_in_chunks:
            fit(model, chunks, execution_plan, epochs=2, validation=None, callbacks=[])
        else:
            one_by_one(model, chunks, epochs=2)
        networks.append(model)
    first, second = (network.predict(digits.x_test[:100], verbose=0) for network in networks)
    assert first == pytest.approx(second, abs=2e-3)  # sums of float32 in another order


def test_any_callback_of_keras_works(digits, tmp_path):
    model = build.build("tutorial", seed=1)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    chunks = BatchChunks(digits.x_train[:640], digits.y_train[:640], TrainingConfig(), digits=320)
    callbacks = [
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras"),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 / (epoch + 1)),
    ]
    validation = digits.x_test[:100], digits.y_test[:100]
    history = fit(model, chunks, plan(TrainingConfig().stack, 20), epochs=2, validation=validation, callbacks=callbacks)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0005)
    saved = keras.models.load_model(tmp_path / "best.keras")
    assert type(saved) is keras.Model or type(saved).__name__ == "Functional"
    assert saved.predict(digits.x_test[:5], verbose=0) == pytest.approx(model.predict(digits.x_test[:5], verbose=0))
