"""The layers of a network over the epochs of its training: statistics of their weights, and histograms."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from digitlab.networks.observation import LayerObservation, Observation
from digitlab.translation import Text, _, translated
from digitlab.ui.charts import learning_plots


@dataclass(frozen=True, slots=True)
class _Statistic:
    """A statistic of `LayerObservation`: its attribute, title, number format, explanation and text alternative."""

    attribute: str
    title: Text
    number_format: str
    explanation: Text
    alt: Text


_STATISTICS = (
    _Statistic(
        "gradient_norm",
        Text("Gradient norm"),
        ".3f",
        Text(
            "How steep the loss is for each layer's weights, on 250 training digits. It falls as there is less to "
            "learn. Near 0 from the start: nothing reaches the layer. Growing without end: the steps are too large."
        ),
        Text("Gradient norm of each layer over the epochs"),
    ),
    _Statistic(
        "moved",
        Text("Weights still changing"),
        ".0%",
        Text("Share of the weights that the epoch changed by more than 1% of their root mean square."),
        Text("Share of weights still changing in each layer over the epochs"),
    ),
    _Statistic(
        "change",
        Text("Size of weight updates"),
        ".1%",
        Text("Norm of the epoch's update, relative to the norm of the layer's weights."),
        Text("Size of the weight updates of each layer over the epochs"),
    ),
    _Statistic(
        "dead",
        Text("Dead units"),
        ".0%",
        Text("Neurons or filters that are 0 for every digit tested. The last layer has none: its logits have no ReLU."),
        Text("Share of dead units in each layer over the epochs"),
    ),
)


def statistics(observations: Sequence[Observation], planned: int) -> None:
    """Show a chart for each statistic, with a curve for each layer."""
    columns = st.columns(2, gap="large")
    for number, statistic in enumerate(_STATISTICS):
        with columns[number % 2]:
            rows = learning_plots.layer_points(observations, statistic.attribute)
            names = list(dict.fromkeys(row["layer"] for row in rows))
            st.markdown(f"**{translated(statistic.title)}**")
            chart = learning_plots.layer_curves(names, planned, translated(statistic.title), statistic.number_format)
            limit = max((row["value"] for row in rows), default=0) or 1
            chart["encoding"]["y"]["scale"]["domain"] = [0, limit]  # known before the rows arrive
            st.vega_lite_chart(
                rows,
                chart,
                height=300,
                key=f"layers-{statistic.attribute}",
                alt=translated(statistic.alt),
            )
            st.caption(translated(statistic.explanation))


def histograms(observations: Sequence[Observation], epoch: int) -> None:
    """Show a histogram of each layer's weights after an epoch."""
    observation = next((observation for observation in observations if observation.epoch == epoch), None)
    if observation is None:
        st.caption(_("There are no histograms for this epoch."))
        return
    columns = st.columns(min(len(observation.layers), 4))
    for number, layer in enumerate(observation.layers):
        with columns[number % len(columns)]:
            st.markdown(_("**{layer}** ({weights:,} weights)", layer=layer.layer, weights=layer.weights))
            _histogram(layer, [observation.layers[number] for observation in observations], key=f"histogram-{number}")


def _histogram(layer: LayerObservation, epochs: Sequence[LayerObservation], *, key: str) -> None:
    """Show one histogram, on axes that fit the layer in all epochs."""
    limit = max(epoch.limit for epoch in epochs) or 1.0
    max_share = max(max(epoch.histogram) / max(epoch.weights, 1) for epoch in epochs)
    st.vega_lite_chart(
        learning_plots.histogram(layer),
        learning_plots.histogram_bars(limit, max_share),
        height=180,
        key=key,
        alt=_(
            "Histogram of the {weights:,} weights of {layer}. The largest magnitude is {limit:.3f}.",
            weights=layer.weights,
            layer=layer.layer,
            limit=layer.limit,
        ),
    )
