import ast
import json
import re

import pytest
from conftest import assert_sound, settle
from playwright.sync_api import Page, expect


def look(page: Page, view: str, name: str = "tutorial") -> None:
    """Open a view of a network."""
    page.goto(f"/models?model={name}&view={view.replace(' ', '+')}")
    expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    settle(page)


def downloaded(page: Page, button: str | re.Pattern[str], folder):
    """Press a button for a download; returns the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize(
    ("kind", "suffix", "place", "sign"),
    [("Keras", ".keras", 0, b"PK"), ("LiteRT", ".tflite", 4, b"TFL3"), ("ONNX", ".onnx", 0, b"\x08")],
)
def test_a_file_is_offered_when_it_was_read_again(page, tmp_path, kind, suffix, place, sign):
    look(page, "Take away")
    offers = page.get_by_role("tabpanel", name="Take away").get_by_role("button", name=re.compile("^Download"))
    expect(offers).to_have_count(0)
    page.get_by_text(f"{kind} ({suffix})", exact=True).click()
    expect(page.get_by_text("the same probabilities on 100 digits")).to_be_visible()
    expect(offers).to_have_count(1)
    path = downloaded(page, re.compile(f"Download {suffix}"), tmp_path)
    assert path.name == f"tutorial{suffix}"
    assert path.read_bytes()[place:].startswith(sign)


def test_the_code_is_shown_and_taken_along(page, tmp_path):
    look(page, "Code")
    expect(page.get_by_test_id("stCode")).to_contain_text('layers.Dense(128, activation="relu")')
    ast.parse(downloaded(page, "Download the script", tmp_path).read_text())
    notebook = downloaded(page, "Download the notebook", tmp_path)
    assert notebook.suffix == ".ipynb"
    assert json.loads(notebook.read_text())["nbformat"] == 4


def test_code_that_cannot_be_the_same_training_says_so(page, tmp_path):
    look(page, "Code", "handwriting")
    expect(page.get_by_test_id("stAlertContentWarning")).to_contain_text("This is not the same training.")
    assert downloaded(page, "Download the script", tmp_path).name == "handwriting-mnist-only.py"


def test_a_model_card_is_shown_and_taken_along(page, tmp_path):
    look(page, "Model card")
    expect(page.get_by_role("heading", name="Where it fails")).to_be_visible()
    expect(page.get_by_text(re.compile(r"a \d as \d: \d+ times")).first).to_be_visible()
    text = downloaded(page, "Download as Markdown", tmp_path).read_text()
    assert text.startswith("# Tutorial")
    assert "layers.Dense(128" in text


@pytest.mark.parametrize("view", ["Overview", "Take away", "Code", "Model card"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_view_of_a_network_fits_the_screen(newcomer, view, width):
    page = newcomer(width=width, height=844).new_page()
    look(page, view)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert_sound(page)
