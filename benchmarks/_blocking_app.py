"""The app that most people would write, for comparison: a canvas, and a button that trains in the page's script.

    streamlit run benchmarks/_blocking_app.py

It reads with DigitLab's convolutional network and trains the same one; all else follows the usual recipe.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import keras
import numpy as np
import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from digitlab.data import mnist
from digitlab.settings import ROOT
from digitlab.worker.build import build


@st.cache_resource
def load_digits() -> mnist.Mnist:
    """Return the data set."""
    return mnist.load()


@st.cache_resource
def load_network() -> keras.Model:
    """Return the network that reads drawings."""
    return keras.models.load_model(ROOT / "models" / "convolutional.keras")


class Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows the progress of the training."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Move the bar after each epoch."""
        bar.progress((epoch + 1) / epochs, f"Epoch {epoch + 1}, accuracy {(logs or {})['accuracy']:.2%}")


st.title("Draw a digit")
network = load_network()
canvas = st_canvas(
    stroke_color="#ffffff",
    stroke_width=18,
    background_color="#000000",
    width=358,
    height=320,
    return_image_data=True,
    key="canvas",
)
if canvas.json_data is not None and canvas.json_data["objects"]:
    picture = Image.fromarray(canvas.image_data).convert("L").resize((28, 28))
    probabilities = network.predict(np.asarray(picture)[np.newaxis], verbose=0)[0]
    st.html(f"<strong data-testid='digit'>{probabilities.argmax()}</strong>")
    st.bar_chart(probabilities)

epochs = st.slider("Epochs", 1, 50, 10)
digits = st.number_input("Training digits", 100, 60_000, 60_000)
if st.button("Train"):
    bar = st.progress(0.0, "Epoch 0")
    learner = build("convolutional", seed=1)
    learner.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    data = load_digits()
    learner.fit(
        data.x_train[:digits],
        data.y_train[:digits],
        batch_size=64,
        epochs=epochs,
        validation_split=0.2,
        verbose=0,
        callbacks=[Progress()],
    )
    st.success("Trained.")
