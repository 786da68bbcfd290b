"""A file that the server refuses: its reason stands beside the file, in the language of the page."""

from functools import partial

from conftest import visit
from playwright.sync_api import Route, expect

SENTENCES = ("The files of a page may have 150 MB together.", "한 페이지의 파일은 모두 150 MB까지입니다.")


def test_the_reason_of_a_refusal_is_shown(page, tmp_path):
    (file := tmp_path / "theirs.keras").write_bytes(b"PK")
    for sentence in SENTENCES:
        visit(page, "models")
        page.get_by_text("Import a network").click()
        page.route("**/_stcore/upload_file/**", partial(refuse, sentence))
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        chip = page.get_by_test_id("stFileChip")
        expect(chip.get_by_role("alert")).to_have_text(f"Error: {sentence}")
        chip.hover()
        expect(page.get_by_test_id("stTooltipErrorContent")).to_have_text(sentence)


def refuse(sentence: str, route: Route) -> None:
    route.fulfill(status=413, content_type="text/plain; charset=utf-8", body=sentence)
