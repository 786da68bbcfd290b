"""Networks and runs side by side: scores, learning curves, and the settings that differ."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.digit_sets import TEST
from digitlab.runs.records import comparison
from digitlab.runs.records.comparison import Contender
from digitlab.runs.records.model_card import ModelCard
from digitlab.ui import glossary, messages, resources
from digitlab.ui.charts import comparison_plots

_TIMED_DIGITS = 30  # for the time that a network takes to read one
_COLUMNS = {
    "Name": st.column_config.TextColumn(width="medium"),
    "Test accuracy": st.column_config.NumberColumn(format="percent"),
    "Test loss": st.column_config.NumberColumn(format="%.4f"),
    "s per epoch": st.column_config.NumberColumn(format="%.2f", help="Median duration of a training epoch."),
    "File (MB)": st.column_config.NumberColumn(format="%.2f", help="Size of the .keras file."),
    "ms per digit": st.column_config.NumberColumn(format="%.3f", help="Time to read one digit, measured here."),
}


def scores(contenders: Sequence[Contender]) -> None:
    """Show the accuracy of each, with its confidence interval, its size and its speed."""
    st.subheader("Scores, size and speed", help=glossary.help("accuracy", "loss", "test_set", "epoch", "weight"))
    rows = [_row(contender, contender.card) for contender in contenders]
    st.dataframe(rows, column_config=_COLUMNS, hide_index=True, height="content", placeholder="-")
    intervals = [
        {
            "network": contender.label,
            "accuracy": contender.card.test_accuracy,
            "low": contender.card.interval[0],
            "high": contender.card.interval[1],
        }
        for contender in contenders
        if contender.card
    ]
    if intervals:
        st.markdown(
            "**Test accuracy, with its 95 % confidence interval**",
            help=glossary.help("test_set", "confidence_interval"),
        )
        st.vega_lite_chart(
            intervals,
            comparison_plots.intervals(),
            height=60 + 34 * len(intervals),
            key="intervals",
            alt="Test accuracy by network, each with its 95 % interval",
        )
        st.caption(
            "If two intervals do not overlap, the difference is significant. Evaluate, Comparison tests two networks "
            "digit by digit, which finds even smaller differences."
        )


def _row(contender: Contender, card: ModelCard | None) -> dict[str, object]:
    row: dict[str, object] = {"Name": contender.label}
    if card:
        row |= {"Test accuracy": card.test_accuracy, "95 % interval": "{:.2%} - {:.2%}".format(*card.interval)}
        row |= {"Test loss": card.test_loss}
    row |= {"Epochs": len(contender.epochs), "s per epoch": contender.seconds_per_epoch}
    if card:
        row |= {"Weights": card.parameters, "File (MB)": resources.lab().model_size(card.name) / 1e6}
        with messages.show_errors():
            row["ms per digit"] = _milliseconds(card.name, card.created)
    return row


@st.cache_data(show_spinner=False, max_entries=200)
def _milliseconds(name: str, created: float) -> float:
    images, _ = TEST.sample(_TIMED_DIGITS).select(resources.mnist())
    return comparison.milliseconds(resources.lab().recogniser(name), images)


def curves(contenders: Sequence[Contender]) -> None:
    """Show the learning curves of all in one chart each of loss and accuracy."""
    st.subheader("Learning curves", help=glossary.help("learning_curves", "loss", "accuracy", "validation"))
    st.caption("Solid: training. Dashed: validation.")
    epochs = {contender.label: contender.epochs for contender in contenders}
    loss, accuracy = st.columns(2)
    for column, metric, title, alt in (
        (loss, "loss", "**Loss**", "Training and validation loss by run, after each epoch"),
        (accuracy, "accuracy", "**Accuracy**", "Training and validation accuracy by run, after each epoch"),
    ):
        with column:
            st.markdown(title)
            st.vega_lite_chart(
                comparison_plots.compared_points(epochs, metric),
                comparison_plots.compared(metric, list(epochs)),
                height=300 + 16 * len(epochs),
                key=f"compared-{metric}",
                alt=alt,
            )


def settings(contenders: Sequence[Contender]) -> None:
    """Show the settings that are not the same in all."""
    st.subheader("Settings that differ")
    different = comparison.differences(contenders)
    if not different and any(contender.config is None for contender in contenders):
        st.info(
            "How an imported network was trained is unknown. The settings of the others are equal.",
            icon=":material/help:",
        )
        return
    if not different:
        st.info("All of them were trained with the same settings.", icon=":material/equal:")
        return
    names = [contender.label for contender in contenders]
    st.dataframe(
        [{"Setting": name} | dict(zip(names, values, strict=True)) for name, values in different.items()],
        hide_index=True,
        height="content",
    )
