"""The training that a person started in the lesson, and the network that its later steps use."""

from contextlib import suppress

import streamlit as st

from digitlab.errors import DigitLabError
from digitlab.networks.config import TrainingConfig
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.run import Run
from digitlab.ui import identity, resources

PARAMETER = "run"  # in the address, so that a reload finds it again
_RUN = "learn_run"  # in the session
_CONFIG = "learn_config"
_EXAMPLE = "tutorial"  # the ready-made network of the tutorial


def config() -> TrainingConfig:
    """Return the settings that the lesson trains with."""
    chosen: TrainingConfig = st.session_state.get(_CONFIG, TrainingConfig(epochs=5))
    return chosen


def choose(chosen: TrainingConfig) -> None:
    """Train with these settings from now on."""
    st.session_state[_CONFIG] = chosen


def keep(run: Run) -> None:
    """Remember a run as that of the lesson."""
    st.session_state[_RUN] = run.number
    st.query_params[PARAMETER] = str(run.number)


def run() -> Run | None:
    """Return the run of the lesson, in the address or the session; None if there is none of one's own."""
    asked = st.query_params.get(PARAMETER, "")
    number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 10 else st.session_state.get(_RUN)
    if number is None:
        st.query_params.pop(PARAMETER, None)
        return None
    found: Run | None = None
    with suppress(DigitLabError):  # it was deleted, or the database is away: the step shows its example
        found = resources.lab().run(number)
    if found is None or not identity.person().owns(found.owner):
        st.query_params.pop(PARAMETER, None)
        st.session_state.pop(_RUN, None)
        return None
    st.session_state[_RUN] = number
    if asked != str(number):
        st.query_params[PARAMETER] = str(number)
    return found


def card() -> ModelCard | None:
    """Return the network of the lesson: the one trained here, or the ready-made one; None if there is none at all."""
    cards = {card.name: card for card in resources.lab().models()}
    trained = run()
    wanted = trained.model if trained and trained.state.is_over() else None
    return next((cards[name] for name in (wanted, _EXAMPLE, DEFAULT_MODEL) if name in cards), None)


def is_own(card: ModelCard) -> bool:
    """Whether a network was trained in the lesson."""
    trained = run()
    return trained is not None and trained.model == card.name
