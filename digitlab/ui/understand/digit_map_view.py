"""The picture among MNIST's training digits, as the last hidden layer has them: nearest neighbours, and a map."""

from collections import Counter
from collections.abc import Container
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_map import DigitMap
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.services.map_builder import DIGITS
from digitlab.translation import _, translated
from digitlab.ui import galleries, messages, reading_view, repetition, resources, style
from digitlab.ui.charts import plots
from digitlab.ui.understand import answers, picture_choice

_NEIGHBOURS = 12
_ON_MAP = 1500  # digits: each brings its picture along, about 400 bytes
_CLICKED = "looked-at"  # the training digit that was clicked, in the session's state


def show_neighbours(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show the training digits that are nearest to the picture."""
    digit_map = _digit_map(card)
    if digit_map is None:
        return
    hidden, digits = answers.activations(card, image).hidden, resources.mnist()
    indices, distances = digit_map.nearest(hidden, _NEIGHBOURS)
    counts = Counter(int(digits.y_train[index]) for index in indices)
    listed = ", ".join(f"**{label}** ({count})" for label, count in counts.most_common())
    st.markdown(
        _(
            "Labels of the {count} nearest training digits: {labels}. The network reads the picture as **{digit}**. "
            "Click a picture to inspect it.",
            count=_NEIGHBOURS,
            labels=listed,
            digit=reading.digit,
        )
    )
    state = st.session_state
    galleries.gallery(
        [
            galleries.Sample(
                int(index),
                digits.x_train[index],
                _("{label}, distance {distance:.2f}", label=digits.y_train[index], distance=distance),
            )
            for index, distance in zip(indices, distances, strict=True)
        ],
        key="similar",
        chosen=state.get(_CLICKED),
        on_click=lambda index: state.update({_CLICKED: index}),
    )
    _detail(card, state.get(_CLICKED), indices)
    shares = digit_map.axes.explained_variance_ratio
    st.caption(
        _(
            "Distances are measured in the last hidden layer ({numbers:,} numbers), along the {components} principal "
            "components that hold {share:.0%} of the variance, among the first {digits:,} training digits. Neighbours "
            "need not look alike to a person, and they are no proof that the network learned its answer from them.",
            numbers=len(hidden),
            components=len(shares),
            share=shares.sum(),
            digits=len(digit_map.points),
        )
    )


def show_map(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """Show the map of training digits, with the picture on it."""
    digit_map = _digit_map(card)
    if digit_map is None:
        return
    hidden = answers.activations(card, image).hidden
    own = digit_map.axes.project(hidden[np.newaxis])[0]
    labels = [str(resources.mnist().y_train[index]) for index in digit_map.nearest(hidden, 5)[0]]
    rows = [*_named_rows(card, digit_map), _row(own, -1, str(reading.digit), image, _("your picture"))]
    spec = plots.digit_map(is_dark=style.is_dark())
    for axis in ("x", "y"):  # known before the rows arrive
        places = [row[axis] for row in rows]
        spec["encoding"][axis]["scale"] = {"domain": [min(places), max(places)], "nice": True}
    chart = st.vega_lite_chart(
        rows,
        spec,
        height=560,
        key="digit-map",
        on_select="rerun",
        selection_mode="picked",
        alt=(
            _(
                "Map of {count:,} training digits by the first two principal components of the last hidden layer. The "
                "picture lies at {x:.1f}, {y:.1f}. Labels of its nearest neighbours: {labels}.",
                count=_ON_MAP,
                x=own[0],
                y=own[1],
                labels=", ".join(labels),
            )
        ),
    )
    picked = [point["number"] for point in chart.selection["picked"]]
    _detail(card, picked[0] if picked else None, range(_ON_MAP))
    share = digit_map.axes.explained_variance_ratio[:2].sum()
    st.caption(
        _(
            "Each number is one of {count:,} training digits. Point at it to see its picture, click it to inspect it. "
            "The ring is your picture. The two directions hold {share:.0%} of the variance (PCA): groups that overlap "
            "here may be apart in the other directions.",
            count=_ON_MAP,
            share=share,
        )
    )


def _detail(card: ModelCard, index: int | None, shown: Container[int]) -> None:
    """Show a training digit that was clicked, and offer to explain it."""
    if index is None or index not in shown:
        return
    digits = resources.mnist()
    image, label = digits.x_train[index], digits.y_train[index]
    reading = resources.lab().recogniser(card.name).read_digit(image)
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        with st.container(width=112):
            galleries.digit_picture(image, _("Training digit {index}, labelled {label}", index=index, label=label))
        with st.container(width="stretch"):
            st.markdown(
                _(
                    "Training digit **{index}**, labelled **{label}**, read as **{digit}**",
                    index=index,
                    label=label,
                    digit=reading.digit,
                )
            )
            st.caption(reading_view.verdict(reading))
            if st.button(
                _("Explain this digit"),
                icon=":material/troubleshoot:",
                on_click=picture_choice.show_training_digit,
                args=(index,),
            ):
                st.rerun()  # the whole page, not only this fragment


@st.cache_data(show_spinner=False, max_entries=6)
def _rows(name: str, created: float, _digit_map: DigitMap) -> list[dict[str, Any]]:
    digits = resources.mnist()
    return [
        _row(
            _digit_map.points[index],
            index,
            str(digits.y_train[index]),
            digits.x_train[index],
            "",
        )
        for index in range(_ON_MAP)
    ]


def _named_rows(card: ModelCard, digit_map: DigitMap) -> list[dict[str, Any]]:
    """Return the map's rows with their names, which are in the reader's language and therefore not cached."""
    rows = _rows(card.name, card.created, digit_map)
    return [row | {"name": _("training digit {index}", index=row["number"])} for row in rows]


def _row(point: NDArray[np.float32], number: int, digit: str, image: NDArray[np.uint8], name: str) -> dict[str, Any]:
    return {
        "x": round(float(point[0]), 3),
        "y": round(float(point[1]), 3),
        "number": number,
        "isOwn": number < 0,
        "digit": digit,
        "name": name,
        "image": galleries.as_url(image),
    }


def _digit_map(card: ModelCard) -> DigitMap | None:
    """Return a network's map; None while it is built, with a progress bar that checks it each second."""
    digit_map = resources.lab().explain(card.name).digit_map()
    if isinstance(digit_map, DigitMap):
        return digit_map

    def wait() -> None:
        progress = resources.lab().explain(card.name).digit_map()
        if isinstance(progress, DigitMap):
            st.rerun()
        elif progress.error_message:
            st.error(messages.escape_markdown(translated(progress.error_message)), icon=":material/error:")
        else:
            st.progress(progress.share, _("Reading {count:,} training digits (once only).", count=DIGITS))

    repetition.repeat(wait, 1.0)
    return None
