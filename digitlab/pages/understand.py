"""Why a network reads a picture as it does: saliency, activations, counterfactuals, neighbours and more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, translated
from digitlab.ui import (
    figures,
    galleries,
    glossary,
    linked_choice,
    messages,
    network_choice,
    probability_bars,
    reading_view,
    resources,
)
from digitlab.ui.understand import (
    activations_view,
    class_gradients_view,
    counterfactual_view,
    digit_map_view,
    distortion_view,
    forward_pass_view,
    picture_choice,
    saliency_view,
)


@dataclass(frozen=True, slots=True)
class View:
    """One way to explain a reading: its title, the question that it answers, what shows it, and terms to explain."""

    title: Text
    question: Text
    show: Callable[[ModelCard, NDArray[np.uint8], Reading], None]
    terms: tuple[str, ...]


VIEWS = {  # by their names in the address
    "Where it looks": View(
        Text("Saliency"),
        Text("Which pixels matter?"),
        saliency_view.show,
        ("saliency", "gradient", "logits", "convolution"),
    ),
    "Layer by layer": View(
        Text("Activations"),
        Text("What does each layer compute?"),
        activations_view.show,
        ("activation", "layer", "filter", "feature_map"),
    ),
    "For and against": View(
        Text("Class gradients"),
        Text("Which pixels support or oppose each digit?"),
        class_gradients_view.show,
        ("class_gradients", "gradient", "logits"),
    ),
    "Distort it": View(Text("Distortion"), Text("When does the answer change?"), distortion_view.show, ("robustness",)),
    "Change its mind": View(
        Text("Counterfactual"),
        Text("What is the smallest change to another answer?"),
        counterfactual_view.show,
        ("counterfactual",),
    ),
    "Digits like it": View(
        Text("Nearest neighbours"),
        Text("Which training digits does the network find most similar?"),
        digit_map_view.show_neighbours,
        ("nearest_neighbours", "training_set"),
    ),
    "Map of digits": View(
        Text("Digit map"),
        Text("Where does the picture lie among the training digits?"),
        digit_map_view.show_map,
        ("digit_map", "training_set"),
    ),
    "The arithmetic": View(
        Text("Forward pass"),
        Text("How do the numbers lead to the answer?"),
        forward_pass_view.show,
        ("forward_pass", "convolution", "weight", "neuron", "logits", "relu", "softmax"),
    ),
}

picture_choice.follow_link()
st.title(_("Explain"))
figures.style()
columns = st.columns(2, gap="large")
left, right = columns[0].container(key="explained-picture"), columns[1].container(key="explained-reading")
with left:
    card = network_choice.choose_network()
    chosen = None
    with messages.show_errors():
        chosen = picture_choice.choose(card)
picture_choice.keep_link()
if chosen is None:
    st.stop()
image = chosen
with left:
    galleries.digit_picture(image, _("The picture, 28 x 28 pixels"))
with right:
    reading = resources.lab().recogniser(card.name).read_digit(image)
    reading_view.answer(reading, "")
    probability_bars.show(reading.probabilities, reading.digit)
name = linked_choice.pills(
    _("Explanation"),
    {name: translated(view.title) for name, view in VIEWS.items()},
    param="view",
    key="understand-view",
    default="Where it looks",
)


@st.fragment
def show(view: View) -> None:
    """Show a view; a change in it leaves the rest of the page alone."""
    st.subheader(translated(view.title), help=glossary.help(*view.terms))
    st.markdown(translated(view.question))
    with messages.show_errors():
        view.show(card, image, reading)


with st.container(key="explanation"):
    show(VIEWS[name])
