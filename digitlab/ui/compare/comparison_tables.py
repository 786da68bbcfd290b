"""Runs and networks side by side, shown."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.networks.digit_sets import TEST
from digitlab.networks.reading import DigitReading
from digitlab.runs.records import comparison
from digitlab.runs.records.comparison import Contender
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import Person
from digitlab.ui import messages, network_choice, reading_view, resources
from digitlab.ui.charts import comparison_plots

_MAX = 8  # side by side: more colours nobody can tell apart
_RUNS = 50  # the newest, among which those are looked for that have no network yet
_READERS = 24  # networks that read the same drawing, a millisecond each
_READ = 30  # digits, to measure a reading
_COLUMNS = {
    "Name": st.column_config.TextColumn(width="medium"),
    "Test accuracy": st.column_config.NumberColumn(format="percent"),
    "Test loss": st.column_config.NumberColumn(format="%.4f"),
    "s per epoch": st.column_config.NumberColumn(
        format="%.2f", help="Usual seconds of an epoch, while it was trained."
    ),
    "File, MB": st.column_config.NumberColumn(format="%.2f", help="The .keras file."),
    "ms per reading": st.column_config.NumberColumn(format="%.3f", help="One digit, just measured here."),
}


def choose() -> list[Contender]:
    """Let a person choose what is compared; `?with=NAME,NAME` in an address does, too."""
    lab, state = resources.lab(), st.session_state
    found = comparison.contenders(lab.models(), network_choice.labels_of, lab.runs()[:_RUNS], lab.epochs)
    asked = st.query_params.get("with", "")
    if asked and asked != state.get("asked_with"):
        state.asked_with, state.compared = asked, [key for key in asked.split(",") if key in found]
        if len(state.compared) == 1:  # sent here from a network: another one to begin with
            state.compared += [key for key in found if key not in state.compared][:1]
    kept = [key for key in state.get("compared", list(found)[:2]) if key in found]
    # Streamlit forgets a field's value with its page, so the choice is kept beside it and put in each time.
    state.compared_field = kept[:_MAX]
    keys = st.multiselect(
        "Networks and runs",
        list(found),
        format_func=lambda key: found[key].label,
        key="compared_field",
        max_selections=_MAX,
        on_change=_keep,
    )
    return [found[key] for key in keys]


def _keep() -> None:
    state = st.session_state
    state.compared = list(state.compared_field)
    st.query_params["with"] = state.asked_with = ",".join(state.compared)


def scores(shown: Sequence[Contender]) -> None:
    """Show how good each is, with what may be luck in it, how large and how quick."""
    st.subheader("Scores, size and speed")
    rows = [_row(one, one.card) for one in shown]
    st.dataframe(rows, column_config=_COLUMNS, hide_index=True, height="content", placeholder="-")
    reached = [
        {
            "network": one.label,
            "accuracy": one.card.test_accuracy,
            "low": one.card.interval[0],
            "high": one.card.interval[1],
        }
        for one in shown
        if one.card
    ]
    if reached:
        st.markdown("**Test accuracy, and the interval in which the true one lies with 95 % confidence**")
        st.vega_lite_chart(
            reached,
            comparison_plots.intervals(),
            height=60 + 34 * len(reached),
            key="intervals",
            alt=f"Test accuracy of {len(reached)} networks, each with its 95 % interval",
        )
        st.caption(
            "Where two intervals do not overlap, the difference is more than luck. Compare, on Evaluate, tests "
            "two networks digit by digit, which tells even smaller differences from luck."
        )


def _row(one: Contender, card: ModelCard | None) -> dict[str, object]:
    row: dict[str, object] = {"Name": one.label}
    if card:
        row |= {"Test accuracy": card.test_accuracy, "95 % interval": "{:.2%} - {:.2%}".format(*card.interval)}
        row |= {"Test loss": card.test_loss}
    row |= {"Epochs": len(one.epochs), "s per epoch": one.seconds_per_epoch}
    if card:
        row |= {"Weights": card.parameters, "File, MB": resources.lab().model_size(card.name) / 1e6}
        with messages.show_errors():
            row["ms per reading"] = _milliseconds(card.name, card.created)
    return row


@st.cache_data(show_spinner=False, max_entries=200)
def _milliseconds(name: str, created: float) -> float:
    images, _ = TEST.sample(_READ).select(resources.mnist())
    return comparison.milliseconds(resources.lab().recogniser(name), images)


def curves(shown: Sequence[Contender]) -> None:
    """Lay the curves of all over each other."""
    st.subheader("How they learned")
    st.caption("Lines are training, dashes validation.")
    learned = {one.label: one.epochs for one in shown}
    for column, metric in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        with column:
            st.markdown(f"**{metric.capitalize()}**")
            st.vega_lite_chart(
                comparison_plots.compared_points(learned, metric),
                comparison_plots.compared(metric, list(learned)),
                height=300 + 16 * len(learned),
                key=f"compared-{metric}",
                alt=f"{metric.capitalize()} of {len(learned)} runs over their epochs, training and validation",
            )


def settings(shown: Sequence[Contender]) -> None:
    """Show what was set differently."""
    st.subheader("Settings that differ")
    different = comparison.differences(shown)
    if not different and any(one.config is None for one in shown):
        st.info(
            "How a network from elsewhere was trained is not known; the others do not differ.", icon=":material/help:"
        )
        return
    if not different:
        st.info("They were trained with the same settings, to the last one.", icon=":material/equal:")
        return
    names = [one.label for one in shown]
    st.dataframe(
        [{"Setting": name} | dict(zip(names, values, strict=True)) for name, values in different.items()],
        hide_index=True,
        height="content",
    )


def readings(picture: NDArray[np.uint8] | None, person: Person, shown: Sequence[Contender]) -> None:
    """Show what each of a person's networks, the ready-made and the chosen ones read in a drawing."""
    chosen = {one.key for one in shown}
    cards = [
        card
        for card in resources.lab().models()
        if card.is_ready_made or card.name in chosen or person.owns(card.owner)
    ]
    cards.sort(key=lambda card: card.name not in chosen)
    labels = network_choice.labels_of(cards)
    if picture is None:
        st.info(f"Draw a digit or a number: {len(cards)} networks read it at once.", icon=":material/draw:")
        return
    readers = []
    for card in cards[:_READERS]:
        with messages.show_errors():  # where one cannot be read, the others are
            number = resources.lab().recogniser(card.name).read_number(picture)
            readers.append(_reader(labels[card.name], number.digits))
    st.html(f"<div class='digitlab-readers'>{''.join(readers)}</div>")
    if len(cards) > _READERS:
        st.caption(f"{_READERS} of {len(cards)} networks are asked.")


def _reader(label: str, parts: Sequence[DigitReading]) -> str:
    """What one network reads, as HTML."""
    number = "".join(part.reading.sign for part in parts)
    probability = min((max(part.reading.probabilities) for part in parts), default=0.0)
    is_sure = all(part.reading.is_sure for part in parts)
    columns = reading_view.columns(parts[0].reading) if len(parts) == 1 else ""
    told = "nothing" if not parts else f"{probability:.1%}{'' if is_sure else ', not sure'}"
    return (
        f"<figure><figcaption>{escape(label)}</figcaption><div><strong>{number}</strong><span>{told}</span></div>"
        f"<div class='digitlab-columns'>{columns}</div></figure>"
    )
