"""Technical terms on the pages: each page that shows one explains it, in a help or where it stands."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from apptest import App
from google.protobuf.message import Message
from streamlit.testing.v1.element_tree import Block, Element

from digitlab.ui import glossary
from digitlab.ui.learn.paths import STEPS

TECHNICAL = {
    "accuracy", "augmentation", "averaging", "batch", "batch_normalization", "calibration", "checkpoint",
    "class_gradients", "confidence_interval", "confusion_matrix", "convolution", "counterfactual", "cross_entropy",
    "digit_map", "divergence", "dropout", "early_stopping", "entropy", "epoch", "f1", "feature_map", "fine_tuning",
    "forward_pass", "gradient", "label_noise", "learning_curves", "learning_rate", "litert", "logits", "loss",
    "mcnemar", "model_card", "nearest_neighbours", "neuron", "onnx", "optimizer", "overfitting", "parameter",
    "precision", "preprocessing", "recall", "relu", "robustness", "saliency", "schedule", "seed", "softmax",
    "synthetic_digits", "temperature", "test_set", "validation", "depthwise_convolution", "l2_penalty",
    "layer_normalization", "range_test", "receptive_field", "separable_convolution", "skip_connection",
    "weight_initialiser",
}  # fmt: skip
PAGES = [
    *((page, "") for page in ("draw", "learn", "browse", "mydigits", "train", "watch", "improve", "compare")),
    *(("learn", step) for step in STEPS),
    *(("models", view) for view in ("Overview", "Take away", "Code", "Model card")),
    *(("evaluate", view) for view in ("Overview", "Certainty", "Robustness", "Compare", "Labels")),
    *(("understand", view) for view in ("Where it looks", "Distort it", "Change its mind", "The arithmetic")),
]
TIP = re.compile(r"<span class='digitlab-tip'[^>]*>.*?</span>")
SHOWN = ("label", "body", "markdown", "options", "placeholder", "text", "caption")  # fields with text for people


def elements(block: Block) -> Iterator[Element]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield from elements(child)
        else:
            yield child


def strings(message: Message, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a message, with the names of their fields."""
    for field, value in message.ListFields():
        for part in value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]:
            if isinstance(part, str):
                yield field.name, part
            elif isinstance(part, Message):
                yield from strings(part, field.name)


def texts_and_help(page: Any) -> tuple[str, str]:
    """What a page shows, and what explains it: helps, explanations at the terms, and its own sentences."""
    shown, explained = [], []
    for element in elements(page.main):
        if element.type in ("json", "code"):  # names that code uses
            continue
        for name, text in strings(element.proto):
            if name in ("help", "tooltip") or "digitlab-glossary" in text:
                explained.append(text)
            elif name in SHOWN:
                explained += TIP.findall(text)
                shown.append(TIP.sub("", text))
    return "\n".join(shown), "\n".join(explained + shown)


def unexplained(page: Any) -> set[str]:
    shown, explained = texts_and_help(page)
    found: set[str] = set()
    glossary.as_html(re.sub(r"<[^>]+>", " ", shown), found)
    return {
        key for key in found & TECHNICAL if glossary.explanation(key) not in html.unescape(explained.replace("\\", ""))
    }


@pytest.mark.parametrize(("name", "view"), PAGES)
def test_a_page_explains_the_technical_terms_that_it_shows(app: App, name: str, view: str) -> None:
    address = {"step" if name == "learn" else "view": view} if view else {}
    assert unexplained(app.open(name, **address)) == set()
