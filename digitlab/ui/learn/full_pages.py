"""Links from a step to the full page of what can be tried there, with the same settings."""

import streamlit as st

from digitlab.runs.records import settings_link
from digitlab.translation import _
from digitlab.ui import glossary
from digitlab.ui.learn import data_trials, lesson_run


def show(step: str) -> None:
    """Link to the page of a step; on the way back, Learn opens at the same step."""
    links = _links(step)
    with st.container(horizontal=True, key="learn-links"):
        for page, label, icon, address in links:
            hint = glossary.help(*glossary.terms_in(label)) or None
            st.page_link(f"{page}.py", label=label, icon=f":material/{icon}:", query_params=address, help=hint)


def _links(step: str) -> list[tuple[str, str, str, dict[str, str]]]:
    """Return page, label, icon and the parameters of the address of each link."""
    card = lesson_run.card()
    model = {"model": card.name} if card else {}
    settings = {settings_link.PARAMETER: settings_link.as_link(lesson_run.config())}
    browse, draw = _("All digits on the page MNIST"), _("Draw on the full page")
    links: dict[str, list[tuple[str, str, str, dict[str, str]]]] = {
        "data": [("browse", browse, "grid_view", {})],
        "look": [("browse", browse, "grid_view", {"sample": str(data_trials.looked_at())})],
        "build": [("train", _("Other networks on the page Train"), "model_training", settings)],
        "compile": [("train", _("All settings on the page Train"), "model_training", settings)],
        "train": [("train", _("All settings on the page Train"), "model_training", settings)],
        "curves": [("watch", _("Play the training like a film"), "movie", _run())],
        "test": [("evaluate", _("All scores on the page Evaluate"), "analytics", model)],
        "digit": [("draw", draw, "draw", model)],
        "place": [("understand", _("More changes on the page Explain"), "troubleshoot", {"view": "Distortion"})],
        "pen": [("evaluate", _("Robustness on the page Evaluate"), "analytics", model | {"view": "Robustness"})],
        "styles": [("draw", draw, "draw", {})],
        "steps": [("draw", draw, "draw", {})],
        "correct": [("draw", draw, "draw", {})],
        "collect": [("mydigits", _("Draw digits on request"), "collections_bookmark", {})],
        "improve": [("improve", _("Start on the page Improve"), "auto_fix_high", {})],
        "compare": [
            ("compare", _("Compare networks"), "compare", {}),
            ("improve", _("See whether it helped"), "auto_fix_high", {}),
        ],
        "take": [("models", _("Download on the page Models"), "inventory_2", model)],
    }
    return links[step]


def _run() -> dict[str, str]:
    run = lesson_run.run()
    return {} if run is None else {"run": str(run.number)}
