"""Why a network reads a picture as it does: what it looks at, layer by layer, what is like it, what would change it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.distortions import Amounts
from digitlab.networks.explanation import ActivationTrace, Counterfactual, HeatMaps, Neuron
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import figures, galleries, messages, network_choice, probability_bars, reading_view, resources
from digitlab.ui.understand import digit_map_view, forward_pass_view, picture_choice, top_activations_view

state = st.session_state


def where_it_looks(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Heat maps over the digit."""
    digit = choose_digit(reading, "Why, or why not, a")
    st.caption("Orange speaks for this digit, blue against it, black has no say. The white line is the ink's edge.")
    covered = resources.lab().explain(card.name).occlusion(image, digit)
    shown = [
        figures.heat_map(
            covered.drops * 100,
            image,
            "Occlusion",
            "By how many percentage points the probability falls where 5 x 5 pixels are wiped out. It is the only one "
            "that really changes the picture; but what two strokes tell twice shows as nothing, and a picture with a "
            "hole may be like none that the network has learned.",
        )
    ]
    with messages.show_errors():
        maps: HeatMaps = forward_pass_view.ask(card, "heat_maps", image, digit)
        shown += forward_pass_view.gradient_maps(maps, image)
    figures.grid(shown)


def choose_digit(reading: Reading, label: str) -> int:
    """Let a person choose a digit; at first it is the one that is read."""
    digit = st.segmented_control(
        label, range(10), default=reading.digit, required=True, key=f"digit-of-{reading.digit}", wrap=True
    )
    return int(digit if digit is not None else reading.digit or 0)


def layer_by_layer(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Step from input to output."""
    inside: ActivationTrace = forward_pass_view.ask(card, "activations", image)
    names = ["picture", *(stage.layer for stage in inside.layers), "digits"]
    if state.get("layer") not in names:
        state.layer = names[min(1, len(names) - 1)]

    def step(by: int) -> None:
        state.layer = names[(names.index(state.layer) + by) % len(names)]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Back", icon=":material/chevron_left:", on_click=step, args=(-1,))
        st.button("Next layer", icon=":material/chevron_right:", on_click=step, args=(1,))
    layer = st.select_slider("Layer", names, key="layer", bind="query-params")
    if inside.views > 1:
        st.caption(
            f"This network looks {inside.views} times, moved by half a pixel, and averages the sums; here is the first."
        )
    if layer == "picture":
        galleries.digit_picture(image, "The picture as the network gets it", is_large=True)
    elif layer == "digits":
        probability_bars.show(reading.probabilities, reading.digit)
    else:
        stage = next(stage for stage in inside.layers if stage.layer == layer)
        st.markdown(f"**{stage.layer}**: {forward_pass_view.KINDS[stage.kind]}")
        forward_pass_view.stage(stage)
        if stage is inside.layers[0] and stage.kind == "Conv2D":
            st.markdown("**Its filters**, in the same order: what each looks for")
            figures.weights(forward_pass_view.ask(card, "first_weights"), "The weights of the first layer's filters", 8)
        if stage.kind == "Conv2D":
            top_activations_view.exciting(card, stage)


def for_and_against(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Which pixels speak for and against each digit; the first layer's weights."""
    evidence = forward_pass_view.ask(card, "pixel_evidence", image)
    is_dense = forward_pass_view.ask(card, "first_weights").shape[1:] == image.shape
    st.caption(
        "Each of the 784 pixels speaks for a digit (orange) or against it (blue): the weight with which more ink there "
        "goes into the digit's sum"
        + (
            ". The neurons that this picture wakes make the network this simple; another picture wakes others."
            if is_dense
            else ", as long as the picture changes little. It is the gradient of each sum."
        )
    )
    forward_pass_view.evidence(evidence, image, reading, is_exact=is_dense)
    if is_dense:
        st.markdown("**What the neurons of the first layer look for**, numbered from 0, 16 a row")
        figures.weights(
            forward_pass_view.ask(card, "first_weights"), "The first layer's weights, one picture a neuron", 16
        )


def distort_it(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Sliders, and ten bars that move."""
    left, right = st.columns(2, gap="large")
    with left:
        amounts = Amounts(
            rotation=st.slider("Rotate, in degrees", -90, 90, 0, key="rotation"),
            scale=st.slider("Scale, in per cent", 40, 160, 100, 5, key="scale") / 100,
            right=st.slider("To the right, in pixels", -10, 10, 0, key="right"),
            down=st.slider("Down, in pixels", -10, 10, 0, key="down"),
            thicker=st.slider("Thicker, in pixels on each side of the line", -1.0, 2.0, 0.0, 0.25, key="thicker"),
            noise=st.slider("Noise, of 255", 0, 120, 0, 5, key="noise"),
        )
        st.button("As it was", icon=":material/restart_alt:", on_click=as_it_was)
    with right:
        distorted = resources.lab().explain(card.name).distorted(image, amounts)
        reading_view.answer(distorted, "Nothing is left of it.")
        probability_bars.show(distorted.probabilities, distorted.digit)
        galleries.digit_picture(distorted.image, "The distorted picture, as the network gets it", is_large=True)
    st.caption(
        "A drawing is centred and scaled before the network sees it: only here must it bear such changes itself."
    )


def as_it_was() -> None:
    """Undo all distortions."""
    state.update(rotation=0, scale=100, right=0, down=0, thicker=0.0, noise=0)


def change_its_mind(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """The smallest changes that make other digits of it."""
    changes: list[Counterfactual] = forward_pass_view.ask(card, "counterfactuals", image)
    if not changes:
        st.info("No small change was found that makes another digit of it.")
        return
    by_digit = {change.digit: change for change in changes}
    if state.get("changed") not in by_digit:
        state.changed = changes[0].digit
    forward_pass_view.change(by_digit[state.changed], image, reading)
    st.markdown("**The smallest change found for each digit**, the nearest first. Click one to look closely.")
    samples = [
        galleries.Sample(change.digit, change.image, f"→ {change.digit}: {change.distance:.2f}") for change in changes
    ]
    galleries.gallery(samples, key="changes", chosen=state.changed, on_click=lambda digit: state.update(changed=digit))
    st.caption(
        "The number is the length of the change: the root of the sum of its squares, a full pixel counted as 1. "
        "Steps go to the nearest border between two digits (DeepFool), so that shorter ones may exist. Where a person "
        "still reads the old digit, the network looks at other things than people do."
    )


def the_arithmetic(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """The softmax and one neuron, with the real numbers."""
    inside: ActivationTrace = forward_pass_view.ask(card, "activations", image)
    forward_pass_view.softmax(inside)
    st.subheader("One neuron")
    stages = {one.layer: one for one in inside.layers if one.kind in ("Conv2D", "Dense")}
    if not stages:
        st.info("Before the last layer no neuron of this network has weights that could be shown.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox("Layer", list(stages), width=200)
        values = stages[layer].values
        best = np.unravel_index(int(np.abs(values).argmax()), values.shape)
        unit = int(st.number_input("Neuron", 0, values.shape[-1] - 1, int(best[-1]), key=f"unit-{layer}", width=140))
        row = column = 0
        if values.ndim == 3:
            rows, columns = values.shape[0] - 1, values.shape[1] - 1
            row = int(st.number_input("Row", 0, rows, int(best[0]), key=f"row-{layer}", width=120))
            column = int(st.number_input("Column", 0, columns, int(best[1]), key=f"column-{layer}", width=120))
    neuron: Neuron = forward_pass_view.ask(card, "neuron", image, layer, unit, row, column)
    forward_pass_view.neuron(neuron)


VIEWS = {
    "Where it looks": where_it_looks,
    "Layer by layer": layer_by_layer,
    "For and against": for_and_against,
    "Distort it": distort_it,
    "Change its mind": change_its_mind,
    "Digits like it": digit_map_view.similar,
    "Map of digits": digit_map_view.landscape,
    "The arithmetic": the_arithmetic,
}

picture_choice.follow_link()
st.title("Understand")
figures.style()
left, right = st.columns(2, gap="large")
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
    galleries.digit_picture(image, "The picture, 28 x 28 pixels")
with right:
    reading = resources.lab().recogniser(card.name).read_digit(image)
    reading_view.answer(reading, "")
    probability_bars.show(reading.probabilities, reading.digit)
view = st.pills(
    "What to look at", list(VIEWS), default="Where it looks", required=True, key="view", bind="query-params", wrap=True
)


@st.fragment
def show(view: str) -> None:
    """What was chosen; a change in it leaves the rest of the page alone."""
    with messages.show_errors():
        VIEWS[view](card, image, reading)


show(view or "Where it looks")
