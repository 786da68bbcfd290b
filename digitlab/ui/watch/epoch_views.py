"""A network after an epoch: its reading of a picture, first layer, confusion matrix and digit map."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks import snapshots
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.records.run import Run
from digitlab.translation import _
from digitlab.ui import confusion_matrix, figures, galleries, probability_bars, resources, style
from digitlab.ui.charts import plots

_MAX_PICTURES = 32  # pictures for a cell of the confusion matrix
_MARGIN = 1.05  # ratio of the map's edge to its farthest digit, both from the centre
_MAP_HEIGHT = 340  # pixels


def readings(run: Run, epochs: Sequence[int], image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Return how the run's snapshots of these epochs read an image, uint8 (28, 28); cached when the page runs again."""
    with st.spinner(_("Asking the network ...")):
        return _readings(run, run.number, run.created, tuple(epochs), image)


@st.cache_data(show_spinner=False, max_entries=200)
def _readings(
    _run: Run, number: int, created: float, epochs: tuple[int, ...], image: NDArray[np.uint8]
) -> ReadingsByEpoch:
    return resources.lab().readings_by_epoch(_run, image)


def reading(by_epoch: ReadingsByEpoch, epoch: int, image: NDArray[np.uint8]) -> None:
    """Show the picture, how it was read after an epoch, and since when the final reading holds."""
    if epoch not in by_epoch.epochs:
        picture(image)
        st.info(_("The worker couldn't read this epoch's snapshot. Choose another epoch."), icon=":material/info:")
        return
    index = by_epoch.epochs.index(epoch)
    digits = by_epoch.probabilities.argmax(axis=1)
    digit = int(digits[index])
    confidence = f"{by_epoch.probabilities[index, digit]:.1%}"
    if epoch:
        text = _("{confidence} confident after epoch {epoch}", confidence=confidence, epoch=epoch)
    else:
        text = _("{confidence} confident before training", confidence=confidence)
    picture(
        image,
        f"<div class='digitlab-answer' aria-live='polite'><strong data-testid='digit'>{digit}</strong>"
        f"<span>{escape(text)}</span></div>",
    )
    probability_bars.show([float(probability) for probability in by_epoch.probabilities[index]], digit)
    changes = np.flatnonzero(digits[1:] != digits[:-1]) + 1
    if len(changes):
        st.caption(
            _(
                "Final reading: {digit} (unchanged since epoch {epoch})",
                digit=digits[-1],
                epoch=by_epoch.epochs[changes[-1]],
            )
        )
    else:
        st.caption(_("Final reading: {digit} (the same in every epoch)", digit=digits[-1]))


def picture(image: NDArray[np.uint8], answer: str = "") -> None:
    """Show the picture, uint8 (28, 28), and beside it an answer in HTML."""
    alt = escape(_("The picture, 28 x 28 pixels"))
    st.html(f"<div class='digitlab-film-picture'><img alt='{alt}' src='{galleries.as_url(image)}'>{answer}</div>")


def filters(snapshot: Snapshot) -> None:
    """Show the first layer's weights on a sheet that is about twice as wide as high."""
    weights = snapshot.first_weights
    columns = max(8, math.ceil(math.sqrt(2 * len(weights))))
    if weights.shape[1:] == (28, 28):
        figures.weights(weights, _("The weights of the {count} neurons", count=len(weights)), columns)
    else:
        figures.weights(weights, _("The weights of the {count} filters", count=len(weights)), columns)


def confusion(snapshot: Snapshot) -> None:
    """Show the confusion matrix; a click on a cell shows its pictures beside it."""
    digits = resources.mnist()
    labels = digits.y_train[snapshot.first : snapshot.first + len(snapshot.answers)]
    state = st.session_state
    accuracy = f"{(labels == snapshot.answers).mean():.1%}"
    left, right = st.columns(2, gap="large")

    def choose(true: int, predicted: int) -> None:
        state.watched_cell = true, predicted

    with left:
        confusion_matrix.matrix(
            snapshot.confusion(digits.y_train),
            key="watched-matrix",
            is_dark=style.is_dark(),
            chosen=state.get("watched_cell"),
            on_click=choose,
        )
    with right:
        if snapshot.first:
            text = _(
                "**{accuracy}** of {labels:,} validation digits were read correctly.",
                accuracy=accuracy,
                labels=len(labels),
            )
        else:
            text = _(
                "**{accuracy}** of {labels:,} training digits were read correctly.",
                accuracy=accuracy,
                labels=len(labels),
            )
        st.markdown(text)
        st.caption(_("Rows: true digit. Columns: predicted digit. Click a cell to see its pictures."))
        if cell := state.get("watched_cell"):
            true, predicted = cell
            _cell(true, predicted, labels, snapshot)


def _cell(true: int, predicted: int, labels: NDArray[np.uint8], snapshot: Snapshot) -> None:
    """Show the digits of a cell of the confusion matrix."""
    indices = np.flatnonzero((labels == true) & (snapshot.answers == predicted))
    st.markdown(_("**{true} read as {predicted}**: {indices}", true=true, predicted=predicted, indices=len(indices)))
    images = resources.mnist().x_train[snapshot.first :]
    galleries.gallery(
        [galleries.Sample(int(index), images[index], "") for index in indices[:_MAX_PICTURES]], key="watched-cell"
    )


def digit_map(shown: Sequence[Snapshot], index: int, by_epoch: ReadingsByEpoch, image: NDArray[np.uint8]) -> None:
    """Show the digit map of one of the snapshots, aligned with the maps of the others, with the picture on it."""
    snapshot, digits = shown[index], resources.mnist()
    if snapshot.epoch not in by_epoch.epochs:
        return  # `reading` says so
    maps = _aligned_maps(shown, by_epoch)
    points, own = maps[snapshot.epoch]
    rows = []
    for sample, point in enumerate(points, start=snapshot.first):
        rows.append(
            _row(
                point, int(digits.y_train[sample]), digits.x_train[sample], _("Training digit {number}", number=sample)
            )
        )
    predicted = int(by_epoch.probabilities[by_epoch.epochs.index(snapshot.epoch)].argmax())
    rows.append(_row(own, predicted, image, _("Your picture"), is_own=True))
    # The same in all epochs: only the digits move while the film plays.
    limit = _MARGIN * max(float(np.abs(places).max()) for both in maps.values() for places in both)
    st.vega_lite_chart(
        rows,
        plots.digit_map(is_dark=style.is_dark(), limit=round(limit, 3)),
        height=_MAP_HEIGHT,
        key="watched-map",
        alt=_(
            "Map of {points} digits. Your picture is at {x:.1f}, {y:.1f}.",
            points=len(points),
            x=own[0],
            y=own[1],
        ),
    )


def map_explanation(snapshot: Snapshot) -> str:
    """Return what the digit map of a snapshot shows."""
    return _(
        "{points} digits along the two principal components (PCA) of the last hidden layer, which explain "
        "{share:.0%} of the variance. The ring is your picture. Each map is rotated and scaled to match the "
        "next epoch's.",
        points=len(snapshot.points),
        share=snapshot.axes.explained_variance_ratio.sum(),
    )


def _aligned_maps(
    shown: Sequence[Snapshot], by_epoch: ReadingsByEpoch
) -> Mapping[int, tuple[NDArray[np.floating], NDArray[np.floating]]]:
    """Return for each epoch that was read the places of the digits, (n, 2), and of the picture, (2,), on its map."""
    own = dict(zip(by_epoch.epochs, by_epoch.points, strict=True))
    maps = {}
    for snapshot, rotation in zip(shown, snapshots.alignments([snapshot.points for snapshot in shown]), strict=True):
        spread = max(float(np.sqrt((snapshot.points**2).mean())), 1e-9)
        if snapshot.epoch in own:
            maps[snapshot.epoch] = snapshot.points @ rotation / spread, own[snapshot.epoch] @ rotation / spread
    return maps


def _row(
    point: NDArray[np.floating], digit: int, image: NDArray[np.uint8], name: str, *, is_own: bool = False
) -> dict[str, Any]:
    return {
        "x": round(float(point[0]), 3),
        "y": round(float(point[1]), 3),
        "digit": str(digit),
        "name": name,
        "image": galleries.as_url(image),
        "isOwn": is_own,
    }
