"""A run batch by batch: its loss, its learning rate, which its owner may change, and single steps in a pause."""

import math
from collections.abc import Sequence

import streamlit as st

from digitlab.networks.config import SCHEDULES, TrainingConfig
from digitlab.networks.metrics import BatchLoss, batch_losses
from digitlab.networks.step_effect import SingleStep
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState
from digitlab.synthesis.handwriting import NO_DIGIT
from digitlab.translation import _, translated
from digitlab.ui import galleries, glossary, messages, resources, run_progress, style
from digitlab.ui.charts import batch_plot

_HEIGHT = 220  # pixels of the chart
_ROW, _MAX_TABLE = 35, 320  # pixels of a table's row, and of a table
_STEP = "single_step"  # the last one of this session and its run's number, in its state
_LOWEST, _HIGHEST = -6, 0  # powers of ten on the slider
_DASH = "–"  # in the place of a label


def show(run: Run, person: Person) -> None:
    """Show the loss by batch, and let the run's owner change its learning rate, or train a batch of a paused run."""
    if run.config.tuning is not None:
        return
    panel = st.expander(
        _("Batch by batch"), icon=":material/steppers:", key=f"steering-{run.number}", on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        _chart(run)
        if run.is_steerable and person.may_change(run.owner):
            run, sentence = _rate(run, person), st.container(key="steering-sentence")
            if run.state is RunState.PAUSED:
                run = _single_step(run, person)
            with sentence:
                glossary.explained(rate_in_words(run), "caption")


def _chart(run: Run) -> None:
    finished, changes = resources.lab().batch_losses(run.number), run.config.learning_rate_changes
    losses = _with_epoch_under_way(finished, run)
    st.markdown("**" + _("Loss by batch") + "**", help=glossary.help("loss", "batch"))
    if losses:
        st.vega_lite_chart(
            batch_plot.loss_points(losses),
            batch_plot.loss_by_batch(run.config.steps, changes, is_dark=style.is_dark()),
            height=_HEIGHT,
            key=f"batches-{run.number}",
            alt=batch_plot.losses_in_words(finished, changes),  # when it changes, Streamlit draws the chart again
        )
    else:
        with st.container(height=_HEIGHT, border=True, key=f"batches-{run.number}-waiting"):
            if run.state.is_over():
                st.caption(_("No loss by batch was recorded."))
            else:
                st.caption(_("The curve begins after the first batches."))


def _with_epoch_under_way(losses: Sequence[BatchLoss], run: Run) -> Sequence[BatchLoss]:
    """Add the losses of the epoch under way, if there is one, to those within the finished epochs."""
    progress = run_progress.under_way(run)
    if progress is None or not progress.so_far:
        return losses
    return [loss for loss in losses if loss.batch <= progress.trained - progress.batch] + batch_losses(progress)


def _rate(run: Run, person: Person) -> Run:
    """Let the owner change the learning rate, and return the run as it is then."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="steering-rate"):
        rate = st.select_slider(
            _("Learning rate"),
            rates(run.config),
            run.config.last_rate,
            format_func=lambda value: f"{value:g}",
            help=glossary.help("learning_rate"),
            key=f"rate-{run.number}",
        )
        is_wanted = st.button(
            _("Change to {rate:g}", rate=rate), icon=":material/speed:", key=f"change-rate-{run.number}"
        )
    if is_wanted:
        with messages.show_errors():
            resources.lab().change_rate(run.number, rate, person)
            return resources.lab().run(run.number)
    return run


def rates(config: TrainingConfig) -> list[float]:
    """Return the learning rates of the slider: 1, 2 and 5 times each power of ten, the run's own and its last one."""
    usual = {float(f"{digit}e{power}") for power in range(_LOWEST, _HIGHEST + 1) for digit in (1, 2, 5)}
    return sorted(usual | {config.learning_rate, config.last_rate})


def rate_in_words(run: Run) -> str:
    """Return the learning rate of a run in a sentence or two."""
    config = run.config
    if run.wanted_rate is not None and run.state is RunState.RUNNING:
        return _("{rate:g} counts from the next batches on.", rate=run.wanted_rate)
    if run.wanted_rate is not None:
        return _("{rate:g} counts from the next batch on, as soon as the run goes on.", rate=run.wanted_rate)
    if config.learning_rate_changes:
        last = config.learning_rate_changes[-1]
        return _("The learning rate is {rate:g} since batch {batch:,}.", rate=last.rate, batch=last.batch + 1)
    if config.schedule != "constant":
        return _(
            "The learning rate follows the schedule {schedule}. One that you choose takes the schedule's place.",
            schedule=translated(SCHEDULES[config.schedule]),
        )
    return _(
        "The learning rate is {rate:g}. A change is recorded with its batch, and marked on the curves.",
        rate=config.learning_rate,
    )


def _single_step(run: Run, person: Person) -> Run:
    """Let the owner train a batch, show what the last one did, and return the run as it is then."""
    is_wanted = st.button(_("One step"), icon=":material/skip_next:", key=f"step-{run.number}")
    with st.container(border=True, key="single-step"):  # as high before the first step as afterwards
        if is_wanted:
            with messages.show_errors(), st.spinner(_("Training a batch ...")):
                st.session_state[_STEP] = run.number, resources.lab().train_one_batch(run.number, person)
            run = resources.lab().run(run.number)
        number, step = st.session_state.get(_STEP, (0, None))
        if step and number == run.number and run.progress is not None and run.progress.trained == step.batch:
            _show_step(step)
        else:
            st.caption(_("One step trains the next batch, and shows what that does."))
            if run.config.written_digits:
                st.caption(_("The synthetic digits of the batch are drawn first, which may take half a minute."))
    return run


def _show_step(step: SingleStep) -> None:
    """Show what a step did: to the loss, to each layer, and with which digits."""
    values = {
        "batch": step.batch_of_epoch,
        "batches": step.batches_per_epoch,
        "epoch": step.epoch,
        "rate": step.rate,
    }
    title = _("Batch {batch:,} of {batches:,} in epoch {epoch}, learning rate {rate:.3g}", **values)
    st.markdown(f"**{title}**")
    before, after = st.columns(2)
    before.metric(_("Loss before"), _short(step.loss_before), border=True, help=glossary.help("loss", "batch"))
    after.metric(_("Loss after"), _short(step.loss_after), border=True, help=glossary.help("loss", "batch"))
    _layers(step)
    _digits(step)


def _layers(step: SingleStep) -> None:
    texts = st.column_config.TextColumn
    st.dataframe(
        [
            {
                "layer": layer.layer,
                "gradient": _short(layer.gradient_norm),
                "moved": _short(layer.moved),
                "share": f"{layer.share_moved:.2%}",
            }
            for layer in step.layers
        ],
        column_config={
            "layer": texts(_("Layer")),
            "gradient": texts(_("Gradient norm"), help=glossary.explanation("gradient_norm")),
            "moved": texts(_("Weights moved by"), help=_("Length of the change of its weights.")),
            "share": texts(_("Share"), help=_("The same, as a share of the length of its weights.")),
        },
        hide_index=True,
        height=min(_ROW * (len(step.layers) + 1) + 2, _MAX_TABLE),
        key="step-layers",
    )


def _digits(step: SingleStep) -> None:
    count = len(step.images)
    if step.digits > count:
        text = _("The first {count} of the {digits:,} digits of the batch:", count=count, digits=step.digits)
    else:
        text = _("The digits of the batch:")
    st.caption(text)
    figures = "".join(
        f"<figure><img alt='' src='{galleries.as_url(image)}'>"
        f"<figcaption>{_DASH if label == NO_DIGIT else label}</figcaption></figure>"
        for image, label in zip(step.images, step.labels.tolist(), strict=True)
    )
    st.markdown(f"<div class='digitlab-cards small'>{figures}</div>", unsafe_allow_html=True)
    if NO_DIGIT in step.labels:
        st.caption(_("{dash}: a drawing of something else than a digit.", dash=_DASH))


def _short(number: float) -> str:
    return f"{number:.4g}" if math.isfinite(number) else _("not a number")
