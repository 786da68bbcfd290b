"""Networks and runs side by side: scores, learning curves, and the settings that differ."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from digitlab.networks.digit_sets import TEST
from digitlab.runs.records import comparison
from digitlab.runs.records.comparison import Contender
from digitlab.runs.records.model_card import ModelCard
from digitlab.translation import _, translated
from digitlab.ui import glossary, messages, resources
from digitlab.ui.charts import comparison_plots

_TIMED_DIGITS = 30  # digits that are read to measure the time for one


def scores(contenders: Sequence[Contender]) -> None:
    """Show the accuracy of each, with its confidence interval, its size and its speed."""
    st.subheader(_("Scores, size and speed"), help=glossary.help("accuracy", "loss", "test_set", "epoch", "weight"))
    rows = [_row(contender, contender.card) for contender in contenders]
    st.dataframe(rows, column_config=_columns(), hide_index=True, height="content", placeholder="-")
    intervals = [
        {
            "network": translated(contender.label),
            "accuracy": contender.card.test_accuracy,
            "low": contender.card.interval[0],
            "high": contender.card.interval[1],
        }
        for contender in contenders
        if contender.card
    ]
    if intervals:
        st.markdown(
            _("**Test accuracy, with its 95% confidence interval**"),
            help=glossary.help("test_set", "confidence_interval"),
        )
        st.vega_lite_chart(
            intervals,
            comparison_plots.intervals(),
            height=60 + 34 * len(intervals),
            key="intervals",
            alt=_("Test accuracy by network, each with its 95% interval"),
        )
        st.caption(
            _(
                "If two intervals do not overlap, the difference is significant. Evaluate, Two networks tests two of "
                "them digit by digit, which finds even smaller differences."
            )
        )


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        _("Name"): st.column_config.TextColumn(width="medium"),
        _("Test accuracy"): number(format="percent"),
        _("Test loss"): number(format="%.4f"),
        _("Weights"): number(format="localized"),
        _("s per epoch"): number(format="%.2f", help=_("Median duration of a training epoch.")),
        _("File (MB)"): number(format="%.2f", help=_("Size of the .keras file.")),
        _("ms per digit"): number(format="%.3f", help=_("Time to read one digit, measured here.")),
    }


def _row(contender: Contender, card: ModelCard | None) -> dict[str, object]:
    row: dict[str, object] = {_("Name"): translated(contender.label)}
    if card:
        row |= {_("Test accuracy"): card.test_accuracy, _("95% interval"): "{:.2%} - {:.2%}".format(*card.interval)}
        row |= {_("Test loss"): card.test_loss}
    row |= {_("Epochs"): len(contender.epochs), _("s per epoch"): contender.seconds_per_epoch}
    if card:
        row |= {_("Weights"): card.parameters, _("File (MB)"): resources.lab().model_size(card.name) / 1e6}
        with messages.show_errors():
            row[_("ms per digit")] = _milliseconds(card.name, card.created)
    return row


@st.cache_data(show_spinner=False, max_entries=200)
def _milliseconds(name: str, created: float) -> float:
    images, _labels = TEST.sample(_TIMED_DIGITS).select(resources.mnist())
    return comparison.milliseconds(resources.lab().recogniser(name), images)


def curves(contenders: Sequence[Contender]) -> None:
    """Show the learning curves of all in one chart each of loss and accuracy."""
    st.subheader(_("Learning curves"), help=glossary.help("learning_curves", "loss", "accuracy", "validation"))
    st.caption(_("Solid: training. Dashed: validation."))
    epochs = {translated(contender.label): contender.epochs for contender in contenders}
    loss, accuracy = st.columns(2)
    for column, metric, title, alt in (
        (loss, "loss", _("**Loss**"), _("Training and validation loss by run, after each epoch")),
        (accuracy, "accuracy", _("**Accuracy**"), _("Training and validation accuracy by run, after each epoch")),
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
    st.subheader(_("Settings that differ"))
    different = comparison.differences(contenders)
    if not different and any(contender.config is None for contender in contenders):
        st.info(
            _("How an imported network was trained is unknown. The settings of the others are equal."),
            icon=":material/help:",
        )
        return
    if not different:
        st.info(_("All of them were trained with the same settings."), icon=":material/equal:")
        return
    names = [translated(contender.label) for contender in contenders]
    st.dataframe(
        [
            {_("Setting"): translated(name)} | dict(zip(names, map(translated, values), strict=True))
            for name, values in different.items()
        ],
        hide_index=True,
        height="content",
    )
