"""What excites the filters of a convolution, shown."""

import streamlit as st

from digitlab.networks.explanation import LayerOutput, TopActivations
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import figures, resources
from digitlab.ui.charts import colours
from digitlab.ui.understand import forward_pass_view

_DIGITS = 500  # of the training set, its first: a worker looks through them in a fraction of a second


def exciting(card: ModelCard, stage: LayerOutput) -> None:
    """Let a person choose a filter, and show the training digits that excite it most."""
    digits = resources.mnist()
    best: TopActivations = forward_pass_view.ask(card, "top_activations", digits.x_train[:_DIGITS], stage.layer)
    maps = stage.values.shape[-1]
    strongest = int(stage.values.sum(axis=(0, 1)).argmax())
    st.markdown("**What excites a filter**: what it looks for is what is alike in these frames")
    chosen = int(st.number_input("Filter", 0, maps - 1, strongest, key=f"filter-{stage.layer}", width=140))
    shown = []
    for number, top, left, value in zip(
        best.indices[chosen], best.tops[chosen], best.lefts[chosen], best.values[chosen], strict=True
    ):
        label = digits.y_train[number]
        picture = colours.framed(digits.x_train[number], int(top), int(left), best.side)
        alt = f"Training digit {number}, a {label}, excites it from row {top}, column {left} on"
        shown.append(figures.figure(picture, alt, text=f"a {label}: {value:.2f}"))
    figures.grid(shown, is_small=True)
    st.caption(
        f"Of the first {_DIGITS} training digits, the {len(shown)} to which filter {chosen} answers most, and how "
        f"strongly. The frame is all that it sees there, {best.side} x {best.side} pixels; what is around it is dimmed."
    )
