"""A network's files, code and model card are downloaded."""

import ast
import json
import re

from conftest import assert_fits, settle
from playwright.sync_api import Page, expect

VIEWS = ["Overview", "Download", "Keras code", "Model card"]


def look(page: Page, view: str) -> None:
    """Open a view of the smallest network."""
    page.goto("/models?model=tutorial")
    settle(page)
    show(page, view)


def show(page: Page, view: str) -> None:
    page.get_by_role("tab", name=view).click()
    expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    settle(page)


def downloaded(page: Page, button: str | re.Pattern[str], folder):
    """Press a button for a download; returns the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_network_is_downloaded_in_each_format(page, tmp_path):
    look(page, "Download")
    signatures = {".keras": (0, b"PK"), ".tflite": (4, b"TFL3"), ".onnx": (0, b"\x08")}
    for suffix, (place, signature) in signatures.items():
        page.get_by_test_id("stButtonGroup").get_by_text(f"({suffix})").click()
        path = downloaded(page, re.compile(rf"Download {re.escape(suffix)}"), tmp_path)
        assert path.name == f"tutorial{suffix}"
        assert path.read_bytes()[place:].startswith(signature)


def test_code_and_model_card_are_downloaded(page, tmp_path):
    look(page, "Keras code")
    ast.parse(downloaded(page, "Download script", tmp_path).read_text())
    notebook = downloaded(page, "Download notebook", tmp_path)
    assert notebook.suffix == ".ipynb"
    assert json.loads(notebook.read_text())["nbformat"] == 4
    show(page, "Model card")
    text = downloaded(page, "Download as Markdown", tmp_path).read_text()
    assert text.startswith("# Tutorial")
    assert "layers.Dense(128" in text


def test_views_of_a_network_fit_the_screen(page):
    look(page, "Overview")
    for view in VIEWS:
        show(page, view)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert_fits(page)
