import json
import re
from pathlib import Path

from conftest import assert_no_tensorflow, network, settle, visit
from playwright.sync_api import Page, expect

LITTLE_WORK = "training_digits_is_1000~batch_size_is_1000"  # of an epoch: it rests most of the time (tests/children)


def fill(page: Page, label: str, value: str) -> None:
    """Type a number into a field, as a person does."""
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)


def set_epochs(page: Page, epochs: int) -> None:
    """Move the slider by its keys: to its nearer end, and from there."""
    slider = page.get_by_role("slider", name="Epochs")
    end, key, steps = ("Home", "ArrowRight", epochs - 1) if epochs < 25 else ("End", "ArrowLeft", 50 - epochs)
    slider.press(end)
    for _ in range(steps):
        slider.press(key)
    settle(page)
    expect(slider).to_have_value(str(epochs))


def press_train(page: Page) -> None:
    before = page.url
    page.get_by_test_id("stBaseButton-primary").filter(has_text="Train").click()
    page.wait_for_url(lambda url: "run=" in url and url != before)
    settle(page)


def test_a_finished_training_is_shared_and_found_again(page, newcomer, app, tmp_path):
    visit(page, "train")
    set_epochs(page, 2)
    page.get_by_text("More settings").click()
    fill(page, "Training digits", "700")
    page.get_by_label("Name", exact=True).fill("Seven hundred")
    press_train(page)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    assert re.search(r"\?run=\d+$", page.url)
    address = page.url
    expect(page.get_by_text("finished").first).to_be_visible()
    assert_settings_start_the_same_run_elsewhere(page, newcomer().pages[0], tmp_path / "settings.json")

    page.goto(address)
    expect(page.get_by_role("heading", name="Seven hundred")).to_be_visible()
    expect(page.get_by_text("finished").first).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    # Two curves in each of two charts, with a point for each of the two epochs.
    expect(page.locator("[data-testid=stVegaLiteChart] g.mark-symbol.role-mark path")).to_have_count(8)
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(network(page)).to_have_value(re.compile("Seven hundred"))
    assert_no_tensorflow(app)


def assert_settings_start_the_same_run_elsewhere(page: Page, other: Page, path: Path) -> None:
    """The link and the file of a run's settings fill in the form of somebody else."""
    settle(page)  # what is shown anew as the run ends closes what was opened
    page.get_by_text("Share these settings").click()
    link = page.get_by_test_id("stPopoverBody").locator("code").first.inner_text()
    assert link.endswith("train?settings=1~preset_is_tutorial~epochs_is_2~training_digits_is_700~seed_is_1")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as a file").click()
    download.value.save_as(path)
    assert json.loads(path.read_text())["training_digits"] == 700

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


SHIFTS = """
    window.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
    }).observe({type: "layout-shift", buffered: true});
"""


def test_the_button_and_the_curves_stay_in_sight(newcomer):
    page = newcomer().pages[0]
    page.set_viewport_size({"width": 1280, "height": 720})
    with page.add_init_script(SHIFTS):
        visit(page, "train?settings=1~epochs_is_1~training_digits_is_1000")
    press_train(page)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    curves = page.get_by_test_id("stVegaLiteChart")
    expect(curves).to_have_count(2)
    assert page.evaluate("shift") < 0.1
    settle(page)  # no point comes any more, for which the chart is drawn again
    assert_axes_have_contrast(page)
    assert_figures_go_with_their_run(page)
    for title in ("More settings", "Augmentation", "Regional handwriting styles"):
        page.get_by_text(title, exact=True).click()
        settle(page)
    page.get_by_test_id("stMain").evaluate("element => element.scrollTo(0, 0)")  # the clicks scroll it
    button = page.get_by_test_id("stBaseButton-primary").filter(has_text="Train")
    expect(button).to_be_in_viewport(ratio=1)
    expect(curves.first).to_be_in_viewport(ratio=0.9)


def test_a_run_is_steered_and_trained_by_single_batches(newcomer, app):
    page = newcomer().pages[0]
    with page.add_init_script(SHIFTS):
        visit(page, "train?settings=1~epochs_is_500")
    press_train(page)
    expect(page.get_by_text(re.compile(r"Epoch \d+ of 500, batch"))).to_be_visible()
    page.get_by_text("Batch by batch").click()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(3)
    page.get_by_role("slider", name="Learning rate").press("ArrowLeft")
    page.get_by_role("button", name="Change to 0.0005").click()
    expect(page.get_by_text(re.compile(r"is 0\.0005 since batch"))).to_be_visible()
    expect(charts.nth(2).locator("g.mark-rule.role-mark line")).to_have_count(1)
    page.get_by_test_id("stMain").get_by_role("button", name="Pause").click()
    step = page.get_by_role("button", name="One step")
    expect(step).to_have_count(1)
    step.click()
    expect(page.get_by_text("Loss after")).to_be_visible()
    expect(page.locator(".st-key-single-step img")).to_have_count(32)
    assert page.evaluate("shift") < 0.1
    assert_no_tensorflow(app)


def assert_axes_have_contrast(page: Page) -> None:
    label = page.locator("[data-testid=stVegaLiteChart] .role-axis text").first
    expect(label).to_be_visible()
    fill, text = label.evaluate("it => [getComputedStyle(it).fill, getComputedStyle(it.closest('.stApp')).color]")
    assert fill == text


def assert_figures_go_with_their_run(page: Page) -> None:
    """The finished run's figures never stand below the title of the next."""
    page.evaluate("""() => {
        window.mixed = 0;
        const before = document.querySelector(".st-key-run-heading").innerText.split("\\n")[0];
        new MutationObserver(() => {
            const heading = document.querySelector(".st-key-run-heading")?.innerText ?? "";
            if (!heading.startsWith(before) && !heading.includes("finished"))
                mixed += document.querySelectorAll("[data-testid=stMetric]").length;
        }).observe(document.body, {subtree: true, childList: true, characterData: true});
    }""")
    title = page.locator(".st-key-run-heading h3")
    before = title.inner_text()
    press_train(page)
    expect(title).not_to_have_text(before)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()  # of the next one: it takes a second
    assert page.evaluate("mixed") == 0


def test_an_own_network_is_built_by_keyboard(page, app):
    visit(page, "train")
    page.get_by_text("Your own", exact=True).click()
    layers = page.get_by_role("radiogroup", name="Layers: shape of the output, parameters")
    expect(layers.get_by_role("radio")).to_have_count(2)
    layers.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Units", exact=True)).to_be_visible()
    page.get_by_role("button", name="Move up").press("Enter")
    expect(layers).to_contain_text("1 Dense 128")
    expect(page.get_by_text("Layer 1: Dense needs a list of numbers")).to_be_visible()
    expect(page.get_by_role("button", name="Move up")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Move down
    expect(layers).to_contain_text("1 Flatten")
    expect(page.get_by_alt_text("Picture of the network")).to_be_visible()
    page.get_by_role("combobox", name="Layer to add").focus()
    page.keyboard.type("Dropout")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_focused()
    for count in range(3, 16):
        page.keyboard.press("Enter")
        expect(layers.get_by_role("radio")).to_have_count(count)
    expect(layers).to_contain_text("15 Dropout 0.25")
