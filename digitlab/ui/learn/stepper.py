"""The steps of a path as a row of buttons, and the step in the address."""

from collections.abc import Sequence

import streamlit as st

from digitlab.translation import _, translated
from digitlab.ui import component_events, messages
from digitlab.ui.learn import progress
from digitlab.ui.learn.paths import GLOSSARY, PATHS, STEPS, path_of

PARAMETER = "step"  # in the address
_LAST = "learn_step"  # in the session: the step that one comes back to
_HEIGHT = 76  # pixels


def current() -> str:
    """Return the step in the address, or `GLOSSARY`; without one, the step where one was."""
    asked, state = st.query_params.get(PARAMETER), st.session_state
    if asked is not None and asked not in STEPS and asked != GLOSSARY:
        name = messages.escape_markdown(asked[:40])
        st.warning(_("There is no step {name}. Showing the first one.", name=name), icon=":material/warning:")
        return _goes_to(next(iter(STEPS)))
    if asked is None:
        return _goes_to(state.get(_LAST) or next((name for name in STEPS if name not in progress.done()), GLOSSARY))
    return _goes_to(asked)


def go(step: str) -> None:
    """Go to a step, in a callback."""
    st.query_params[PARAMETER] = step


def _goes_to(step: str) -> str:
    if st.query_params.get(PARAMETER) != step:
        st.query_params[PARAMETER] = step
    st.session_state[_LAST] = step
    return step


def choose_path(step: str) -> None:
    """Let a person choose one of the paths, or the glossary."""
    labels = {key: translated(path.title) for key, path in PATHS.items()} | {GLOSSARY: _("Glossary")}
    shown = GLOSSARY if step == GLOSSARY else path_of(step)
    st.session_state.learn_path = shown
    st.segmented_control(
        _("Path"),
        list(labels),
        format_func=labels.__getitem__,
        required=True,
        key="learn_path",
        label_visibility="collapsed",
        wrap=True,
        on_change=_go_to_path,
    )


def _go_to_path() -> None:
    chosen = st.session_state.learn_path
    go(GLOSSARY if chosen not in PATHS else progress.first_open(PATHS[chosen].steps))


def show(step: str) -> None:
    """Show the steps of a step's path."""
    path = PATHS[path_of(step)]
    names = list(path.steps)
    _stepper(
        key="learn-steps",
        data={
            "label": translated(path.title),
            "steps": [_label(name, number) for number, name in enumerate(names, start=1)],
            "current": names.index(step),
            "place": _("Step {number} of {total}", number=names.index(step) + 1, total=len(names)),
        },
        on_clicked_change=lambda: _click(names),
        height=_HEIGHT,
    )


def _label(name: str, number: int) -> dict[str, object]:
    title, is_done = translated(STEPS[name].title), name in progress.done()
    spoken = (
        _("Step {number}, {title}, finished", number=number, title=title)
        if is_done
        else _("Step {number}, {title}", number=number, title=title)
    )
    return {"name": name, "number": number, "title": title, "isDone": is_done, "spoken": spoken}


def _click(names: Sequence[str]) -> None:
    index = component_events.clicked("learn-steps")
    if index is not None and index in range(len(names)):
        go(names[index])


_stepper = st.components.v2.component(
    "digitlab_stepper",
    html="<nav><ol></ol></nav><p aria-live='polite'></p>",
    css="""
ol { list-style: none; display: flex; margin: 0; padding: 0; }
li { flex: 1; min-width: 44px; max-width: 9rem; position: relative; }
li + li::before { content: ""; position: absolute; top: 17px; right: calc(50% + 22px); width: calc(100% - 44px);
    height: 2px; background: var(--st-border-color); }
button { font: inherit; font-size: 0.875rem; color: var(--st-text-color); background: none; border: 0; width: 100%;
    min-height: 44px; padding: 4px 0; cursor: pointer; border-radius: var(--st-base-radius); display: flex;
    flex-direction: column; align-items: center; gap: 4px; }
b { box-sizing: border-box; width: 28px; height: 28px; border-radius: 50%; border: 2px solid #7d8da1;
    display: grid; place-items: center; font-weight: 600; font-variant-numeric: tabular-nums; }
button.done b { border-color: var(--st-primary-color); color: var(--st-link-color); }
button[aria-current] b { background: #0060a0; border-color: #0060a0; color: #ffffff; }
button[aria-current] span { font-weight: 600; }
button:hover b { border-color: var(--st-text-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
span { line-height: 1.25; text-align: center; overflow-wrap: anywhere; }
p { margin: 0; font-size: 0.875rem; position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
@media (max-width: 640px) {
  button span { display: none; }
  li + li::before { display: none; }
  p { position: static; width: auto; height: auto; clip-path: none; padding: 4px 8px; }
}
""",
    js="""
const shown = new WeakMap()
export default function ({ data, parentElement, setTriggerValue }) {
  const nav = parentElement.querySelector("nav")
  nav.setAttribute("aria-label", data.label)
  const steps = data.steps.map((step, index) => {
    const item = document.createElement("li")
    const button = document.createElement("button")
    const sign = document.createElement("b")
    const title = document.createElement("span")
    button.type = "button"
    button.dataset.step = step.name
    button.className = step.isDone ? "done" : ""
    button.setAttribute("aria-label", step.spoken)
    if (index === data.current) button.setAttribute("aria-current", "step")
    button.onclick = () => setTriggerValue("clicked", index)
    sign.textContent = step.isDone ? "✓" : step.number
    title.textContent = step.title
    button.append(sign, title)
    item.append(button)
    return item
  })
  const focused = parentElement.querySelector("button:focus")?.dataset.step
  nav.querySelector("ol").replaceChildren(...steps)
  if (focused) parentElement.querySelector(`[data-step="${focused}"]`)?.focus()
  const text = `${data.place}: ${data.steps[data.current].title}`
  const place = parentElement.querySelector("p")
  if (place.textContent !== text) place.textContent = text
  const name = data.steps[data.current].name
  if (shown.has(parentElement) && shown.get(parentElement) !== name)
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0)
  shown.set(parentElement, name)
}
""",
)
