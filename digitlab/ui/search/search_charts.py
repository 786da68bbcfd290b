"""The charts of a search, with their alternatives in words."""

import streamlit as st

from digitlab.runs.records.search import Search, Trial, best_trial
from digitlab.translation import _
from digitlab.ui import resources, style
from digitlab.ui.charts import search_plots
from digitlab.ui.search.search_heading import describe

_HEIGHT = 260  # pixels of the chart of the best so far
_BAR = 34  # pixels of a bar
_BELOW_BARS = 60


def best(search: Search, trials: list[Trial]) -> None:
    """Show the best so far against the trials."""
    st.markdown("**" + _("Best so far") + "**")
    rows = search_plots.best_points(trials)
    found = best_trial(trials)
    text = (
        _("Validation accuracy by trial. No trial has come to its end yet.")
        if found is None
        else _(
            "Validation accuracy of {count:,} trials; the best is {accuracy:.2%}, in trial {number}.",
            count=len(rows),
            accuracy=found.accuracies[-1],
            number=found.number + 1,
        )
    )
    chart = search_plots.best_by_trial(search.space.max_trials, trials)
    st.vega_lite_chart(rows, chart, height=_HEIGHT, key=f"search-best-{search.number}", alt=text)


def parallel(search: Search, trials: list[Trial]) -> None:
    """Show what was tried in each trial, as parallel coordinates."""
    st.markdown("**" + _("What was tried") + "**")
    found = best_trial(trials)
    text = _("A line for each trial, from setting to setting, down to its validation accuracy.")
    if found is not None:
        text += " " + _("The best, in orange: {trial}.", trial=describe(found))
    st.caption(_("A line is a trial. The stronger its colour, the higher its accuracy; the best is orange."))
    chart = search_plots.parallel(search.space, trials, is_dark=style.is_dark())
    st.vega_lite_chart(
        search_plots.parallel_points(search.space, trials),
        chart,
        height=search_plots.parallel_height(search.space),
        key=f"search-parallel-{search.number}",
        alt=text,
    )


def importance(search: Search, trials: list[Trial]) -> None:
    """Show how much each setting mattered."""
    st.markdown("**" + _("What mattered") + "**")
    shares = resources.lab().searches.importance(search, trials)
    if shares:
        ranked = ", ".join(f"{search_plots.label(name)} {share:.0%}" for name, share in shares.items())
        text = _("Importance of the settings: {ranked}.", ranked=ranked)
        st.caption(
            _("What decides whether a trial is among the best (PED-ANOVA); from few trials, a first impression.")
        )
    else:
        text = _("Shown after four finished trials that differ.")
        st.caption(text)
    st.vega_lite_chart(
        search_plots.importance_points(search.space, shares),
        search_plots.importance_bars(),
        height=_BAR * len(search.space.varied) + _BELOW_BARS,
        key=f"search-importance-{search.number}",
        alt=text,
    )
