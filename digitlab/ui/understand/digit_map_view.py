"""Digits among their like, as a network's last hidden layer has them: the nearest ones, and the map of all."""

from collections import Counter
from collections.abc import Container
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_map import DigitMap
from digitlab.networks.explanation import ActivationTrace
from digitlab.networks.reading import Reading
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import galleries, messages, reading_view, resources, style
from digitlab.ui.charts import plots
from digitlab.ui.understand import forward_pass_view, picture_choice

_NEAREST = 12
_CLICKED = "looked-at"  # the training digit that was clicked, in the session's state
_SHOWN = 1500  # digits on the map: each brings its picture along, about 400 bytes


def similar(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """The training digits that are nearest in the last hidden layer."""
    made = _landscape(card)
    if made is None:
        return
    inside: ActivationTrace = forward_pass_view.ask(card, "activations", image)
    digits = resources.mnist()
    numbers, distances = made.nearest(inside.hidden, _NEAREST)
    counts = Counter(int(digits.y_train[number]) for number in numbers)
    listed = ", ".join(
        f"{count} {'is' if count == 1 else 'are'} labelled {digit}" for digit, count in counts.most_common()
    )
    st.markdown(
        f"To this network, these training digits resemble the picture most: of the {_NEAREST}, {listed}. "
        f"It reads {reading.digit}. Click one to look closely."
    )
    galleries.gallery(
        [
            galleries.Sample(int(number), digits.x_train[number], f"{digits.y_train[number]}, {distance:.2f} away")
            for number, distance in zip(numbers, distances, strict=True)
        ],
        key="similar",
        chosen=st.session_state.get(_CLICKED),
        on_click=lambda number: st.session_state.update({_CLICKED: number}),
    )
    _closely(card, st.session_state.get(_CLICKED), numbers)
    st.caption(
        f"Compared are the {len(inside.hidden):,} numbers of the last hidden layer, along the {len(made.axes.explained_variance_ratio)} "
        f"directions that hold {made.axes.explained_variance_ratio.sum():.0%} of what tells digits apart, among the first "
        f"{len(made.points):,} training digits. What is near here need not look alike to a person, and that it is near "
        "is no proof that the network learned it from there."
    )


def landscape(card: ModelCard, image: NDArray[np.uint8], reading: Reading) -> None:
    """The map, with the picture placed into it."""
    made = _landscape(card)
    if made is None:
        return
    inside: ActivationTrace = forward_pass_view.ask(card, "activations", image)
    own = made.axes.project(inside.hidden[np.newaxis])[0]
    rows = _rows(card.name, card.created, made)
    rows = [*rows, _row(own, -1, str(reading.digit), image, "your picture")]
    chart = st.vega_lite_chart(
        rows,
        plots.digit_map(is_dark=style.is_dark()),
        height=560,
        key="landscape",
        on_select="rerun",
        selection_mode="picked",
        alt=(
            f"Map of {_SHOWN} training digits by the two main directions of the last hidden layer. The picture lies at "
            f"{own[0]:.1f}, {own[1]:.1f}; nearest to it are digits labelled "
            f"{', '.join(str(resources.mnist().y_train[number]) for number in made.nearest(inside.hidden, 5)[0])}."
        ),
    )
    picked = [point["number"] for point in chart.selection["picked"]]
    _closely(card, picked[0] if picked else None, range(_SHOWN))
    st.caption(
        f"Each sign is a training digit, {_SHOWN:,} of them; point at one to see its picture, click it to look "
        "closely. The ring is yours. "
        f"The two directions hold {made.axes.explained_variance_ratio[:2].sum():.0%} of what tells digits apart (PCA): groups that lie "
        "over each other here may well be apart in the others."
    )


def _closely(card: ModelCard, number: int | None, shown: Container[int]) -> None:
    """Show a training digit that was clicked, and offer to explain it."""
    if number is None or number not in shown:
        return
    digits = resources.mnist()
    image, label = digits.x_train[number], digits.y_train[number]
    reading = resources.lab().recogniser(card.name).read_digit(image)
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        with st.container(width=112):
            galleries.digit_picture(image, f"Training digit {number}, a {label}")
        with st.container(width="stretch"):
            st.markdown(f"Training digit **{number}**, labelled **{label}**, is read as **{reading.digit}**")
            st.caption(reading_view.verdict(reading).capitalize())
            if st.button(
                "Look at this one",
                icon=":material/troubleshoot:",
                on_click=picture_choice.show_training_digit,
                args=(number,),
            ):
                st.rerun()  # the page, not this part of it alone


@st.cache_data(show_spinner=False, max_entries=6)
def _rows(name: str, created: float, _made: DigitMap) -> list[dict[str, Any]]:
    digits = resources.mnist()
    return [
        _row(
            _made.points[number],
            number,
            str(digits.y_train[number]),
            digits.x_train[number],
            f"training digit {number}",
        )
        for number in range(_SHOWN)
    ]


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


def _landscape(card: ModelCard) -> DigitMap | None:
    """Return a network's map; while it is in the making, say how far it is, and look again each second."""
    made = resources.lab().explain(card.name).landscape()
    if isinstance(made, DigitMap):
        return made

    @st.fragment(run_every=1.0)
    def wait() -> None:
        now = resources.lab().explain(card.name).landscape()
        if isinstance(now, DigitMap):
            st.rerun()
        elif now.trouble:
            st.error(messages.escape_markdown(now.trouble), icon=":material/error:")
        else:
            st.progress(
                now.share, "The network reads 20,000 training digits for this, once; all else goes on meanwhile."
            )

    wait()
    return None
