import dataclasses
import re
import shutil

import pytest
from apptest import PATIENCE, App, component, links, press, rerun, texts
from own_digits import save_digits, visitor
from streamlit.testing.v1 import AppTest
from waiting import wait_for

from digitlab.errors import WorkersUnavailable
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.model_card import Origin
from digitlab.ui.messages import escape_markdown
from digitlab.ui.visitor_cookie import COOKIE, new_token

FOUR = {"set": "test", "sample": "4", "model": "tutorial"}
QUICK = {"model": "tutorial", "view": "Distort it"}  # a small network, and an explanation that is only readings


def bars(page):
    return [html.value for html in page.html if "digitlab-bars" in html.value and "<li" in html.value]


def test_without_a_drawing_an_example_is_explained(app):
    page = app.open("understand")
    assert "Nothing is drawn yet. This is an example from MNIST's test set." in texts(page)
    assert links(page)[-1] == "Draw your own digit"
    assert "data-testid='digit'>4<" in texts(page)
    assert "Saliency" in [subheader.value for subheader in page.subheader]


@pytest.mark.parametrize(
    ("view", "title"),
    [
        ("Where it looks", "Saliency"),
        ("Layer by layer", "Activations"),
        ("For and against", "Class gradients"),
        ("Distort it", "Distortion"),
        ("Change its mind", "Counterfactual"),
        ("The arithmetic", "Forward pass"),
    ],
)
def test_old_links_open_their_view(app, view, title):
    page = app.open("understand", **FOUR, view=view)
    assert title in [subheader.value for subheader in page.subheader]
    assert not page.error


def test_unknown_view_in_a_link_shows_saliency(app):
    page = app.open("understand", **FOUR, view="<script>")
    assert "Orange supports this digit, blue opposes it, black is neutral." in texts(page)


def test_occlusion_needs_no_worker(app, lab, monkeypatch):
    def ask(*_):
        raise WorkersUnavailable("No worker answered.")

    monkeypatch.setattr(lab._workers, "ask", ask)
    page = app.open("understand", **FOUR | {"sample": "40"})  # no other test asks about it, so no answer is cached
    assert re.search("alt='Occlusion. Supports it most: ", texts(page))
    assert page.error[0].value == escape_markdown("No worker answered.")


def test_layers_keep_their_names_in_the_address(app):
    page = app.open("understand", **FOUR, view="Layer by layer", layer="digits")
    assert page.select_slider("layer").options[::2] == ["Picture", "Digits"]
    assert page.select_slider("layer").value == "digits"
    assert len(bars(page)) == 2  # of the reading, and of the last step
    page = press(page, "Next layer")
    assert page.query_params["layer"] == "picture"
    page = press(page, "Next layer")
    assert "layer" not in page.query_params
    assert "applies an activation function" in texts(page)


@pytest.mark.parametrize("name", ["tutorial", "imported"])
def test_contributions_are_exact_for_own_networks_only(app, settings, name):
    files = ModelFiles(settings)
    card, source = files.card("tutorial"), files.keras_file("tutorial")
    origin = Origin(file="a.keras", source="", sha256="0" * 64, layers=3, scale="0 to 1", is_softmax_added=False)

    def copy(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(source.with_suffix(suffix), path.with_suffix(suffix))

    files.save(dataclasses.replace(card, name="imported", is_ready_made=False, origin=origin), copy)
    page = app.open("understand", **FOUR | {"model": name}, view="For and against")
    assert not page.error
    assert "Weights of the first layer's neurons" in texts(page)
    assert ("ink adds" in texts(page)) == ("These weights are exact" in texts(page)) == (name == "tutorial")


def sum_page():
    import numpy as np
    import streamlit as st

    from digitlab.networks.explanation import Neuron
    from digitlab.ui.understand import forward_pass_view

    inputs = np.array(st.session_state.inputs, np.float32)
    forward_pass_view._neuron(
        Neuron(inputs, np.full_like(inputs, 0.5), -0.25, 1.0, 0.0, is_rectified=False, activation="", output=0)
    )


@pytest.mark.parametrize(
    ("inputs", "sentences"),
    [
        ([0] * 9, ["All products are 0.", "Bias -0.2500 = **-0.2500**"]),
        ([2, 1], ["2.000 × 0.500 + 1.000 × 0.500 + bias -0.2500 = **1.2500**"]),
        ([2, 0], ["2.000 × 0.500 + … (1 more: 0.0000) + bias -0.2500 = **0.7500**"]),
    ],
)
def test_sum_of_a_neuron_has_no_empty_rest(inputs, sentences):
    page = AppTest.from_function(sum_page, default_timeout=PATIENCE)
    page.session_state.inputs = inputs
    assert [markdown.value for markdown in page.run().markdown] == sentences


def test_change_is_described_as_ink(app):
    page = app.open("understand", **FOUR, view="Change its mind")
    assert re.search(r"alt='Change\. Adds most ink: [^.]+\. Removes most ink: [^.]+\.'", texts(page))


def test_distortion_changes_the_answer_until_it_is_reset(app):
    page = app.open("understand", **FOUR, view="Distort it")
    before, undistorted = bars(page)
    assert before == undistorted
    rerun(page, page.slider(key="rotation").set_value(60))
    assert bars(page)[-1] != before
    rerun(page, next(button for button in page.button if button.label == "Reset").click())
    assert page.slider(key="rotation").value == 0
    assert bars(page)[-1] == before


def test_link_leads_to_an_own_digit(app, lab, cookies, digits):
    own = save_digits(lab, cookies, digits, 30)
    page = app.open("understand", **QUICK, explain=f"own-{own[4].number}")
    assert f"Your label: **{own[4].label}**." in texts(page)
    assert page.number_input(key="drawing-page").value == 2  # the newest come first


def test_digit_of_another_person_is_not_shown(app, lab, cookies, digits):
    (theirs,) = save_digits(lab, cookies, digits, 1)
    cookies[COOKIE] = new_token()
    page = App().open("understand", explain=f"own-{theirs.number}")
    assert f"You have no drawing {theirs.number}" in texts(page).replace("\\", "")
    assert not bars(page)


def test_newest_digit_is_shown_after_one_was_deleted(app, lab, cookies, digits):
    own = save_digits(lab, cookies, digits, 3)
    page = app.open("understand", **QUICK, understood="My digits")
    assert page.query_params["explain"] == f"own-{own[2].number}"
    lab.drawings.delete([own[2].number], visitor(cookies))
    page = app.open("understand", **QUICK, understood="My digits")
    assert page.query_params["explain"] == f"own-{own[1].number}"
    assert f"Your label: **{own[1].label}**." in texts(page)
    assert "You have no drawing" not in texts(page)


def test_map_is_built_once_for_neighbours_and_map(app):
    page = app.open("understand", **FOUR, view="Map of digits")
    assert "Digit map" in [subheader.value for subheader in page.subheader]
    wait_for(lambda: app.open("understand", **FOUR, view="Map of digits").get("vega_lite_chart"))
    page = app.open("understand", **FOUR, view="Digits like it")
    assert "Labels of the 12 nearest training digits: **4** (" in texts(page)
    assert len(component(page, "similar")["pictures"]) == 12


@pytest.mark.parametrize("link", ["own", "test", "training"])
def test_same_link_is_followed_again_after_another_page(app, lab, cookies, digits, link):
    own = save_digits(lab, cookies, digits, 3)
    number = own[0].number if link == "own" else 7
    label = own[0].label if link == "own" else digits.part(link)[1][7]
    for _ in range(2):
        page = app.open("understand", **QUICK, explain=f"{link}-{number}")
        assert re.search(rf"abel: \*\*{label}\*\*", texts(page))
        assert page.query_params["explain"] == f"{link}-{number}"
        app.open("mydigits")
