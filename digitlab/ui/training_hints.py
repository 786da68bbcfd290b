"""Hints on what looks wrong in a training."""

from collections.abc import Sequence

import streamlit as st

from digitlab.networks.hints import Hint
from digitlab.networks.metrics import EpochMetrics
from digitlab.runs.records.run import Run
from digitlab.translation import translated
from digitlab.ui import messages, resources


def show(run: Run, epochs: Sequence[EpochMetrics]) -> None:
    """Show what looks wrong; computed after each epoch, and when the run's state changes."""
    for hint in _hints(run, epochs, run.number, run.created, run.state, run.attempt, len(epochs)):
        name, evidence, advice = (
            messages.escape_markdown(translated(text)) for text in (hint.name, hint.evidence, hint.advice)
        )
        st.info(f"**{name}.** {evidence} {advice}", icon=":material/lightbulb:")


@st.cache_data(show_spinner=False, max_entries=200)
def _hints(_run: Run, _epochs: Sequence[EpochMetrics], *_identity: object) -> list[Hint]:
    """Return the hints; underscores keep Streamlit from hashing a parameter, and `_identity` stands for them."""
    lab = resources.lab()
    return lab.hints(_run, _epochs, lab.observations(_run.number))
