"""Each page as it opens: nothing jumps, and everybody can use it, in both languages, themes and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import settle, visit
from test_pages import PAGES

from digitlab.translation import in_language, translated

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
CRITERIA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
VISITORS = {
    "wide": {"width": 1280, "height": 844, "color_scheme": "light", "locale": "en-US"},
    "phone": {"width": 390, "height": 844, "color_scheme": "dark", "locale": "ko-KR"},
}


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("path", PAGES)
def test_page_keeps_still_and_is_accessible(newcomer, path, visitor):
    options = VISITORS[visitor]
    page = newcomer(**options).new_page()
    page.add_init_script(OBSERVE)
    with in_language(options["locale"][:2]):
        visit(page, path, translated(PAGES[path]))
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
