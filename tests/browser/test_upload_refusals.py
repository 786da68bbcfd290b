"""A file that the server refuses: its reason stands beside the file, in the language of the page."""

import pytest
from conftest import visit
from playwright.sync_api import expect

SENTENCES = {"en": "The files of a page may have 150 MB together.", "ko": "한 페이지의 파일은 모두 150 MB까지입니다."}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_reason_of_a_refusal_is_shown(page, tmp_path, language):
    def refuse(route):
        route.fulfill(status=413, content_type="text/plain; charset=utf-8", body=SENTENCES[language])

    page.route("**/_stcore/upload_file/**", refuse)
    visit(page, "models")
    page.get_by_text("Import a network").click()
    (file := tmp_path / "theirs.keras").write_bytes(b"PK")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    chip = page.get_by_test_id("stFileChip")
    expect(chip.get_by_role("alert")).to_have_text(f"Error: {SENTENCES[language]}")
    chip.hover()
    expect(page.get_by_test_id("stTooltipErrorContent")).to_have_text(SENTENCES[language])
