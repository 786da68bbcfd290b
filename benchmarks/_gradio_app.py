"""The app that a Gradio user would build, for comparison: a Sketchpad and a Label, read by the same `Recogniser`.

    GRADIO_PYTHON benchmarks/_gradio_app.py PORT

`GRADIO_PYTHON` has the packages of `benchmarks/requirements-gradio.txt`.
"""

import os
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported
os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import gradio as gr
import numpy as np

from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT

network = Recogniser.load(ROOT / "models" / "handwriting.keras")


def read(sketch: dict[str, np.ndarray | None] | None) -> dict[str, float] | None:
    """Return the ten probabilities, as a Label takes them."""
    drawing = sketch["composite"] if sketch else None
    if drawing is None:
        return None
    reading = network.read(drawing)
    return (
        None
        if reading.digit is None
        else {str(digit): probability for digit, probability in enumerate(reading.probabilities)}
    )


if __name__ == "__main__":
    with gr.Blocks(title="Sketchpad") as app:
        # Not side by side: the Sketchpad narrows when the answer comes, and its field moves out of sight.
        pad = gr.Sketchpad(
            image_mode="RGBA",
            type="numpy",
            canvas_size=(358, 320),
            brush=gr.Brush(default_size=18, default_color="#000000", colors=["#000000"], color_mode="fixed"),
            label="Draw",
        )
        answer = gr.Label(num_top_classes=10, label="Read")
        pad.change(read, pad, answer, show_progress="hidden")
    app.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True, show_error=True)
