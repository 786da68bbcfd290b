import dataclasses

import pytest
from apptest import texts

from digitlab.lab import Lab
from digitlab.ui import resources


def test_networks_stand_side_by_side(app):
    page = app.open("compare", **{"with": "tutorial,convolutional"})
    titles = [title.value for title in page.subheader]
    assert titles == ["Scores, size and speed", "Learning curves", "Settings that differ"]
    scores, settings = (table.value for table in page.dataframe)
    assert list(scores["Test accuracy"]) == sorted(scores["Test accuracy"])
    assert "Network" in list(settings["Setting"])
    assert len(page.get("vega_lite_chart")) == 3


def test_choice_stands_in_the_address(app):
    page = app.open("compare", **{"with": "tutorial,convolutional"})
    page.multiselect(key="compared_field").set_value(["tutorial", "handwriting"]).run()
    assert page.query_params["with"] == "tutorial,handwriting"


def test_one_network_is_not_compared(app):
    page = app.open("compare", **{"with": "tutorial,convolutional"})
    page.multiselect(key="compared_field").set_value(["tutorial"]).run()
    assert "Choose at least two." in texts(page)
    assert not page.dataframe


def test_link_from_one_network_adds_another(app):
    page = app.open("compare", **{"with": "tutorial"})
    assert len(page.multiselect(key="compared_field").value) == 2
    assert not page.info


@pytest.mark.parametrize("names", ["tutorial,../../x,run:999,handwriting", "tutorial,<script>,handwriting,,"])
def test_nonsense_in_the_address_is_left_out(app, names):
    page = app.open("compare", **{"with": names})
    assert page.multiselect(key="compared_field").value == ["tutorial", "handwriting"]
    assert not page.error


def test_old_link_opens_the_drawing(app):
    page = app.open("compare", view="One drawing")
    assert "networks read it at once" in texts(page)


def test_a_single_network_is_asked_to_read_a_drawing(app, settings, ready_made, tmp_path, monkeypatch):
    for name in ("handwriting.json", "handwriting.keras", "handwriting.tflite"):
        (tmp_path / name).write_bytes((ready_made / name).read_bytes())
    with Lab(dataclasses.replace(settings, ready_made=tmp_path)) as small_lab:
        monkeypatch.setattr(resources, "lab", lambda: small_lab)
        page = app.open("compare", view="One drawing")
    assert "Draw a digit or a number: 1 network reads it at once." in texts(page)
