"""Each page as it opens: nothing jumps, it fits, everybody can use it; in both languages, themes and on a phone."""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HERE, IS_DONE, App, assert_fits, assert_no_tensorflow, assert_sound, settle, visit, wait_until
from playwright.sync_api import Page, Route, expect
from test_pages import PAGES

from digitlab.translation import LANGUAGES, in_language, translated

OBSERVE = """
    window.shifts = []
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) {
            if (shift.hadRecentInput) continue
            const parts = shift.sources.map(({ node }) => node?.textContent?.trim().slice(0, 40) ?? "")
            shifts.push({ value: shift.value, time: Math.round(shift.startTime), parts })
        }
    }).observe({ type: "layout-shift", buffered: true })
"""
MAX_SHIFT = 0.1  # cumulative layout shift, as browsers define it; up to 0.1 counts as good
# The success criteria of WCAG 2.2, levels A and AA, as far as a program can check them.
CRITERIA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what is sound need not be described
}
IS_DARK = """() => {
  const color = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
  return color.match(/[0-9]+/g).slice(0, 3).every(part => part < 128)
}"""
LOOKS = [*product(("light", "dark"), LANGUAGES, (1280, 390))]  # theme, language, width in pixels


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """See each page in two looks that have nothing in common, so that each look is seen on several pages.

    `--all-looks` sees each page in all of them.
    """
    if "look" not in metafunc.fixturenames:
        return
    looks = [
        (page, LOOKS[look])
        for place, page in enumerate(PAGES)
        for look in (range(len(LOOKS)) if metafunc.config.getoption("all_looks") else (place % 4, 7 - place % 4))
    ]
    names = ["-".join(map(str, (page or "draw", *look))) for page, look in looks]
    metafunc.parametrize(("path", "look"), looks, ids=names)


def test_page_keeps_still_is_accessible_and_fits(newcomer, app, path, look):
    theme, language, width = look
    page = (newcomer() if width > 1000 else newcomer(width=390, height=844)).pages[0]
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)
    with page.add_init_script(OBSERVE), in_language(language):
        visit(page, f"{path}?lang={language}", translated(PAGES[path]))
    settle(page)
    page.wait_for_timeout(300)
    shifts = page.evaluate("shifts")
    violations = [
        f"{violation['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for violation in Axe().run(page, options=CRITERIA).response["violations"]
        for node in violation["nodes"]
    ]
    assert violations == []
    assert sum(shift["value"] for shift in shifts) < MAX_SHIFT, shifts
    assert_sound(page)
    if language == "en":
        assert_fits_in_both_themes(page, app, theme)


def test_code_that_is_coloured_late_moves_nothing(newcomer):
    """What colours lines of code is 1.5 MB, and comes last; until then Streamlit shows a bar in their place."""
    page = newcomer().new_page()
    page.add_init_script(OBSERVE)

    def let_it_come_last(route: Route) -> None:
        wait_until(page, IS_DONE)
        route.continue_()

    page.route("**/StreamlitSyntaxHighlighter.*.js", let_it_come_last)
    page.goto("/models?view=Code&lang=ko")
    expect(page.get_by_test_id("stCode").last).to_contain_text("import keras")
    settle(page)
    shifts = page.evaluate("shifts")
    assert sum(shift["value"] for shift in shifts) < MAX_SHIFT, shifts


def assert_fits_in_both_themes(page: Page, app: App, first: str) -> None:
    """On a wide and a narrow screen, with an icon from here; and the server's process does not load TensorFlow."""
    assert page.locator("link[rel='shortcut icon']").evaluate("icon => icon.href").startswith(HERE)
    for theme in sorted(("light", "dark"), key=lambda theme: theme != first):  # a page is drawn again in each
        page.emulate_media(color_scheme=theme)
        wait_until(page, f"({IS_DARK})() === {'true' if theme == 'dark' else 'false'}")
        assert_fits(page)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert_no_tensorflow(app)
