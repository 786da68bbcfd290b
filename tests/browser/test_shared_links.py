import json
import re

from conftest import network, settle, visit
from playwright.sync_api import expect
from test_train import press_train


def test_the_settings_of_a_run_start_the_same_run_elsewhere(page, newcomer, tmp_path):
    visit(page, "train?settings=1~epochs_is_2~training_digits_is_700")
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
