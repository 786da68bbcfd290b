"""Two copies of the app on one cluster and one database, by two settings."""

import asyncio
import dataclasses
from contextlib import ExitStack

import pytest
from conftest import of_its_own, started
from sessions import run, shown, stop, trains, visiting
from test_train import LITTLE_WORK

AWAY = "does not respond"


@pytest.fixture
def two_apps(tmp_path, app, postgres_url):
    settings = dataclasses.replace(of_its_own(tmp_path), scheduler=app.scheduler(), database_url=postgres_url)
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        yield [stack.enter_context(started(folder, settings=settings)) for folder in folders]


def test_two_apps_share_a_run_also_after_a_database_outage(two_apps, postgres):
    one_app, other_app = two_apps

    async def share_a_run() -> None:
        async with visiting(one_app.url, f"train?settings=1~epochs_is_500~{LITTLE_WORK}") as first:
            await first.press("Train", is_waiting=False)
            await shown(trains, first)
            async with visiting(other_app.url, f"train?run={first.query['run'][0]}") as other:
                await shown(trains, other)
                await asyncio.to_thread(postgres.stop)
                try:
                    await shown(lambda session: session.page.says(AWAY), first, other)
                finally:
                    await asyncio.to_thread(postgres.start)
                await shown(lambda session: not session.page.says(AWAY) and trains(session), first, other)
                await stop(first)
                await shown(lambda session: session.page.says("The network so far was saved"), first, other)
                await shown(lambda session: session.page.has("page_link", "Try it"), first, other)
                for session in (first, other):
                    assert session.all_errors
                    assert all(AWAY in error for error in session.all_errors)

    run(share_a_run())
