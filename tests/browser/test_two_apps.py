"""Two copies of the app on one cluster and one database, by two settings."""

import dataclasses
import re
from contextlib import ExitStack

import pytest
from conftest import of_its_own, settle, started
from playwright.sync_api import expect
from test_train import press_stop, press_train, visit_with_epochs


@pytest.fixture
def two_apps(tmp_path, app, postgres_url):
    settings = dataclasses.replace(of_its_own(tmp_path), scheduler=app.scheduler(), database_url=postgres_url)
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        yield [stack.enter_context(started(folder, settings=settings)) for folder in folders]


def test_two_apps_share_a_run_also_after_a_database_outage(two_apps, newcomer, postgres):
    one, other = (newcomer(app.url).pages[0] for app in two_apps)
    visit_with_epochs(one, 500)
    press_train(one)
    running = re.compile(r"Epoch \d+ of 500, batch")
    expect(one.get_by_text(running)).to_be_visible()
    other.goto("/train?" + one.url.partition("?")[2])
    settle(other)
    expect(other.get_by_text(running)).to_be_visible()

    with postgres.stopped():
        for page in (one, other):
            expect(page.get_by_text("does not respond").first).to_be_visible()
    for page in (one, other):
        expect(page.get_by_text("does not respond")).to_have_count(0)
        expect(page.get_by_text(running)).to_be_visible()
    press_stop(one)
    for page in (one, other):
        expect(page.get_by_text("The network so far was saved").first).to_be_visible()
        expect(page.get_by_role("link", name="Try it")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
