import numpy as np
import pytest

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks.evaluation import evaluate
from digitlab.networks.recognition import Recogniser
from digitlab.worker import keras_files


@pytest.mark.parametrize(("name", "n"), [("tutorial", 2000), ("handwriting", 60)])
def test_the_figures_are_those_of_keras(ready_made, digits, name, n):
    images, labels = digits.x_train[:n], digits.y_train[:n]
    scores = evaluate(ready_made / f"{name}.keras", images, labels)
    model = keras_files.load(ready_made / f"{name}.keras")
    assert np.allclose(scores.probabilities, model.predict(images, verbose=0), atol=1e-5)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    assert scores.loss == pytest.approx(loss, rel=1e-4)
    assert scores.accuracy == pytest.approx(accuracy)


@pytest.mark.parametrize(("n", "threads"), [(1, 1), (15, 2), (17, 3), (50, 8), (50, 100)])
def test_batch_and_thread_counts_do_not_change_the_answers(ready_made, digits, n, threads):
    path = ready_made / "convolutional.keras"
    scores = evaluate(path, digits.x_test[:n], digits.y_test[:n], threads)
    one_by_one = [Recogniser.load(path).probabilities(image[np.newaxis])[0] for image in digits.x_test[:n]]
    assert np.allclose(scores.probabilities, one_by_one, atol=1e-5)


def test_a_network_that_cannot_be_opened_is_told(tmp_path, digits):
    with pytest.raises(ModelNotFound):
        evaluate(tmp_path / "gone.keras", digits.x_test[:1], digits.y_test[:1])
    (tmp_path / "text.tflite").write_text("hello")
    with pytest.raises(ModelDamaged):
        evaluate(tmp_path / "text.keras", digits.x_test[:1], digits.y_test[:1])
