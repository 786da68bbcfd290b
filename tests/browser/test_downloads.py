"""A network's files, code and model card are downloaded."""

import ast
import json
import re
from pathlib import Path

from conftest import assert_fits, settle
from playwright.sync_api import Page, expect


def show(page: Page, view: str) -> None:
    page.get_by_role("tab", name=view).click()
    expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    settle(page)


def downloaded(page: Page, button: str | re.Pattern[str], folder: Path) -> Path:
    """Press a button for a download; returns the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def download_files(page: Page, folder: Path) -> None:
    signatures = {".keras": (0, b"PK"), ".tflite": (4, b"TFL3"), ".onnx": (0, b"\x08")}
    for suffix, (place, signature) in signatures.items():
        page.get_by_test_id("stButtonGroup").get_by_text(f"({suffix})").click()
        path = downloaded(page, re.compile(rf"Download {re.escape(suffix)}"), folder)
        assert path.name == f"tutorial{suffix}"
        assert path.read_bytes()[place:].startswith(signature)


def download_code(page: Page, folder: Path) -> None:
    ast.parse(downloaded(page, "Download script", folder).read_text())
    notebook = downloaded(page, "Download notebook", folder)
    assert notebook.suffix == ".ipynb"
    assert json.loads(notebook.read_text())["nbformat"] == 4


def download_card(page: Page, folder: Path) -> None:
    text = downloaded(page, "Download as Markdown", folder).read_text()
    assert text.startswith("# Tutorial")
    assert "layers.Dense(128" in text


VIEWS = {
    "Overview": lambda _page, _folder: None,
    "Download": download_files,
    "Keras code": download_code,
    "Model card": download_card,
}


def test_network_is_downloaded_compared_and_its_views_fit(page, tmp_path):
    page.goto("/models?model=tutorial")
    settle(page)
    for view, download in VIEWS.items():
        show(page, view)
        download(page, tmp_path)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert_fits(page)
    show(page, "Overview")
    page.get_by_role("link", name="Compare it").click()
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("Tutorial")
    expect(page.get_by_role("heading", name="Learning curves")).to_be_visible()
