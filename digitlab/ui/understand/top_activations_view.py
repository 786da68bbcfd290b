"""Top activations: the training digits that activate a filter most."""

import streamlit as st

from digitlab.networks.explanation import LayerOutput
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _
from digitlab.ui import figures, resources
from digitlab.ui.charts import colours
from digitlab.ui.understand import answers

_DIGITS = 500  # the first of the training set: a worker searches them in a fraction of a second


def show(card: ModelCard, output: LayerOutput) -> None:
    """Let a person choose a filter, and show the training digits that activate it most."""
    digits = resources.mnist()
    top = answers.top_activations(card, digits.x_train[:_DIGITS], output.layer)
    maps = output.values.shape[-1]
    strongest = int(output.values.sum(axis=(0, 1)).argmax())
    st.markdown(_("**Top activations**: what these frames have in common is what the filter responds to"))
    chosen = int(st.number_input(_("Filter"), 0, maps - 1, strongest, key=f"filter-{output.layer}", width=140))
    pictures = []
    for index, row, column, value in zip(
        top.indices[chosen], top.tops[chosen], top.lefts[chosen], top.values[chosen], strict=True
    ):
        label = digits.y_train[index]
        picture = colours.framed(digits.x_train[index], int(row), int(column), top.side)
        alt = _(
            "Training digit {index}, labelled {label}; frame from row {row}, column {column}",
            index=index,
            label=label,
            row=row,
            column=column,
        )
        pictures.append(figures.figure(picture, alt, text=f"{label}: {value:.2f}"))
    figures.grid(pictures, is_small=True)
    st.caption(
        _(
            "The {count} of the first {digits} training digits that activate filter {filter} most, with their "
            "activation. The frame is the filter's receptive field, {side} x {side} pixels; the rest is dimmed.",
            count=len(pictures),
            digits=_DIGITS,
            filter=chosen,
            side=top.side,
        )
    )
