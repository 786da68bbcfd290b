"""The range test for a learning rate: started, awaited, shown, and its suggestion taken into the form."""

from collections import deque
from collections.abc import Callable
from functools import partial

import streamlit as st

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.networks.range_test import RangeTest, range_test_config
from digitlab.runs.services.rate_finder import RangeTestProgress
from digitlab.translation import _, translated
from digitlab.ui import glossary, identity, messages, repetition, resources, style
from digitlab.ui.charts import range_test_plot

_ASKED = "range_tests"  # the settings that this session asked to be tested last, in its state
_MAX_ASKED = 50  # as many as are kept
_HEIGHT = 220  # pixels of the chart
_REFRESH = 0.5  # seconds


def offer(chosen: Callable[[], TrainingConfig], key: str) -> None:
    """Offer to find the learning rate for the settings of the form, and show what was found.

    Args:
        chosen: Returns the settings; it raises `InvalidSetting` if they contradict each other.
        key: The key of the learning rate's widget, which takes what was found.
    """
    asked: deque[TrainingConfig] = st.session_state.setdefault(_ASKED, deque(maxlen=_MAX_ASKED))
    is_wanted = st.button(
        _("Find the learning rate"),
        icon=":material/search_insights:",
        help=glossary.help("range_test"),
        width="stretch",
        key="find-rate",
    )
    try:
        config = chosen()
    except InvalidSetting:
        if is_wanted:
            with messages.show_errors():
                chosen()
        return
    if is_wanted:
        with messages.show_errors():
            resources.lab().rate_finder.start(config, identity.person())
            asked.append(range_test_config(config))
    if range_test_config(config) in asked:
        with st.container(key="range-test"):  # as high while one waits as afterwards
            _show(config, key)


def _show(config: TrainingConfig, key: str) -> None:
    state = resources.lab().rate_finder.get(config)
    if isinstance(state, RangeTest):
        _show_result(state, config.learning_rate, key)
    elif state is None:
        st.caption(_("The result is no longer kept. Find it again."))
    elif state.error_message:
        st.error(messages.escape_markdown(translated(state.error_message)), icon=":material/error:")
    else:
        repetition.repeat(_waiting(config), _REFRESH)


def _waiting(config: TrainingConfig) -> Callable[[], None]:
    """Return the piece of page that shows the progress of a test, and the whole page once it is over."""

    def wait_for_range_test() -> None:
        state = resources.lab().rate_finder.get(config)
        if not isinstance(state, RangeTestProgress) or state.error_message:
            st.rerun()
        elif state.is_waiting:
            st.progress(0.0, _("Waiting for another test ..."))
        else:
            st.progress(state.share, _("Raising the learning rate from batch to batch ..."))

    return wait_for_range_test


def _show_result(test: RangeTest, current: float, key: str) -> None:
    rate = test.suggested
    if rate is not None:
        st.button(
            _("Use {rate:g}", rate=rate),
            icon=":material/check:",
            width="stretch",
            disabled=current == rate,
            on_click=partial(st.session_state.__setitem__, key, rate),
            key="use-rate",
        )
    if len(test.losses) > 1:
        st.vega_lite_chart(
            range_test_plot.loss_points(test),
            range_test_plot.loss_by_rate(test, is_dark=style.is_dark()),
            height=_HEIGHT,
            key="range-test-chart",
            alt=_alternative(test),
        )
    glossary.explained(translated(test.summary), "caption")


def _alternative(test: RangeTest) -> str:
    """Return the chart as a sentence."""
    smoothed, lowest = test.smoothed, test.lowest
    values = {
        "low": test.rates[0],
        "high": test.rates[-1],
        "first": smoothed[0],
        "lowest": smoothed[lowest],
        "rate": test.rates[lowest],
    }
    if test.suggested is None:
        return _(
            "Loss against learning rate, from {low:.2g} to {high:.2g}: {first:.2f} at first, lowest {lowest:.2f} at "
            "{rate:.2g}. No suggestion.",
            **values,
        )
    return _(
        "Loss against learning rate, from {low:.2g} to {high:.2g}: {first:.2f} at first, lowest {lowest:.2f} at "
        "{rate:.2g}. Suggested: {suggested:g}.",
        **values,
        suggested=test.suggested,
    )
