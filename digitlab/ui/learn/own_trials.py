"""What to try in the steps Collect, Improve, Compare and Take away: one's own digits and networks."""

import streamlit as st

from digitlab.networks.code import KerasCode
from digitlab.runs.records.improvement import MIN_DRAWINGS
from digitlab.translation import _, plural
from digitlab.ui import glossary, identity, messages, resources, tally
from digitlab.ui.learn import lesson_run


def collect() -> None:
    """Show how many digits a person has of each."""
    counts = _counts()
    tally.show(counts)
    st.caption(plural("You have {count} digit of your own.", "You have {count:,} digits of your own.", sum(counts)))


def improve() -> None:
    """Say whether there are enough digits to begin."""
    counts = _counts()
    tally.show(counts)
    total = sum(counts)
    if total < MIN_DRAWINGS:
        text = _("You have {count} digits; at least {wanted} are needed.", count=total, wanted=MIN_DRAWINGS)
        st.info(text, icon=":material/edit:")
    else:
        st.success(_("You have {count:,} digits: enough to begin.", count=total), icon=":material/check:")


def compare() -> None:
    """List the networks with their test accuracy."""
    rows = ""
    with messages.show_errors():
        rows = "\n".join(
            f"| {messages.escape_markdown(card.title)} | {card.test_accuracy:.2%} | {card.parameters:,} |"
            for card in resources.lab().models()[:8]
        )
    head = f"| {_('Network')} | {_('Test accuracy')} | {_('Parameters')} |\n|---|---:|---:|\n"
    st.markdown(head + rows, help=glossary.help("accuracy", "test_set", "parameter"))


def take() -> None:
    """Offer the script that trains the lesson's network."""
    config = lesson_run.config()
    code = KerasCode(config=config, title=_("The network of the lesson"))
    st.markdown(_("The whole Keras script of the lesson, with your settings:"))
    with st.container(height=320):
        st.code(code.script("lesson.py"), language="python")
    st.download_button(
        _("Download the script"),
        code.script("lesson.py"),
        "lesson.py",
        "text/x-python",
        icon=":material/download:",
        on_click="ignore",
    )


def _counts() -> list[int]:
    counts = [0] * 10
    with messages.show_errors():
        person = identity.person()
        if person.id:
            counts = list(resources.lab().drawings.counts(person))
        else:
            identity.offer_to_log_in("mydigits", is_main=True)
    return counts
