"""The lesson from its first step to its last, by what has the same name in each language."""

import re

from conftest import assert_sound, settle, wait_until
from playwright.sync_api import Page, expect
from test_draw import SEVEN, answer, draw

from digitlab.ui.learn.paths import LESSON, STEPS


def widget(page: Page, key: str):
    return page.locator(f".st-key-{key}")


def press(page: Page, key: str) -> None:
    widget(page, key).get_by_role("button").click()
    settle(page)


def open_step(page: Page, name: str, language: str = "en") -> None:
    page.goto(f"/learn?step={name}&lang={language}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settle(page)


def expect_step(page: Page, name: str) -> None:
    """The row of steps shows one as the current, and nothing went wrong."""
    expect(page.locator("button[aria-current=step]")).to_have_attribute("data-step", name)
    assert f"step={name}" in page.url
    expect(page.locator("[data-testid=stMain] [data-testid=stAlertContentError]")).to_have_count(0)
    assert_sound(page)


def answer_question(page: Page, name: str) -> None:
    widget(page, f"answer-{name}").locator("label:has(input)").nth(STEPS[name].question.correct).click()
    settle(page)
    expect(page.locator("[data-testid=stAlertContentSuccess]").last).to_be_visible()
    expect(page.locator(f"button.done[data-step={name}]")).to_have_count(1)


def try_it(page: Page, name: str) -> None:
    """Do what a step asks for, where it is more than looking."""
    if name == "data":
        press(page, "learn-more")
        page.locator(".grid button").nth(5).click()
        settle(page)
    elif name == "build":
        assert_an_explanation_opens_by_focus_and_closes_by_escape(page)
    elif name == "train":
        epochs = widget(page, "learn-epochs").locator("input")
        epochs.fill("2")
        epochs.press("Enter")
        settle(page)
        widget(page, "learn-size").locator("input").click()
        page.get_by_role("option").first.click()
        settle(page)
        press(page, "learn-train")
        expect(page.locator("[data-testid=stAlertContentSuccess]")).to_be_visible()
        expect(page.locator("[data-testid=stVegaLiteChart] g.mark-symbol.role-mark path")).to_have_count(8)
        assert "run=" in page.url
    elif name == "test":
        expect(page.locator(".grid button").first).to_be_visible()
    elif name == "digit":
        draw(page, SEVEN)
        expect(answer(page)).to_have_text(re.compile(r"\d|\?"))


def test_the_lesson_from_first_to_last_step(page):
    open_step(page, "data")
    for name in LESSON.steps:
        expect_step(page, name)
        try_it(page, name)
        answer_question(page, name)
        press(page, "learn-next")
    expect(page.locator("button[aria-current=step]")).to_have_attribute("data-step", "place")


def test_next_keeps_its_place_and_finished_steps_are_remembered(page):
    """In Korean."""
    open_step(page, "data", "ko")
    steps = list(LESSON.steps)
    for width, some in ((1280, steps[:4]), (390, steps[4:])):
        page.set_viewport_size({"width": width, "height": 844})
        settle(page)
        places = set()
        for name in some:
            expect_step(page, name)
            places.add(str(widget(page, "learn-next").bounding_box()))
            if name != steps[-1]:
                press(page, "learn-next")
        assert len(places) == 1

    page.goto("/learn")
    expect(page.locator("button.done")).to_have_count(len(steps) - 1)
    settle(page)
    press(page, "learn-restart")
    expect(page.locator("button.done")).to_have_count(0)
    wait_until(page, "Object.values({...localStorage}).includes('[]')")


def assert_an_explanation_opens_by_focus_and_closes_by_escape(page: Page) -> None:
    term = page.locator(".digitlab-term").first
    tip = page.locator(".digitlab-tip").first
    expect(tip).to_be_hidden()
    term.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    term.hover()
    page.mouse.move(0, 0)
    page.locator(".digitlab-term").nth(1).hover()
    expect(page.locator(".digitlab-tip").nth(1)).to_be_visible()


def test_an_explanation_stays_within_a_phone_s_window(newcomer):
    page = newcomer(width=390, height=844, has_touch=True).pages[0]
    open_step(page, "build")
    for term in page.locator(".digitlab-term").all():
        term.tap()
        box = term.locator(".digitlab-tip").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert_sound(page)
