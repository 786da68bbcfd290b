"""Two copies of the app on one cluster and one database, by two settings; and settings that do not go together."""

import dataclasses
import re
from contextlib import ExitStack

import pytest
from conftest import of_its_own, settle, started, visit
from playwright.sync_api import expect
from test_train import MINUTE, press_train, set_epochs


@pytest.fixture
def two_apps(tmp_path, cluster, postgres_url):
    settings = dataclasses.replace(of_its_own(tmp_path), scheduler=cluster.address, database_url=postgres_url)
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        yield [stack.enter_context(started(folder, settings=settings)) for folder in folders]


def test_a_run_is_started_in_one_app_and_seen_in_the_other_also_after_the_database_was_away(
    two_apps, browser, postgres
):
    one, other = (browser.new_context(base_url=app.url).new_page() for app in two_apps)
    visit(one, "train")
    set_epochs(one, 50)
    press_train(one)
    expect(one.get_by_text(re.compile(r"Epoch \d+ of 50, batch"))).to_be_visible(timeout=MINUTE)
    other.goto("/train?" + one.url.partition("?")[2])
    settle(other)
    expect(other.get_by_text(re.compile(r"Epoch \d+ of 50, batch"))).to_be_visible()

    with postgres.stopped():
        for page in (one, other):
            expect(page.get_by_text("does not answer").first).to_be_visible()
    for page in (one, other):
        expect(page.get_by_text("does not answer")).to_have_count(0)
    for page in (one, other):
        expect(page.get_by_text("finished").first).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_role("link", name="Draw with it")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.context.close()


def test_a_cluster_with_sqlite_is_refused_on_the_page_with_the_reason(tmp_path, browser):
    settings = dataclasses.replace(of_its_own(tmp_path), scheduler="tcp://127.0.0.1:9")
    with started(tmp_path, settings=settings) as app:
        page = browser.new_context(base_url=app.url).new_page()
        page.goto("/")
        expect(page.get_by_text("DIGITLAB_SCHEDULER names a cluster, but the database is SQLite")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.context.close()
