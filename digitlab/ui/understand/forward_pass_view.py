"""The forward pass in numbers: the softmax, and one neuron."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import ActivationTrace, LayerOutput, Neuron
from digitlab.networks.layers.base import ACTIVATIONS
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, translated
from digitlab.ui import figures, messages
from digitlab.ui.charts import colours
from digitlab.ui.understand import answers

_MAX_TERMS = 8  # terms of a neuron's sum that are shown
_CONTRIBUTIONS = 5  # largest contributions to the highest logit that are shown


def show(card: ModelCard, image: NDArray[np.uint8], _reading: Reading) -> None:
    """Show how the logits become probabilities, and let a person choose a neuron to see its sum."""
    trace = answers.activations(card, image)
    _softmax(trace)
    st.subheader(_("One neuron"))
    layers = {output.layer: output for output in trace.layers if output.kind in ("Conv2D", "Dense")}
    if layers:
        _neuron(_choose_neuron(card, image, layers))
    else:
        st.info(_("This network has no neurons before its last layer."))


def _choose_neuron(card: ModelCard, image: NDArray[np.uint8], layers: dict[str, LayerOutput]) -> Neuron:
    with st.container(key="neuron-choice", horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox(_("Layer"), list(layers), width=200)
        values = layers[layer].values
        strongest = np.unravel_index(int(np.abs(values).argmax()), values.shape)
        unit = int(
            st.number_input(_("Neuron"), 0, values.shape[-1] - 1, int(strongest[-1]), key=f"unit-{layer}", width=140)
        )
        row = column = 0
        if values.ndim == 3:
            last_row, last_column = values.shape[0] - 1, values.shape[1] - 1
            row = int(st.number_input(_("Row"), 0, last_row, int(strongest[0]), key=f"row-{layer}", width=120))
            column = int(
                st.number_input(_("Column"), 0, last_column, int(strongest[1]), key=f"column-{layer}", width=120)
            )
    return answers.neuron(card, image, layer, unit, row, column)


def _softmax(trace: ActivationTrace) -> None:
    """Show how ten logits become ten probabilities, and what makes the largest logit."""
    st.subheader(_("Softmax"))
    logits = trace.logits
    digit, rival = np.argsort(-logits)[:2].tolist()
    st.markdown(
        _(
            "The last layer computes ten logits, each a weighted sum of {count:,} numbers. The softmax raises e to "
            "each logit, less the largest ({largest:.4g}), and divides by the total, {total:.6g}.",
            count=len(trace.hidden),
            largest=logits.max(),
            total=trace.exponentials.sum(),
        )
    )
    rows = [
        {_("Digit"): number, _("Logit"): f"{logits[number]:.4f}",
         _("e^(logit - largest)"): f"{trace.exponentials[number]:.4g}",
         _("Probability"): f"{trace.probabilities[number]:.4%}"}
        for number in range(10)
    ]  # fmt: skip
    with st.container(key="softmax-table"):
        st.table(rows)
    products = trace.hidden * trace.weights[:, digit]
    advantages = trace.hidden * (trace.weights[:, digit] - trace.weights[:, rival])
    listed = ", ".join(
        _("neuron {number} ({value:+.2f})", number=number, value=advantages[number])
        for number in np.argsort(-advantages)[:_CONTRIBUTIONS]
    )
    lead = float(logits[digit] - logits[rival])
    st.markdown(
        _(
            "**Logit of {digit}**: products {products:.4f}, bias {bias:+.4f}, total {total:.4f}. It is {lead:.2f} "
            "larger than the logit of {rival}, so {digit} is e^{lead:.2f} = {times:,.4g} times as likely. Largest "
            "contributions to the difference: {contributions}.",
            digit=digit,
            products=products.sum(dtype=np.float64),
            bias=trace.bias[digit],
            total=logits[digit],
            lead=lead,
            rival=rival,
            times=np.exp(lead),
            contributions=listed,
        )
    )


def _neuron(neuron: Neuron) -> None:
    """Show a neuron's inputs, weights and products as pictures, and its sum in numbers."""
    if neuron.source:
        st.markdown(messages.escape_markdown(translated(neuron.source)))
    _pictures(neuron)
    _sum(neuron)
    _output(neuron)


def _sum(neuron: Neuron) -> None:
    """Show the largest products and the bias, and what they add up to."""
    products = neuron.products
    order = np.argsort(-np.abs(products), axis=None)[:_MAX_TERMS]
    terms = [f"{neuron.inputs.flat[n]:.3f} × {neuron.weights.flat[n]:.3f}" for n in order if products.flat[n]]
    rest = neuron.total - neuron.bias - float(sum(products.flat[n] for n in order))
    others = products.size - len(terms)
    if terms:
        sums = {"terms": " + ".join(terms), "bias": neuron.bias, "total": neuron.total}
        if others:
            equation = _(
                "{terms} + … ({count:,} more: {rest:.4f}) + bias {bias:.4f} = **{total:.4f}**",
                **sums, count=others, rest=rest,
            )  # fmt: skip
        else:
            equation = _("{terms} + bias {bias:.4f} = **{total:.4f}**", **sums)
        st.markdown(equation.replace("+ -", "- "))
    else:
        st.markdown(_("All products are 0."))
        st.markdown(_("Bias {bias:.4f} = **{total:.4f}**", bias=neuron.bias, total=neuron.total))


def _output(neuron: Neuron) -> None:
    """Show what normalization and activation make of the sum."""
    value = neuron.total
    if (neuron.scale, neuron.shift) != (1, 0):
        value = neuron.scale * neuron.total + neuron.shift
        st.markdown(
            _(
                "Normalized: {scale:.4f} × {total:.4f} + {shift:.4f} = **{value:.4f}**",
                scale=neuron.scale,
                total=neuron.total,
                shift=neuron.shift,
                value=value,
            ).replace("+ -", "- ")
        )
    if neuron.is_rectified:
        st.markdown(
            _(
                "After ReLU, which replaces negative values by 0: **{value:.4f}**. Computed by the network itself: "
                "{output:.4f}.",
                value=max(value, 0),
                output=neuron.output,
            )
        )
    if neuron.activation:
        st.markdown(
            _(
                "After {function}, computed by the network itself: **{output:.4f}**.",
                function=ACTIVATIONS[neuron.activation],
                output=neuron.output,
            )
        )


def _pictures(neuron: Neuron) -> None:
    pictures = []
    parts = ((_("Inputs"), neuron.inputs), (_("Weights"), neuron.weights), (_("Products"), neuron.products))
    for title, values in parts:
        picture = _as_picture(values)
        if picture is not None:
            height, width = picture.shape
            maximum = colours.max_magnitude(picture)
            scale = figures.signed_scale(maximum) if (picture < 0).any() else figures.positive_scale(maximum)
            large = colours.enlarge(colours.colour_map(picture), max(1, 280 // width))
            alt = _("{title}: {height} x {width} numbers", title=title, height=height, width=width)
            pictures.append(figures.figure(large, alt, title, scale=scale))
    if pictures:
        figures.grid(pictures)


def _as_picture(values: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return numbers that have a place in the picture as (height, width), the sum of several maps; else None."""
    if values.size == 784:
        return values.reshape(28, 28)
    return values.sum(axis=2) if values.ndim == 3 else None
