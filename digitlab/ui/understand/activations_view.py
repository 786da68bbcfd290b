"""Activations: the output of each layer for a picture, from the input to the answer."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.explanation import LayerOutput
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import Text, _, plural, translated
from digitlab.ui import figures, galleries, glossary, linked_choice, probability_bars
from digitlab.ui.charts import colours
from digitlab.ui.understand import answers, top_activations_view

_INPUT, _OUTPUT = "picture", "digits"  # names of the first and the last step in the address
_NEURONS_PER_ROW = 16
_MAPS_PER_ROW = 8  # still legible on a phone
_FILTERS = ("Conv2D", "DepthwiseConv2D")  # whose weights are a picture for each of their maps
_CONVOLUTIONS = (*_FILTERS, "SeparableConv2D")
_KINDS = {
    "Conv2D": Text("A convolution: each filter slides over its input, and its map is bright where the filter matches."),
    "DepthwiseConv2D": Text("A depthwise convolution: each filter slides over one map of its input alone."),
    "SeparableConv2D": Text(
        "A separable convolution: a filter slides over each map alone, and each new map is a weighted sum of those."
    ),
    "MaxPooling2D": Text("Max pooling: keeps the largest value of each window."),
    "AveragePooling2D": Text("Average pooling: replaces each window by its mean."),
    "GlobalAveragePooling2D": Text("Global average pooling: replaces each map by its mean."),
    "LayerNormalization": Text("Layer normalization: brings the values at each place to mean 0 and spread 1."),
    "Activation": Text("An activation function, applied to each value by itself."),
    "Add": Text("A skip connection: adds what went into a block of layers to what came out."),
    "BatchNormalization": Text("Batch normalization: scales each map by its mean and spread in training."),
    "ReLU": Text("ReLU: replaces negative values by 0."),
    "Dense": Text(
        "A dense layer: each neuron computes a weighted sum of all inputs, and applies an activation function "
        "(ReLU replaces negative values by 0)."
    ),
}


def show(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Let a person step through the layers, and show the output of one."""
    trace = answers.activations(card, image)
    names = [output.layer for output in trace.layers]
    layer = _choose_layer({_INPUT: _("Picture")} | {name: name for name in names} | {_OUTPUT: _("Digits")})
    if trace.views > 1:
        st.caption(
            _(
                "This network averages {count} views of the picture, shifted by half a pixel. The first is shown.",
                count=trace.views,
            )
        )
    if layer == _INPUT:
        galleries.digit_picture(image, _("The input of the network"), is_large=True)
    elif layer == _OUTPUT:
        probability_bars.show(reading.probabilities, reading.digit)
    else:
        output = next(output for output in trace.layers if output.layer == layer)
        _show_layer(card, output, is_first=output is trace.layers[0])


def _choose_layer(labels: dict[str, str]) -> str:
    state, names = st.session_state, list(labels)

    def step(count: int) -> None:
        state.layer = names[(names.index(state.layer) + count) % len(names)]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Back"), icon=":material/chevron_left:", on_click=step, args=(-1,))
        st.button(_("Next layer"), icon=":material/chevron_right:", on_click=step, args=(1,))
    return linked_choice.select_slider(_("Layer"), labels, param="layer", key="layer", default=names[1])


def _show_layer(card: ModelCard, output: LayerOutput, *, is_first: bool) -> None:
    about = translated(_KINDS[output.kind])
    st.markdown(f"**{output.layer}**: {about}", help=glossary.help(*glossary.terms_in(about)) or None)
    if output.values.ndim == 3:
        _show_maps(output.values)
    else:
        _show_neurons(output.values)
    if output.kind not in _CONVOLUTIONS or output.values.ndim != 3:
        return
    if is_first and output.kind in _FILTERS:
        st.markdown(_("**Filters**, in the order of their maps"))
        figures.weights(answers.first_weights(card), _("The weights of the first layer's filters"), _MAPS_PER_ROW)
    top_activations_view.show(card, output)


def _show_maps(values: NDArray[np.floating]) -> None:
    maps = np.moveaxis(values, -1, 0)
    sums = np.abs(maps).sum(axis=(1, 2))
    columns = min(len(maps), _MAPS_PER_ROW)
    _show_sheet(
        maps,
        columns,
        plural(
            "{count} map of {height} x {width}. Strongest: map {strongest}. Inactive: {inactive}. Numbered from 0, "
            "row by row, {columns} per row.",
            "{count} maps of {height} x {width}. Strongest: map {strongest}. Inactive: {inactive}. Numbered from 0, "
            "row by row, {columns} per row.",
            len(maps),
            height=maps.shape[1],
            width=maps.shape[2],
            strongest=int(sums.argmax()),
            inactive=int((sums == 0).sum()),
            columns=columns,
        ),
    )


def _show_neurons(values: NDArray[np.floating]) -> None:
    row = _NEURONS_PER_ROW if len(values) % _NEURONS_PER_ROW == 0 else len(values)
    _show_sheet(
        values.reshape(1, -1, row),
        1,
        plural(
            "{count} neuron. Strongest: neuron {strongest}. Inactive: {inactive}. Numbered from 0, row by row, "
            "{columns} per row.",
            "{count} neurons. Strongest: neuron {strongest}. Inactive: {inactive}. Numbered from 0, row by row, "
            "{columns} per row.",
            len(values),
            strongest=int(np.abs(values).argmax()),
            inactive=int((values == 0).sum()),
            columns=row,
        ),
    )


def _show_sheet(maps: NDArray[np.floating], columns: int, text: str) -> None:
    """Show maps, (n, height, width), on one colour scale."""
    maximum = colours.max_magnitude(maps)
    sheet = colours.sheet(colours.colour_map(maps, maximum), columns)
    sheet = colours.enlarge(sheet, max(1, figures.MAX_WIDTH // sheet.shape[1]))
    scale = figures.signed_scale(maximum) if (maps < 0).any() else figures.positive_scale(maximum)
    st.html(f"<div class='digitlab-sheet'>{figures.figure(sheet, text, text=text, scale=scale)}</div>")
