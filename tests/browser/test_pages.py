import re
import threading

import pytest
from conftest import assert_sound, network, settle, visit
from playwright.sync_api import expect
from test_train import press_train

PAGES = {
    "": "DigitLab",
    "browse": "Browse",
    "train": "Train",
    "draw": "Draw",
    "improve": "Improve",
    "mydigits": "My digits",
    "evaluate": "Evaluate",
    "compare": "Compare",
    "models": "Models",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_without_an_exception_and_without_scrolling_sideways(newcomer, path, width, theme):
    page = newcomer(width=width, height=844, color_scheme=theme).new_page()
    visit(page, path, PAGES[path])
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    settle(page)
    assert_sound(page)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", background)[:3])) / 3
    assert (brightness > 128) == (theme == "light")


def test_the_start_page_leads_through_in_the_tutorial_s_order(page):
    fetched = []  # the code that draws links: a page is there when it is

    def fetch_slowly(route):
        fetched.append(route.request.url)
        page.wait_for_timeout(1_000)
        route.continue_()

    page.route("**/PageLink.*.js", fetch_slowly)
    visit(page, "", "DigitLab")
    assert fetched
    steps = page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink").all_inner_texts()
    assert [step.split("\n")[-1] for step in steps] == [
        "1. Browse",
        "2. Train",
        "3. Draw",
        "4. Evaluate",
        "Watch it learn",
        "Understand",
        "My digits",
        "Improve",
    ]
    page.get_by_role("link", name="1. Browse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Browse MNIST")


def test_a_link_leads_back_to_the_same_view_of_mnist(page, context):
    visit(page, "browse")
    page.get_by_text("test", exact=True).click()
    settle(page)
    page.get_by_test_id("stMain").get_by_text("7", exact=True).first.click()
    settle(page)
    page.get_by_role("button", name="Next").click()
    settle(page)
    page.locator(".grid button").nth(4).click()
    settle(page)
    chosen = page.get_by_text(re.compile("sample .* labelled")).inner_text()
    pictures = [image.get_attribute("src") for image in page.locator(".grid img").all()]
    other = context.new_page()
    other.goto(page.url)
    settle(other)
    expect(other.get_by_text(re.compile("sample .* labelled"))).to_have_text(chosen)
    expect(other.locator(".grid img")).to_have_count(len(pictures))
    assert [image.get_attribute("src") for image in other.locator(".grid img").all()] == pictures
    assert "labelled 7" in chosen


def test_nonsense_in_a_link_shows_the_beginning(page):
    visit(page, "browse?set=nonsense&digit=77&page=-3&sample=99999999&seed=x&model=../../x")
    expect(page.get_by_text("60,000 digits on 1,250 pages")).to_be_visible()


def test_shuffling_by_a_seed_shows_others_and_again_the_same(page):
    visit(page, "browse")
    first = page.locator(".st-key-gallery .grid img").first
    unshuffled = first.get_attribute("src")
    field = page.get_by_label("Shuffle seed (0 = original order)")
    field.fill("5")
    field.press("Enter")
    expect(first).not_to_have_attribute("src", unshuffled)
    shuffled = first.get_attribute("src")
    visit(page, "browse?seed=5")
    expect(first).to_have_attribute("src", shuffled)


def test_a_mistake_can_be_looked_at_closely(page):
    visit(page, "evaluate")
    expect(page.get_by_test_id("stMetric").first).to_contain_text(re.compile(r"99\.\d\d%"))
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".digitlab-bars li")).to_have_count(10)
    expect(dialog).to_contain_text("labelled")


def test_a_ready_made_network_is_neither_renamed_nor_deleted(page):
    visit(page, "models")
    expect(page.get_by_test_id("stMain").locator("p", has_text="ready-made").first).to_be_visible()
    for name in ("Rename", "Delete"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_an_own_network_is_renamed_and_deleted_after_a_question(page, app, context):
    visit(page, "train")
    slider = page.get_by_role("slider", name="Epochs")
    slider.press("Home")
    settle(page)
    page.get_by_text("More settings").click()
    field = page.get_by_label("Training digits", exact=True)
    field.fill("500")
    field.press("Enter")
    page.get_by_label("Name", exact=True).fill("Short-lived")
    press_train(page)
    page.get_by_role("link", name="Evaluate it").click()
    expect(network(page)).to_have_value(re.compile("Short-lived"))
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    expect(network(page)).to_have_value(re.compile("Short-lived"))

    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Renamed")
    page.get_by_role("dialog").get_by_test_id("stBaseButton-primary").click()
    expect(network(page)).to_have_value(re.compile("Renamed"))
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(network(page)).to_have_value(re.compile("Renamed"))
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_test_id("stBaseButton-primary").click()
    expect(network(page)).to_have_value(re.compile("Handwriting"))


def test_tensorflow_never_enters_the_page_process(page, app):
    for path, title in PAGES.items():
        visit(page, path, title)
    visit(page, "train")
    page.get_by_role("slider", name="Epochs").press("Home")
    settle(page)
    press_train(page)
    expect(page.get_by_text("finished").first).to_be_visible()
    loaded = app.modules()
    assert "streamlit" in loaded
    assert not loaded & {"tensorflow", "keras"}


@pytest.mark.parametrize(
    ("path", "name"),
    [("browse", re.compile("^[0-9], sample")), ("evaluate?model=tutorial", re.compile("^4 read as 9: "))],
)
def test_a_click_on_a_page_that_is_being_left_breaks_nothing(page, path, name):
    """What the server says is held back, so that the old page is still there when the new one has run."""
    held, is_held = [], threading.Event()

    def between(browser_side):
        server_side = browser_side.connect_to_server()
        server_side.on_message(
            lambda message: held.append((browser_side, message)) if is_held.is_set() else browser_side.send(message)
        )
        browser_side.on_message(server_side.send)

    page.route_web_socket(re.compile("_stcore/stream"), between)
    visit(page, path)
    picture = page.get_by_role("button", name=name).first
    expect(picture).to_be_visible()
    settle(page)
    is_held.set()
    page.get_by_role("link", name="Models").click()
    page.wait_for_timeout(2_000)  # as long as a page takes
    picture.click()
    page.wait_for_timeout(1_000)
    is_held.clear()
    for browser_side, message in held:
        browser_side.send(message)
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_sound(page)
