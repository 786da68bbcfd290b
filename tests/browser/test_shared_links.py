import json
import re

from conftest import network, settle, visit
from playwright.sync_api import expect
from test_train import press_train, set_epochs


def test_the_settings_of_a_run_start_the_same_run_elsewhere(page, newcomer, tmp_path):
    visit(page, "train")
    set_epochs(page, 2)
    page.get_by_text("More settings").click()
    page.get_by_label("Training digits", exact=True).fill("700")
    page.get_by_label("Training digits", exact=True).press("Enter")
    settle(page)
    press_train(page)
    expect(page.get_by_text("finished").first).to_be_visible()
    page.get_by_text("Share these settings").click()
    link = page.get_by_test_id("stPopoverBody").locator("code").first.inner_text()
    assert link.endswith("train?settings=1~preset_is_tutorial~epochs_is_2~training_digits_is_700~seed_is_1")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as a file").click()
    path = tmp_path / "settings.json"
    download.value.save_as(path)
    assert json.loads(path.read_text())["training_digits"] == 700

    other = newcomer().new_page()
    other.goto(link)
    expect(other.get_by_text("The settings of the link are filled in")).to_be_visible()
    expect(other.get_by_role("slider", name="Epochs")).to_have_value("2")
    other.get_by_text("More settings").click()
    expect(other.get_by_label("Training digits", exact=True)).to_have_value("700")
    assert "settings=" not in other.url

    path.write_text(path.read_text().replace('"epochs": 2', '"epochs": 90'))
    other.get_by_text("Settings from a file").click()
    other.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    expect(other.get_by_text("Its settings are filled in above.")).to_be_visible()
    expect(other.get_by_role("slider", name="Epochs")).to_have_value("90")


def test_bad_settings_in_a_link_show_an_error_and_change_none(page):
    for bad, sentence in {
        "1~epochs_is_0": "epochs is 0",
        "<script>alert(1)</script>": "cannot be read",
        "1~preset_is_x": "preset is",
    }.items():
        page.goto(f"/train?settings={bad}")
        expect(page.get_by_text(re.compile(sentence))).to_be_visible()
        expect(page.get_by_role("slider", name="Epochs")).to_have_value("10")


def test_a_link_keeps_a_network_that_was_chosen_elsewhere(page, context):
    visit(page, "models?model=tutorial", "Models")
    page.get_by_role("link", name="Evaluate it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluate")
    page.get_by_role("tab", name="Two networks").click()
    expect(page.get_by_text("Only Tutorial is correct")).to_be_visible()
    settle(page)
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("Only Tutorial is correct")).to_be_visible()
    expect(network(other)).to_have_value(re.compile("Tutorial"))
    assert "other=" in page.url
    other.close()


def test_a_link_keeps_the_cell_of_the_confusion_matrix(page, context):
    visit(page, "evaluate?model=tutorial")
    page.get_by_role("button", name=re.compile("^4 read as 9: ")).click()
    expect(page.get_by_role("heading", name="4 read as 9")).to_be_visible()
    settle(page)
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", name="4 read as 9")).to_be_visible()
    settle(other)
    other.get_by_role("button", name="Show all mistakes").click()
    expect(other.get_by_role("heading", name="Mistakes")).to_be_visible()
    expect(other).not_to_have_url(re.compile("cell="))
    other.close()
    visit(page, "evaluate?model=tutorial&cell=4-x")
    expect(page.get_by_role("heading", name="Mistakes")).to_be_visible()


def test_a_link_keeps_where_the_digit_comes_from(page, context):
    visit(page, "draw")
    page.get_by_text("Upload", exact=True).click()
    expect(page).to_have_url(re.compile("source=Upload"))
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("stFileUploaderDropzoneInput")).to_be_attached()
    other.get_by_text("Draw", exact=True).last.click()
    expect(other).not_to_have_url(re.compile("source="))
    expect(other.get_by_test_id("stFileUploaderDropzoneInput")).to_have_count(0)
    other.close()


def test_a_missing_network_is_mentioned(page):
    for path, title in {"draw": "Draw", "models": "Models", "evaluate": "Evaluate"}.items():
        visit(page, f"{path}?model=../../etc/passwd", title)
        expect(page.get_by_text("There is no network ../../etc/passwd. Showing another one.")).to_be_visible()


def test_a_link_keeps_the_picture_and_the_layer(page, context):
    visit(page, "understand?model=tutorial&understood=MNIST&sample=4&view=Layer+by+layer", "Explain")
    bars = page.locator(".digitlab-bars")  # of the reading, and of the last layer where that is shown
    expect(page.get_by_role("button", name="Next layer")).to_be_visible()
    expect(bars).to_have_count(1)
    page.get_by_role("button", name="Next layer").click()
    expect(bars).to_have_count(2)
    settle(page)
    assert "layer=digits" in page.url
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(".digitlab-bars")).to_have_count(2)
    other.close()
