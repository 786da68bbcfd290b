"""The tutorial as steps: sentences, lines of Keras, something to try and a question; and the glossary."""

import streamlit as st

from digitlab.networks.code import KerasCode
from digitlab.translation import _, translated
from digitlab.ui import glossary, messages
from digitlab.ui.learn import full_pages, glossary_list, lesson_run, progress, question, stepper
from digitlab.ui.learn.paths import GLOSSARY, STEPS
from digitlab.ui.learn.trials import TRIALS


def show_step(step: str) -> None:
    """Show a step: its sentences and its code, what can be tried beside them, and its question."""
    shown = STEPS[step]
    text, trial = st.columns([5, 11] if shown.has_canvas else [9, 11], gap="large")
    with text:
        st.subheader(translated(shown.title), anchor=False)
        with st.container(key="learn-text"):
            glossary.explained(translated(shown.text))
        if shown.has_code:
            code = KerasCode(config=lesson_run.config(), title="").lesson()[step]
            with st.container(key="learn-code"):
                st.code(code.strip(), language="python", wrap_lines=True)
    with trial:
        st.markdown(f"**{_('Try it')}**: {messages.escape_markdown(translated(shown.task))}")
        with st.container(key="learn-trial"), messages.show_errors():
            TRIALS[step]()
        full_pages.show(step)
    question.show(step)


def show_navigation(step: str) -> None:
    """Show the buttons to go on and back, which stay in their place while the page scrolls."""
    names = [*STEPS, GLOSSARY]
    place = names.index(step)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="learn-nav"):
        st.button(
            _("Back"),
            icon=":material/arrow_back:",
            key="learn-back",
            disabled=place == 0,
            on_click=stepper.go,
            args=(names[max(place - 1, 0)],),
        )
        st.button(
            _("Start again"),
            icon=":material/restart_alt:",
            type="tertiary",
            key="learn-restart",
            on_click=start_again,
            disabled=not progress.done(),
        )
        st.button(
            _("Next"),
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            key="learn-next",
            disabled=place == len(names) - 1,
            on_click=go_on,
            args=(step, names[min(place + 1, len(names) - 1)]),
        )


def go_on(step: str, following: str) -> None:
    """Finish a step, and go to the following one."""
    progress.finish(step)
    stepper.go(following)


def start_again() -> None:
    """Forget what was finished, and go to the first step."""
    progress.start_again()
    stepper.go(next(iter(STEPS)))


st.title(_("Learn"))
progress.remember()
step = stepper.current()
stepper.choose_path(step)
if step == GLOSSARY:
    glossary_list.show()
else:
    stepper.show(step)
    show_step(step)
show_navigation(step)
