"""What to try in the steps Build, Compile, Train, Curves and Test score: layers, the loss, a training, its result."""

import math

import numpy as np
import streamlit as st

from digitlab.networks.config import TrainingConfig
from digitlab.networks.digit_sets import TEST
from digitlab.networks.metrics import EpochMetrics
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _, plural, translated
from digitlab.ui import (
    digit_pictures,
    evaluated_set,
    glossary,
    identity,
    learning_curves,
    messages,
    repetition,
    resources,
    run_progress,
)
from digitlab.ui.learn import lesson_run

_SIDE, _DIGITS = 28, 10
_NEURONS = (16, 32, 64, 128, 256, 512)
_USUAL = 128  # neurons of the tutorial's network
_RATES = (0.00001, 0.0001, 0.001, 0.01, 1.0)
_SIZES = (10_000, 60_000)  # training digits
_MAX_EPOCHS = 10
_REFRESH = 0.5  # seconds after which the run is shown again while it is under way
_MISREAD = 18  # digits shown


def build() -> None:
    """Show the layers with their shapes and parameters, for a number of hidden neurons."""
    hidden = int(
        st.select_slider(
            _("Neurons of the hidden layer"),
            _NEURONS,
            _USUAL,
            key="learn-neurons",
            persist_state="session",
            help=glossary.help("neuron", "dense_layer", "relu", "softmax"),
        )
    )
    pixels = _SIDE * _SIDE
    rows = [
        (_("Input, divided by 255"), f"{_SIDE} x {_SIDE}", "", 0),
        (_("Flatten"), f"{pixels}", "", 0),
        (_("Dense, ReLU"), f"{hidden}", f"{pixels} x {hidden} + {hidden}", pixels * hidden + hidden),
        (_("Dense, softmax"), f"{_DIGITS}", f"{hidden} x {_DIGITS} + {_DIGITS}", hidden * _DIGITS + _DIGITS),
    ]
    titles = _("Layer"), _("Output"), _("Computed as"), _("Parameters")
    head = "| {} | {} | {} | {} |\n|---|---|---|---:|\n".format(*titles)
    st.markdown(head + "\n".join(f"| {layer} | {output} | {sum_} | {count:,} |" for layer, output, sum_, count in rows))
    total = sum(row[3] for row in rows)
    st.metric(_("Parameters"), f"{total:,}", help=glossary.help("parameter"), border=True)
    st.caption(
        _(
            "Each neuron has a weight for every number that it gets, and one number more, its bias. The tutorial "
            "has 128 neurons."
        )
    )


def compile() -> None:  # noqa: A001 - the name of the step, as of Keras' method
    """Show the loss for a probability of the correct digit."""
    percent = st.slider(
        _("Probability of the correct digit (%)"), 1, 100, 10, key="learn-probability", persist_state="session"
    )
    loss = -math.log(percent / 100)
    left, right = st.columns(2)
    left.metric(_("Loss"), f"{abs(loss):.2f}", help=glossary.help("loss", "cross_entropy"), border=True)
    right.metric(_("Counts as correct"), _("yes") if percent > 50 else _("maybe"), border=True)
    st.caption(
        _(
            "The loss is minus the natural logarithm of the probability. At 10%, which is guessing, it is 2.30. "
            "Accuracy only asks whether the correct digit has the largest probability: 51% or 99% are the same to it."
        )
    )


def train() -> None:
    """Set up a training, start it, and watch its curves."""
    lab, person = resources.lab(), identity.person()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        config = _form(min(_MAX_EPOCHS, lab.max_epochs))
        if not person.may_train:
            identity.offer_to_log_in("train", is_main=True)
        elif st.button(_("Train"), type="primary", icon=":material/play_arrow:", key="learn-train"):
            with messages.show_errors():
                lesson_run.keep(lab.start_training(config, "", person))
    run = lesson_run.run()
    repetition.repeat(_show_training, _REFRESH if run and not run.state.is_over() else None)


def _form(max_epochs: int) -> TrainingConfig:
    usual = lesson_run.config()
    epochs = st.number_input(
        _("Epochs"), 1, max_epochs, min(usual.epochs, max_epochs), key="learn-epochs", persist_state="session",
        help=glossary.help("epoch"), width=140,
    )  # fmt: skip
    rate = st.selectbox(
        _("Learning rate"), _RATES, _RATES.index(0.001), format_func=lambda value: f"{value:g}", key="learn-rate",
        persist_state="session", help=glossary.help("learning_rate"), width=140,
    )  # fmt: skip
    size = st.selectbox(
        _("Training digits"), _SIZES, len(_SIZES) - 1, format_func=lambda count: f"{count:,}", key="learn-size",
        persist_state="session", help=glossary.help("training_set"), width=140,
    )  # fmt: skip
    config = TrainingConfig(epochs=int(epochs), learning_rate=rate, training_digits=size)
    lesson_run.choose(config)
    return config


def _show_training() -> None:
    run = lesson_run.run()
    planned = run.config.epochs if run else lesson_run.config().epochs
    epochs: list[EpochMetrics] = []
    with st.container(height=110, border=False):
        if run is None:
            st.info(_("No training yet. Press Train."), icon=":material/model_training:")
        else:
            with messages.show_errors():
                epochs = resources.lab().epochs(run.number)
                _show_state(run, len(epochs))
    waiting = _("The curve grows here, a point for each epoch.")
    progress = run_progress.under_way(run) if run else None
    learning_curves.show(epochs, planned, key="learn-curves", waiting=waiting, progress=progress)
    if run and run.state.is_over() and st.session_state.pop("learn_was_under_way", False):
        st.rerun()  # to ask no longer, and to offer the network
    if run and not run.state.is_over():
        st.session_state.learn_was_under_way = True


def _show_state(run: Run, epochs: int) -> None:
    if not run.state.is_over():
        run_progress.show(run, _progress)
        run_progress.controls(run, identity.person(), may_pause=False)
    elif run.state in (RunState.FAILED, RunState.INTERRUPTED):
        st.error(messages.escape_markdown(translated(run.message)), icon=":material/error:")
    elif run.model is None:
        st.info(_("The training ended before a network was saved. Train again."), icon=":material/info:")
    else:
        text = plural(
            "Trained for {count} epoch. Press Next to look at its curves.",
            "Trained for {count} epochs. Press Next to look at its curves.",
            epochs,
        )
        st.success(text, icon=":material/check:")


def _progress(run: Run) -> str:
    if run.progress is None:
        return _("Building the network ...")
    if run_progress.is_scored(run):
        return _("Scoring on the test set ...")
    left = run_progress.time_left(run)
    epoch, total = run.progress.epoch, run.config.epochs
    if left is None:
        return _("Epoch {epoch} of {total}", epoch=epoch, total=total)
    return _("Epoch {epoch} of {total}, about {left} left", epoch=epoch, total=total, left=left)


def curves() -> None:
    """Show the curves of the lesson's training, or those of the ready-made network, and compare an epoch's figures."""
    run, card = lesson_run.run(), lesson_run.card()
    epochs = resources.lab().epochs(run.number) if run else []
    if not epochs and card is not None:
        st.caption(_("You have not trained yet, so these are the curves of the ready-made network of the tutorial."))
        epochs = list(card.epochs)
    if not epochs:
        st.info(_("No training yet. Go back to Train."), icon=":material/model_training:")
        return
    learning_curves.show(epochs, len(epochs), key="learn-result")
    if len(epochs) > 1:
        chosen = st.slider(_("Epoch"), 1, len(epochs), len(epochs), key=f"learn-epoch-of-{len(epochs)}")
    else:
        chosen = 1
    _compare(epochs[chosen - 1])


def _compare(epoch: EpochMetrics) -> None:
    first, second = st.columns(2)
    first.metric(_("Training loss"), f"{epoch.loss:.3f}", border=True, help=glossary.help("loss"))
    first.metric(_("Training accuracy"), f"{epoch.accuracy:.1%}", border=True, help=glossary.help("accuracy"))
    if epoch.validation_loss is not None and epoch.validation_accuracy is not None:
        about = glossary.help("validation")
        second.metric(_("Validation loss"), f"{epoch.validation_loss:.3f}", border=True, help=about)
        second.metric(_("Validation accuracy"), f"{epoch.validation_accuracy:.1%}", border=True, help=about)


def test() -> None:
    """Score the lesson's network on the test set, and show digits that it misread."""
    card = lesson_run.card()
    if card is None:
        st.info(_("No training yet. Go back to Train."), icon=":material/model_training:")
        return
    if not lesson_run.is_own(card):
        st.caption(_("You have not trained yet, so this is the ready-made network of the tutorial."))
    result = evaluated_set.evaluate(card, TEST)
    wrong = np.flatnonzero(result.scores.answers != result.scores.labels)
    left, right = st.columns(2)
    low, high = card.interval
    left.metric(
        _("Test accuracy"), f"{card.test_accuracy:.2%}", border=True, help=glossary.help("accuracy", "test_set")
    )
    right.metric(_("Misread"), _("{count:,} of {total:,}", count=len(wrong), total=len(TEST)), border=True)
    glossary.explained(_("95% interval: {low:.2%} to {high:.2%}.", low=low, high=high), "caption")
    st.markdown(_("Some of the misread digits: label → what the network read, with its confidence."))
    digit_pictures.gallery(result, wrong[:_MISREAD], key="learn-misread")
    digit_pictures.dialog(result)
