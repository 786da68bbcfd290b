"""What Streamlit itself writes, in the language of the page."""

import re

from conftest import settle
from playwright.sync_api import expect


def test_streamlit_s_own_texts_are_translated_and_back(page):
    page.goto("/?source=Upload&lang=ko")
    uploader = page.get_by_test_id("stFileUploader")
    expect(uploader.get_by_test_id("stBaseButton-secondary")).to_contain_text("업로드")
    expect(uploader).to_contain_text(re.compile(r"파일당 \d+MB • PNG"))
    expect(page.get_by_role("button", name="주 메뉴")).to_be_visible()
    settle(page)
    page.get_by_role("radio", name="English").click()
    expect(uploader.get_by_test_id("stBaseButton-secondary")).to_contain_text("Upload")
    expect(uploader).to_contain_text(re.compile(r"\d+MB per file • PNG"))
    expect(page.get_by_role("button", name="Main menu")).to_be_visible()


def test_texts_that_come_later_are_translated(page):
    page.goto("/train?lang=ko&settings=1~epochs_is_1~training_digits_is_1000")
    settle(page)
    name = page.locator(".st-key-title input")
    name.fill("Open")  # also one of Streamlit's texts
    expect(page.get_by_text("Enter 키를 누르면 적용됩니다")).to_be_visible()
    name.press("Enter")
    settle(page)
    expect(name).to_have_value("Open")
    page.locator(".st-key-train-start button").click()
    expect(page.locator(".st-key-run-heading")).to_contain_text("Open")  # what a person wrote stays
