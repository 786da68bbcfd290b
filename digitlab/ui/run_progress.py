"""The progress of a queued or running run, and the buttons to pause or stop it."""

import time
from collections.abc import Callable, Sequence

import streamlit as st

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState, seconds_left
from digitlab.translation import _, plural, translated
from digitlab.ui import durations, messages, resources


def show(run: Run, describe: Callable[[Run], str]) -> None:
    """Show a progress bar; `describe` returns the text for a run that is under way."""
    st.progress(run.share_done, _queue_position(run) if run.state is RunState.QUEUED else describe(run))


def under_way(run: Run) -> Progress | None:
    """Return the progress of a run that is being trained; None for any other."""
    return run.progress if run.state is RunState.RUNNING else None


def is_validated(config: TrainingConfig) -> bool:
    """Whether each epoch of a training with these settings has validation figures."""
    return config.tuning is None and config.validation_digits > 0


def time_left(run: Run) -> str | None:
    """Return how long a run will take from now on, in words; None if that is not known."""
    seconds = seconds_left(run, resources.lab().epochs(run.number), time.time())
    return None if seconds is None else durations.in_words(seconds)


def is_scored(run: Run) -> bool:
    """Whether all epochs of a running run are over, so that its network is being saved and scored."""
    if run.state is not RunState.RUNNING or run.progress is None:
        return False
    epochs = resources.lab().epochs(run.number)
    return len(epochs) >= run.config.epochs or has_stopped_early(epochs, run.config.early_stopping)


def has_stopped_early(epochs: Sequence[EpochMetrics], patience: int | None) -> bool:
    """Whether the last so many epochs did not improve the validation loss, which ends a training early."""
    losses = [epoch.validation_loss for epoch in epochs if epoch.validation_loss is not None]
    return bool(patience and losses) and len(losses) - 1 - losses.index(min(losses)) >= (patience or 0)


def controls(run: Run, person: Person, *, may_pause: bool) -> None:
    """Say why nothing is being trained, if so, and let the run's owner stop it, or pause it too."""
    lab = resources.lab()
    if run.state is RunState.QUEUED and lab.training_error:
        reason = messages.escape_markdown(translated(lab.training_error))
        st.warning(
            _("Training is unavailable right now. Retrying automatically. {reason}", reason=reason),
            icon=":material/warning:",
        )
    if not person.may_change(run.owner):
        return
    if run.is_stop_wanted:
        st.caption(_("Pausing ...") if may_pause and run.is_pause_wanted else _("Stopping ..."))
        return
    place = st.empty()
    with place.container(horizontal=True):
        is_pause = may_pause and st.button(_("Pause"), icon=":material/pause:", key=f"pause-{run.number}")
        is_stop = st.button(_("Stop"), icon=":material/stop:", key=f"stop-{run.number}")
    if is_pause:
        lab.pause(run.number, person)
        place.caption(_("Pausing ..."))
    if is_stop:
        lab.stop(run.number, person)
        place.caption(_("Stopping ..."))


def _queue_position(run: Run) -> str:
    runs_ahead, seconds = resources.lab().queue_position(run)
    if runs_ahead == 0:
        return _("Starting ...")
    if not seconds:
        return plural("In queue: {count} run ahead", "In queue: {count:,} runs ahead", runs_ahead)
    return plural(
        "In queue: {count} run ahead, starts in about {wait}",
        "In queue: {count:,} runs ahead, starts in about {wait}",
        runs_ahead,
        wait=durations.in_words(seconds),
    )
