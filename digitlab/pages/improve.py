"""Fine-tune a network on one's own digits, and see whether it helped."""

from typing import Literal

import streamlit as st

from digitlab.runs.records.improvement import MIN_DRAWINGS
from digitlab.runs.records.run import Run, RunState
from digitlab.translation import _, plural, translated
from digitlab.ui import (
    evaluated_set,
    glossary,
    identity,
    messages,
    network_choice,
    repetition,
    resources,
    run_list,
    run_progress,
    tally,
)
from digitlab.ui.improve import verdict_view

lab = resources.lab()
person = identity.person()

st.title(_("Improve"))
with st.container(key="improve-text"):
    glossary.explained(
        _(
            "Fine-tune a network on your own digits. They are mixed with MNIST's, so that it doesn't forget those, and "
            "with synthetic digits in many handwriting styles. A third of your drawings are set aside to check whether "
            "it helped. Your network is not changed: a new one is created."
        )
    )
with st.container(horizontal=True, vertical_alignment="bottom"):
    card = network_choice.choose_network(_("Network to improve"))
counts = lab.drawings.counts(person)


def reads_all() -> bool:
    """Say so if the network misreads none of the person's drawings that it has not learned."""
    score = lab.improver.unseen_score(card.name, person, evaluated_set.own_probabilities)
    if score is None or score[0] < score[1]:
        return False
    st.info(
        plural(
            "This network reads your {count} drawing correctly, so there is nothing to improve. Fine-tuning can only "
            "make it worse. Draw digits that it misreads first.",
            "This network reads all {count:,} of your drawings correctly, so there is nothing to improve. Fine-tuning "
            "can only make it worse. Draw digits that it misreads first.",
            score[1],
        ),
        icon=":material/info:",
    )
    return True


if not person.may_train:
    identity.offer_to_log_in("improve", is_main=True)
elif sum(counts) < MIN_DRAWINGS:
    st.info(
        _(
            "You need at least {minimum} digits (you have {count}); 50 or more is better. Draw them on request in a "
            "minute, or correct misread drawings on the Start page.",
            minimum=MIN_DRAWINGS,
            count=sum(counts),
        ),
        icon=":material/edit:",
    )
    with st.container(horizontal=True):
        st.page_link("mydigits.py", label=_("Collect my digits"), icon=":material/collections_bookmark:")
        st.page_link("draw.py", label=_("Draw"), icon=":material/draw:")
else:
    tally.show(counts)
    st.caption(plural("You have {count:,} digit of your own.", "You have {count:,} digits of your own.", sum(counts)))
    if rare := [str(digit) for digit, count in enumerate(counts) if count < 2]:
        st.caption(
            _(
                "Rare or missing: {digits}. It can't learn your version of a digit that it hasn't seen.",
                digits=", ".join(rare),
            )
        )
    is_perfect = reads_all()
    with st.container(horizontal=True, vertical_alignment="center"):
        label = _("Train anyway") if is_perfect else _("Improve")
        kind: Literal["primary", "secondary"] = "secondary" if is_perfect else "primary"
        if st.button(label, type=kind, icon=":material/auto_fix_high:", key="improve"):
            with messages.show_errors():
                st.query_params["run"] = str(lab.improver.start(card.name, person).number)
        st.page_link("mydigits.py", label=_("My digits"), icon=":material/collections_bookmark:")


def choose_run() -> Run | None:
    """Return the fine-tuning in the address (`?run=NUMBER`), or else one of the person's own, the newest by default."""
    tunings = {str(run.number): run for run in lab.runs() if run.config.tuning is not None}
    asked = st.query_params.get("run", "")
    own = [run for run in tunings.values() if person.owns(run.owner)]
    if asked and asked not in tunings:
        name = messages.escape_markdown(asked[:20])
        st.warning(_("There is no run {name} that improved a network.", name=name), icon=":material/warning:")
    if len(own) > 1 and (asked in {str(run.number) for run in own} or not asked):
        labels = {run.number: _("{title} (run {number})", title=run.title, number=run.number) for run in own}
        number = st.selectbox(
            _("Improved network"),
            labels,
            list(labels).index(int(asked)) if asked else 0,
            format_func=labels.__getitem__,
            key=f"shown-{asked}-{own[0].number}",
            width=420,
        )
        return tunings[str(number)]
    return tunings.get(asked) or (own[0] if own else None)


def show_progress(number: int) -> None:
    """Show a run's progress; when it is over, the whole page runs again and shows the result."""
    with messages.show_errors():
        run = lab.run(number)
        if run.state.is_over():
            st.rerun()
        run_list.heading(run, person)
        run_progress.show(run, status)
        run_progress.controls(run, person, may_pause=False)


def status(run: Run) -> str:
    """Return what a running fine-tuning is doing."""
    if run.progress is None:
        return _("Preparing ...")
    if run.share_done >= 1:
        return _("Evaluating on MNIST's test set, and saving ...")
    left = run_progress.time_left(run)
    if left is None:
        return _("Fine-tuning: {share:.0%}", share=run.share_done)
    return _("Fine-tuning: {share:.0%}, about {time} left", share=run.share_done, time=left)


run = choose_run()
if run is not None:
    st.divider()
    if run.state.is_over():
        run_list.heading(run, person)
    with messages.show_errors():
        if not run.state.is_over():
            repetition.repeat(show_progress, 0.5, run.number)
        elif run.state in (RunState.FAILED, RunState.INTERRUPTED):
            st.error(messages.escape_markdown(translated(run.message)), icon=":material/error:")
        elif run.model is None:
            st.info(_("It was stopped before anything was saved. Start it again."), icon=":material/info:")
        else:
            verdict_view.show(run, person)
run_list.show_dialog(person)
