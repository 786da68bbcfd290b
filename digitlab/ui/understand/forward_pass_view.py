"""Why a network reads what it reads, shown: heat maps over a digit, layers, sums, a map of digits."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import ActivationTrace, Counterfactual, HeatMaps, LayerOutput, Neuron
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import figures, messages, resources
from digitlab.ui.charts import colours

_ROW = 16  # neurons in a row, where they have no place in the picture
_COLUMNS = 8  # maps in a row: they are still to be seen on a telephone

KINDS = {
    "Conv2D": "a convolution: each filter slides over the picture, and its map is bright where it fits",
    "BatchNormalization": "brings each map to the spread that it had on average in training",
    "ReLU": "lets what is below 0 be 0",
    "Dense": "each neuron weighs all numbers that come in, and is silent where their sum is below 0",
}
_SHOWN = 8  # of a neuron's products


@st.cache_data(show_spinner="Asking the network ...", max_entries=300)
def _asked(name: str, created: float, question: str, *arguments: Any) -> Any:
    return getattr(resources.lab().explain(name), question)(*arguments)


def ask(card: ModelCard, question: str, *arguments: Any) -> Any:
    """Ask `Explanations` of a network; the same is answered from memory when a page runs again."""
    return _asked(card.name, card.created, question, *arguments)


def stage(one: LayerOutput) -> None:
    """Show what a layer makes of a picture: its maps as pictures, or its numbers as one row of squares."""
    values = one.values
    most = colours.max_magnitude(values)
    row = _ROW if len(values) % _ROW == 0 else len(values)
    maps = np.moveaxis(values, -1, 0) if values.ndim == 3 else values.reshape(1, -1, row)
    columns = min(len(maps), _COLUMNS)
    laid = colours.sheet(colours.colour_map(maps, most), columns)
    laid = colours.enlarge(laid, max(1, figures.MAX_WIDTH // laid.shape[1]))
    sums = np.abs(maps).sum(axis=(1, 2)) if values.ndim == 3 else np.abs(values)
    size = f"{len(maps)} maps of {maps.shape[1]} x {maps.shape[2]}" if values.ndim == 3 else f"{len(values)} neurons"
    kind = "map" if values.ndim == 3 else "neuron"
    alt = f"{size}; the strongest is {kind} {int(sums.argmax())}, and {int((sums == 0).sum())} are silent"
    scale = figures.signed_scale(most) if (values < 0).any() else figures.positive_scale(most)
    text = f"{alt}. Numbered from 0, row by row, {columns if values.ndim == 3 else row} a row."
    st.html(f"<div class='digitlab-sheet'>{figures.figure(laid, alt, text=text, scale=scale)}</div>")


def gradient_maps(maps: HeatMaps, image: NDArray[np.uint8]) -> list[str]:
    """Return heat maps of what follows from gradients, with a sentence on what each can say, and what it cannot."""
    shown = [
        figures.heat_map(
            maps.integrated_gradients,
            image,
            "Integrated gradients",
            f"What each pixel adds to the sum between an empty picture and this one; together they are the whole "
            f"difference, {maps.gain:+.2f} (missed by {maps.completeness_error:.1%}). Ink gets all of the credit: what speaks because "
            "no ink is there shows as nothing.",
        ),
        figures.heat_map(
            maps.gradient,
            image,
            "Gradient",
            "By how much a little more ink at a pixel would raise or lower the sum. It says what would matter next, "
            "not what has mattered: of a stroke that the network is sure of it may say nothing.",
        ),
    ]
    if maps.grad_cam is not None:
        text = (
            "Where the last convolution saw what raises the sum. It is coarse, a field is several pixels wide, and it "
            "leaves out what speaks against: all black where that prevails."
        )
        shown.insert(1, figures.heat_map(maps.grad_cam, image, "Grad-CAM", text))
    return shown


def evidence(slopes: NDArray[np.float32], image: NDArray[np.uint8], reading: Reading, *, is_exact: bool) -> None:
    """Show which pixels speak for and against each digit, the one that is read first."""
    most = colours.max_magnitude(slopes)
    own = (slopes * (image / 255)).sum(axis=(1, 2))
    order = np.argsort(-np.asarray(reading.probabilities), kind="stable")
    shown = []
    for digit in map(int, order):
        text = f"{reading.probabilities[digit]:.1%}" + (f"; its ink adds {own[digit]:+.2f}" if is_exact else "")
        alt = f"For and against {digit}: {figures.extremes(slopes[digit])}"
        shown.append(figures.figure(colours.over_digit(slopes[digit], image, most), alt, str(digit), text))
    figures.grid(shown, is_small=True)
    st.html(figures.signed_scale(most))


def change(one: Counterfactual, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show a picture, its change, and what comes out."""
    difference = one.image.astype(np.float64) - image
    pixels, largest = int((np.abs(difference) >= 3).sum()), int(np.abs(difference).max())
    shown = [
        figures.figure(
            colours.enlarge(image, 10), f"As it is, read as {reading.digit}", "As it is", f"read as {reading.digit}"
        ),
        figures.figure(
            colours.over_digit(difference, image),
            f"The change: {figures.extremes(difference)}",
            "The change",
            f"{pixels} pixels by 3 or more of 255, none by more than {largest}: orange adds ink, blue takes it away",
        ),
        figures.figure(
            colours.enlarge(one.image, 10), f"Changed, read as {one.digit}", "Changed", f"read as {one.digit}"
        ),
    ]
    figures.grid(shown)


def softmax(inside: ActivationTrace) -> None:
    """Show how ten sums become ten probabilities, and what makes the largest sum."""
    st.subheader("From sums to probabilities")
    digit, rival = (int(one) for one in np.argsort(-inside.logits)[:2])
    st.markdown(
        f"The last layer adds up {len(inside.hidden):,} numbers with ten sets of weights. The softmax raises e to each "
        f"sum, here less the largest, {inside.logits.max():.4g}, and divides by the total, {inside.exponentials.sum():.6g}."
    )
    rows = [
        {"Digit": number, "Sum": f"{inside.logits[number]:.4f}", "e^(sum - largest)": f"{inside.exponentials[number]:.4g}",
         "Probability": f"{inside.probabilities[number]:.4%}"}
        for number in range(10)
    ]  # fmt: skip
    st.table(rows)
    parts = inside.hidden * inside.weights[:, digit]
    apart = inside.hidden * (inside.weights[:, digit] - inside.weights[:, rival])
    best = np.argsort(-apart)[:5]
    listed = ", ".join(f"neuron {number} with {apart[number]:+.2f}" for number in best)
    st.markdown(
        f"**The sum of {digit}**: products {parts.sum(dtype=np.float64):.4f}, bias {inside.bias[digit]:+.4f}, together "
        f"{inside.logits[digit]:.4f}. It is {inside.logits[digit] - inside.logits[rival]:.2f} ahead of {rival}, so that "
        f"{digit} is e to the power of that, {np.exp(float(inside.logits[digit] - inside.logits[rival])):,.4g} times, as "
        f"likely. Most of it comes from {listed}."
    )


def neuron(one: Neuron) -> None:
    """Show one neuron's inputs, weights and products, and the sum with its numbers."""
    products = one.products
    if one.source:
        st.markdown(f"What comes in: {messages.escape_markdown(one.source)}")
    side = 28 if products.size == 784 else None
    parts = {"What comes in": one.inputs, "times the weights": one.weights, "are the products": products}
    shown = []
    for title, values in parts.items():
        picture = _as_picture(values, side)
        if picture is not None:
            large = colours.enlarge(colours.colour_map(picture), max(1, 280 // picture.shape[1]))
            most = colours.max_magnitude(picture)
            scale = figures.signed_scale(most) if (picture < 0).any() else figures.positive_scale(most)
            shown.append(
                figures.figure(large, f"{title}: {picture.shape[0]} x {picture.shape[1]} numbers", title, scale=scale)
            )
    if shown:
        figures.grid(shown)
    order = np.argsort(-np.abs(products), axis=None)[:_SHOWN]
    terms = [f"{one.inputs.flat[at]:.3f} × {one.weights.flat[at]:.3f}" for at in order if products.flat[at]]
    rest = one.total - one.bias - float(sum(products.flat[at] for at in order))
    st.markdown(
        f"{' + '.join(terms) or 'All products are 0'} + … ({products.size - len(terms):,} more: {rest:.4f}) "
        f"+ bias {one.bias:.4f} = **{one.total:.4f}**".replace("+ -", "- ")
    )
    value = one.total
    if (one.scale, one.shift) != (1, 0):
        value = one.scale * one.total + one.shift
        st.markdown(
            f"normalized: {one.scale:.4f} × {one.total:.4f} + {one.shift:.4f} = **{value:.4f}**".replace("+ -", "- ")
        )
    if one.is_rectified:
        st.markdown(f"what is below 0 becomes 0: **{max(value, 0):.4f}**; the network itself says {one.output:.4f}.")


def _as_picture(values: NDArray[np.float32], side: int | None) -> NDArray[np.float32] | None:
    """Return numbers that have a place in the picture as (height, width); of several maps, their sum; else None."""
    if side is not None:
        return values.reshape(side, side)
    return values.sum(axis=2) if values.ndim == 3 else None
