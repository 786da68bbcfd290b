"""A step's question, with its answers to choose from."""

import streamlit as st

from digitlab.translation import _, translated
from digitlab.ui import glossary, messages
from digitlab.ui.learn import progress
from digitlab.ui.learn.paths import STEPS


def show(step: str) -> None:
    """Ask a step's question; whether the chosen answer is correct, and why, is said below it."""
    question, key = STEPS[step].question, f"answer-{step}"
    st.markdown(_("**A question**"))
    text, answers = translated(question.text), [translated(answer) for answer in question.answers]
    chosen = st.radio(
        text,
        range(len(answers)),
        index=None,
        format_func=lambda index: messages.escape_markdown(answers[index]),
        help=glossary.help(*glossary.terms_in(text, *answers)) or None,
        key=key,
        persist_state="session",
        on_change=_check,
        args=(step, key),
    )
    if chosen is None:
        return
    why = messages.escape_markdown(translated(question.why))
    if chosen == question.correct:
        st.success(_("Correct. {why}", why=why), icon=":material/check:")
    else:
        st.info(_("Not quite. {why}", why=why), icon=":material/info:")


def _check(step: str, key: str) -> None:
    if st.session_state.get(key) == STEPS[step].question.correct:
        progress.finish(step)
