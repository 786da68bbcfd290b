"""A network while it learns, shown: hints, the same picture over the epochs, and what goes on in the layers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks import snapshots
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.networks.observation import Observation
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.records.run import Run
from digitlab.ui import confusion_matrix, figures, galleries, probability_bars, resources, style
from digitlab.ui.charts import learning_plots, plots

_SHOWN = 32  # pictures of a cell of the confusion matrix
_MARGIN = 1.05  # of the map, around the farthest digit
_FIGURES = (
    ("gradient_norm", "Gradient norm", ".3f",
     "How steep the loss is for each layer's weights, on 250 digits that are learned. It falls as there is less to "
     "learn; near 0 from the start, nothing reaches the layer; growing without end, the steps are too large."),
    ("moved", "Share of weights that moves", ".0%",
     "Weights that the epoch changed by more than 1 % of their layer's usual size."),
    ("change", "Change of the weights", ".1%",
     "How far the epoch moved a layer's weights, as a share of their length."),
    ("dead", "Dead units", ".0%",
     "Neurons or filters that are silent for each of the digits looked at. The last layer has none: its ten sums are "
     "not cut off at 0."),
)  # fmt: skip


@st.cache_data(show_spinner="Asking the network ...", max_entries=200)
def _grown(
    _run: Run, number: int, created: float, epochs: tuple[int, ...], image: NDArray[np.uint8]
) -> ReadingsByEpoch:
    return resources.lab().readings_by_epoch(_run, image)


def growth(run: Run, epochs: Sequence[int], image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Ask how a picture was read by a run's snapshots of these epochs; from memory when a page runs again."""
    return _grown(run, run.number, run.created, tuple(epochs), image)


def reading(grown: ReadingsByEpoch, epoch: int) -> None:
    """Show how the picture was read after an epoch, and when what is read changed."""
    place = grown.epochs.index(epoch)
    answers = grown.probabilities.argmax(axis=1)
    digit = int(answers[place])
    st.html(
        f"<div class='digitlab-answer' aria-live='polite'><strong data-testid='digit'>{digit}</strong>"
        f"<span>with probability {grown.probabilities[place, digit]:.1%}, {after(epoch)}</span></div>"
    )
    probability_bars.show([float(share) for share in grown.probabilities[place]], digit)
    first = next((n for n in range(len(answers)) if (answers[n:] == answers[-1]).all()), len(answers) - 1)
    since = "from the start" if first == 0 else f"since {after(grown.epochs[first]).removeprefix('after ')}"
    st.caption(f"In the end it is read as {answers[-1]}, {since}.")


def after(epoch: int) -> str:
    """Say when."""
    return f"after epoch {epoch}" if epoch else "before the first epoch"


def filters(one: Snapshot) -> None:
    """Show the first layer's weights."""
    pictures = one.first_weights
    kind = "neurons" if pictures.shape[1:] == (28, 28) else "filters"
    figures.weights(
        pictures, f"The weights of the first layer's {len(pictures)} {kind}", 16 if len(pictures) > 32 else 8
    )


def confusion(one: Snapshot) -> None:
    """Show what was read as what; a click on a cell shows its pictures."""
    digits = resources.mnist()
    labels = digits.y_train[one.first : one.first + len(one.answers)]
    state = st.session_state
    right = int((labels == one.answers).sum())

    def choose(true: int, answer: int) -> None:
        state.watched_cell = true, answer

    which = "validation digits" if one.first else "training digits"
    st.markdown(f"**{right / len(labels):.1%}** of {len(labels):,} {which} were read correctly.")
    confusion_matrix.matrix(
        one.confusion(digits.y_train),
        key="watched-matrix",
        is_dark=style.is_dark(),
        chosen=state.get("watched_cell"),
        on_click=choose,
    )
    st.caption("Rows: the true digit. Columns: what was read. Click a cell to see its pictures.")
    if cell := state.get("watched_cell"):
        found = np.nonzero((labels == cell[0]) & (one.answers == cell[1]))[0]
        st.markdown(f"**{cell[0]} read as {cell[1]}**, {after(one.epoch)}: {len(found)}")
        galleries.gallery(
            [galleries.Sample(int(n), digits.x_train[one.first + n], "") for n in found[:_SHOWN]], key="watched-cell"
        )


def landscape(shots: Sequence[Snapshot], place: int, grown: ReadingsByEpoch, image: NDArray[np.uint8]) -> None:
    """Show the map of an epoch, turned as the last one lies, with the picture in it."""
    one = shots[place]
    digits = resources.mnist()
    turn = snapshots.alignments([each.points for each in shots])[place]
    spread = max(float(np.sqrt((one.points**2).mean())), 1e-9)
    points, own = one.points @ turn / spread, grown.points[place] @ turn / spread
    rows: list[dict[str, Any]] = [
        _row(point, digits.y_train[one.first + n], digits.x_train[one.first + n], f"training digit {one.first + n}")
        for n, point in enumerate(points)
    ]
    digit = int(grown.probabilities[place].argmax())
    rows.append(_row(own, digit, image, "your picture"))
    limit = _MARGIN * max(float(np.abs(points).max()), float(np.abs(own).max()))
    st.vega_lite_chart(
        rows,
        plots.landscape(is_dark=style.is_dark(), limit=limit),
        height=420,
        key="watched-map",
        alt=f"Map of {len(points)} digits {after(one.epoch)}; the picture lies at {own[0]:.1f}, {own[1]:.1f}",
    )
    st.caption(
        f"{len(points)} digits along the two main directions of the last hidden layer (PCA), {after(one.epoch)}; the "
        f"ring is your picture. The directions hold {one.axes.explained_variance_ratio.sum():.0%} of what tells them apart. Each epoch's "
        "map is turned to fit the next one's, and drawn in the same size."
    )


def _row(point: NDArray[np.floating], digit: int, image: NDArray[np.uint8], name: str) -> dict[str, Any]:
    url = galleries.as_url(image)
    return {
        "x": round(float(point[0]), 3),
        "y": round(float(point[1]), 3),
        "digit": str(digit),
        "name": name,
        "image": url,
    }


def layers(observations: Sequence[Observation], planned: int) -> None:
    """Show curves of what goes on in each layer."""
    columns = st.columns(2, gap="large")
    for number, (figure, title, form, text) in enumerate(_FIGURES):
        with columns[number % 2]:
            rows = learning_plots.layers(observations, figure)
            names = list(dict.fromkeys(row["layer"] for row in rows))
            st.markdown(f"**{title}**")
            st.vega_lite_chart(
                rows,
                learning_plots.layer_curves(names, planned, title, form),
                height=300,
                key=f"layers-{figure}",
                alt=f"{title} of {', '.join(names)} over {observations[-1].epoch} epochs",
            )
            st.caption(text)


def histograms(observations: Sequence[Observation], epoch: int) -> None:
    """Show how large each layer's weights are after an epoch."""
    one = next((each for each in observations if each.epoch == epoch), None)
    if one is None:
        st.caption(f"Nobody looked at the weights {after(epoch)}.")
        return
    columns = st.columns(min(len(one.layers), 4))
    for number, layer in enumerate(one.layers):
        same = [each.layers[number] for each in observations]
        limit = max(each.limit for each in same) or 1.0
        most = max(max(each.histogram) / max(each.weights, 1) for each in same)
        with columns[number % len(columns)]:
            st.markdown(f"**{layer.layer}**, {layer.weights:,} weights")
            st.vega_lite_chart(
                learning_plots.histogram(layer),
                learning_plots.histogram_bars(limit, most),
                height=180,
                key=f"histogram-{number}",
                alt=f"Histogram of the {layer.weights:,} weights of {layer.layer}, none beyond {layer.limit:.3f}",
            )
