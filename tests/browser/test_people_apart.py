import dataclasses
import re
import threading

import pytest
from conftest import App, Visitors, go_to, of_its_own, settle, started, visit
from oidc import Service
from playwright.sync_api import Page, expect
from postgres import free_port
from sessions import STOPPED, Browser, Session, is_stopped, opened, run, shown, stop, trains, visiting
from test_train import LITTLE_WORK

from digitlab.ui.visitor_cookie import COOKIE

RIGHTS = ("Stop", "Pause", "Resume", "Rename", "Delete")  # to change a run


@pytest.fixture
def someone(newcomer):
    """Gives the page of one more person, who has a browser of their own."""
    return lambda *url: newcomer(*url).pages[0]


@pytest.fixture(scope="module")
def school(tmp_path_factory, app, postgres):
    """An app where people log in, with the workers of the other."""
    folder, port = tmp_path_factory.mktemp("school"), free_port()
    with Service() as service, postgres.database() as url:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        (folder / "secrets.toml").write_text(service.secrets(f"http://127.0.0.1:{port}"))
        settings = dataclasses.replace(of_its_own(folder), scheduler=app.scheduler(), database_url=url)
        with started(folder, f"--secrets.files={folder / 'secrets.toml'}", port=port, settings=settings) as running:
            yield running
        service.shutdown()


def button(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def choose_who_logs_in(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(button(page, re.compile(name))).to_be_visible()
    settle(page)


def test_a_run_outlives_its_tab_and_only_its_owner_changes_it(app):
    async def watch_a_run() -> None:
        ann = Browser(app.url)
        async with opened(Session(ann, f"train?settings=1~epochs_is_500~{LITTLE_WORK}")) as tab:
            await tab.press("Train", is_waiting=False)
            await shown(lambda session: trains(session) and session.page.says("yours"), tab)
            address = f"train?run={tab.query['run'][0]}"
        async with visiting(app.url, "train") as ben:
            assert ben.page.says("No training yet. Choose the settings and press Train.")
        async with visiting(app.url, address) as ben:
            await assert_only_seen(ben)
            # What others could try: some token, what is no token.
            for token, rest in (("A" * 43, ""), ("DROP-TABLE-runs", "&person=ann&owner=&is_teacher=True")):
                browser = Browser(app.url)
                browser.cookies[COOKIE] = token
                async with opened(Session(browser, address + rest)) as other:
                    await assert_only_seen(other)
            await shown(lambda session: trains(session, r"[2-9]|\d\d+"), ben)  # one was saved
            async with opened(Session(ann, address)) as tab:  # Ann is herself in another tab, too.
                await shown(lambda session: session.page.says("yours") and session.page.has("button", "Rename"), tab)
                assert not tab.page.has("button", "Delete")  # as long as it is not over
                await stop(tab)
                await shown(lambda session: session.page.says("The network so far was saved"), ben, tab)
                await shown(lambda session: session.page.has("button", "Delete"), tab)
                assert not rights(ben)

    run(watch_a_run())


def rights(session: Session) -> set[str]:
    """What a session could do to the run that it shows."""
    return {name for name in RIGHTS if session.page.has("button", name)}


async def assert_only_seen(session: Session, by: str = "by another user") -> None:
    """Nothing can be done to the run when all of its page is there."""
    await shown(lambda session: trains(session) and session.page.says(by) and not session._is_running, session)
    assert not rights(session)


def test_scripts_cannot_read_the_token_a_bad_one_is_replaced(someone):
    page = someone()
    visit(page, "train")
    (token,) = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]
    assert (token["httpOnly"], token["sameSite"], token["path"]) == (True, "Lax", "/")
    assert COOKIE not in page.evaluate("document.cookie")
    assert token["value"] not in page.content()
    page.reload()
    assert token in page.context.cookies()
    page.context.add_cookies([{**token, "value": "damaged"}])
    page.reload()
    (other,) = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]
    assert len(other["value"]) == 43
    page.context.clear_cookies(name=COOKIE)
    page.reload()  # the browser has the page, and asks only whether it has changed
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["name"] == COOKIE]


def assert_who_has_not_logged_in_may_look_and_draw_but_not_train(page: Page) -> None:
    """At last, the page asks who logs in."""
    visit(page, "draw", "Draw a digit")
    expect(button(page, "Log in")).to_be_visible()
    go_to(page, "My digits")
    expect(button(page, "Log in to save your digits")).to_be_visible()
    go_to(page, "Train")
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    settle(page)
    expect(button(page, "Train")).to_have_count(0)
    button(page, "Log in to train").click()
    expect(page.get_by_role("link", name="Ben")).to_be_visible()


def test_a_pupils_training_is_stopped_by_a_teacher_not_a_pupil(someone, visitors, school):
    page = someone(school.url)
    assert_who_has_not_logged_in_may_look_and_draw_but_not_train(page)
    choose_who_logs_in(page, "Ben")
    ben = same_person(school, page)
    cleo = whoever_logs_in(school, visitors, "Cleo")
    ada = whoever_logs_in(school, visitors, "Ada", "teacher")

    async def stop_it() -> str:
        async with opened(Session(ben, f"train?settings=1~epochs_is_500~{LITTLE_WORK}")) as tab:
            await tab.press("Train", is_waiting=False)
            await shown(lambda session: trains(session) and "Stop" in rights(session), tab)
            address = f"train?run={tab.query['run'][0]}"
        async with opened(Session(cleo, address)) as tab:
            await assert_only_seen(tab, "by Ben")
        async with opened(Session(ada, address)) as tab:
            await shown(trains, tab)
            await stop(tab)
            await shown(is_stopped, tab)
        return address

    address = f"/{run(stop_it())}"
    page.goto(address)
    expect(page.get_by_text(re.compile("|".join(STOPPED))).first).to_be_visible()
    expect(page.get_by_text("yours")).to_be_visible()
    button(page, re.compile("Ben")).click()
    page.get_by_text("Log out").click()
    expect(button(page, "Log in")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("All runs")).to_be_visible()
    for name in RIGHTS:
        expect(button(page, name)).to_have_count(0)


def same_person(school: App, page: Page) -> Browser:
    """A browser for sessions, with the cookies of another."""
    browser = Browser(school.url)
    browser.cookies |= {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return browser


def whoever_logs_in(school: App, visitors: Visitors, name: str, kind: str = "") -> Browser:
    """Log in, and see one's name, and what kind of person one is."""
    with visitors.visitor(school.url) as context:
        page = context.pages[0]
        visit(page, "", "Draw a digit")
        button(page, "Log in").click()
        choose_who_logs_in(page, name)
        expect(button(page, re.compile(kind))).not_to_have_count(0)
        return same_person(school, page)
