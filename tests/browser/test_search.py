"""A search that goes on when its app was killed, and one that is stopped."""

from contextlib import AsyncExitStack

from conftest import assert_no_tensorflow, of_its_own, started
from postgres import free_port
from sessions import Browser, LastingSession, Session, opened, run, shown, stop

from digitlab.runs.records.search import TrialState
from digitlab.runs.store.store import Store

TRIALS = 5


async def start_search(tab: Session, trials: int) -> None:
    """Start a search of trials that take a moment each."""
    await tab.fill("Trials", trials)
    await tab.fill("Digits per trial", 1000)
    await tab.press("Start the search", is_waiting=False)


def test_a_search_outlives_kill_9_and_is_stopped_at_a_wish(tmp_path):
    settings, port = of_its_own(tmp_path), free_port()

    def is_counted(tab: Session) -> bool:
        return any(f"of {TRIALS} trials, in" in text for text in tab.page.progress)

    def is_over(tab: Session) -> bool:
        return any(text.startswith(f"{TRIALS} of {TRIALS} trials, in") for text in tab.page.progress)

    async def search() -> None:
        async with AsyncExitStack() as stack:
            with started(tmp_path, port=port, settings=settings) as app:
                tab = await stack.enter_async_context(opened(LastingSession(Browser(app.url), "search")))
                await start_search(tab, TRIALS)
                await shown(is_counted, tab)
                store = Store(settings.database_url, may_create=False)
                stack.callback(store.close)
                await tab.until(lambda: any(trial.state.is_over() for trial in store.searches.trials(1)), 120)
                app.kill()
            assert sum(trial.state.is_over() for trial in store.searches.trials(1)) < TRIALS
            (tmp_path / "again").mkdir()
            with started(tmp_path / "again", port=port, settings=settings) as app:
                await shown(is_over, tab)
                await shown(lambda session: session.page.says("finished]"), tab)
                trials = store.searches.trials(1)
                assert [trial.number for trial in trials] == list(range(TRIALS))
                assert {(trial.state, len(trial.accuracies)) for trial in trials} == {(TrialState.FINISHED, 1)}
                assert len({trial.run for trial in trials}) == TRIALS

                await start_search(tab, 500)
                await stop(tab)
                await shown(lambda session: session.page.says("stopped]"), tab)
                await shown(lambda session: session.page.has("button", "Delete"), tab)
                assert tab.page.errors == []
                assert_no_tensorflow(app)

    run(search())
