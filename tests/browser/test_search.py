"""A search that goes on when its app was killed, and one that is stopped."""

import re

from conftest import assert_no_tensorflow, of_its_own, started, visit
from playwright.sync_api import Page, expect
from ports import free_port
from test_train import fill
from waiting import wait_for

from digitlab.runs.records.search import TrialState
from digitlab.runs.store.store import Store

TRIALS = 5


def start_search(page: Page, trials: int) -> None:
    """Start a search of trials that take a moment each."""
    fill(page, "Trials", str(trials))
    fill(page, "Digits per trial", "1000")
    page.get_by_role("button", name="Start the search").click()


def test_a_search_outlives_kill_9_and_is_stopped_at_a_wish(newcomer, tmp_path):
    settings, port = of_its_own(tmp_path), free_port()
    with started(tmp_path, port=port, settings=settings) as app:
        page = newcomer(app.url).pages[0]
        visit(page, "search", "Try many")
        start_search(page, TRIALS)
        expect(page.get_by_text(re.compile(rf"\d of {TRIALS} trials, in"))).to_be_visible()
        store = Store(settings.database_url, may_create=False)
        wait_for(lambda: any(trial.state.is_over() for trial in store.searches.trials(1)), 120)
        app.kill()
    assert sum(trial.state.is_over() for trial in store.searches.trials(1)) < TRIALS
    (tmp_path / "again").mkdir()
    with started(tmp_path / "again", port=port, settings=settings) as app:
        expect(page.get_by_text(f"{TRIALS} of {TRIALS} trials, in")).to_be_visible()
        expect(page.locator(".st-key-search-title").get_by_text("finished")).to_be_visible()
        trials = store.searches.trials(1)
        assert [trial.number for trial in trials] == list(range(TRIALS))
        assert {(trial.state, len(trial.accuracies)) for trial in trials} == {(TrialState.FINISHED, 1)}
        assert len({trial.run for trial in trials}) == TRIALS
        store.close()

        start_search(page, 500)
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
        expect(page.locator(".st-key-search-title").get_by_text("stopped")).to_be_visible()
        expect(page.get_by_role("button", name="Delete")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert_no_tensorflow(app)
