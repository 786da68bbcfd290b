"""Let a network go on learning from one's own digits, and see whether that helped."""

import streamlit as st

from digitlab.runs.records.improvement import MIN_DRAWINGS
from digitlab.runs.records.run import Run, RunState
from digitlab.ui import identity, messages, network_choice, resources, run_list, run_progress
from digitlab.ui.improve import verdict_view
from digitlab.ui.mydigits import collection

lab = resources.lab()
person = identity.person()

st.title("Improve")
st.markdown(
    "A network goes on learning: from your own digits, mixed with MNIST's, so that it does not forget, and with digits "
    "in many hands. A third of your drawings is held back, and tells afterwards whether it helped. The network that "
    "you choose stays as it is; a new one comes of it."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    card = network_choice.choose_network("Network to improve")
counts = lab.drawings.counts(person)


def few(counts: list[int]) -> str:
    """Name the digits that were drawn once or never."""
    rare = [str(digit) for digit, count in enumerate(counts) if count < 2]
    return f" Rare or missing: {', '.join(rare)}; what it never sees in your hand, it hardly learns." if rare else ""


if not person.may_train:
    identity.offer_to_log_in("improve", " to improve a network", is_main=True)
elif sum(counts) < MIN_DRAWINGS:
    st.info(
        f"You have {sum(counts)} digits of your own, and {MIN_DRAWINGS} are needed: better 50, some of each digit. Draw them "
        "on request in a minute, or put right on the Draw page what was misread.",
        icon=":material/edit:",
    )
    with st.container(horizontal=True):
        st.page_link("mydigits.py", label="Collect my digits", icon=":material/collections_bookmark:")
        st.page_link("draw.py", label="Draw", icon=":material/draw:")
else:
    collection.tally(counts)
    st.caption(f"You have {sum(counts)} digits of your own.{few(counts)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Improve", type="primary", icon=":material/auto_fix_high:"):
            with messages.show_errors():
                st.query_params["run"] = str(lab.improver.start(card.name, person).number)
        st.page_link("mydigits.py", label="My digits", icon=":material/collections_bookmark:")


def chosen() -> Run | None:
    """Return the tuning that is asked for by the address, or else the person's newest."""
    tunings = {str(run.number): run for run in lab.runs() if run.config.tuning is not None}
    asked = st.query_params.get("run", "")
    own = [run for run in tunings.values() if person.owns(run.owner)]
    if asked and asked not in tunings:
        st.warning(
            f"There is no run {messages.escape_markdown(asked[:20])} that improved a network.",
            icon=":material/warning:",
        )
    if len(own) > 1 and (asked in {str(run.number) for run in own} or not asked):
        labels = {run.number: f"{run.title}, run {run.number}" for run in own}
        number = st.selectbox(
            "What you improved",
            labels,
            list(labels).index(int(asked)) if asked else 0,
            format_func=labels.__getitem__,
            key=f"shown-{asked}-{own[0].number}",
            width=420,
        )
        return tunings[str(number)]
    return tunings.get(asked) or (own[0] if own else None)


@st.fragment(run_every=0.5)
def watch(number: int) -> None:
    """Show how far a tuning is, until it is over; then the whole page shows what became of it."""
    with messages.show_errors():
        run = lab.run(number)
        if run.state.is_over():
            st.rerun()
        run_list.heading(run, person)
        run_progress.bar(run, doing)
        run_progress.controls(run, person, may_pause=False)


def doing(run: Run) -> str:
    """Say what a running tuning is at."""
    if run.progress is None:
        return "Getting ready ..."
    if run.share_done >= 1:
        return "Reading MNIST's test set, and saving ..."
    return f"Learning: {run.share_done:.0%}{run_progress.time_left(run)}"


run = chosen()
if run is not None:
    st.divider()
    if run.state.is_over():
        run_list.heading(run, person)
    with messages.show_errors():
        if not run.state.is_over():
            watch(run.number)
        elif run.state in (RunState.FAILED, RunState.INTERRUPTED):
            st.error(messages.escape_markdown(run.message), icon=":material/error:")
        elif run.model is None:
            st.info("It was stopped before anything came of it. Start it anew.", icon=":material/info:")
        else:
            verdict_view.show(run, person)
run_list.dialogs(person)
