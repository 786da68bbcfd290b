import dataclasses
import re
import threading

import pytest
from conftest import go_to, of_its_own, settle, started, visit
from oidc import Service
from playwright.sync_api import Page, expect
from ports import free_port
from test_train import LITTLE_WORK, press_stop

from digitlab.ui.visitor_cookie import COOKIE

IS_STOPPED = re.compile("Stopped before it started|before a network was saved|network so far was saved")


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
        with started(folder, f"--secrets.files={folder / 'secrets.toml'}", port=port, settings=settings) as one:
            yield one
        service.shutdown()


def button(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def see(page: Page, address: str) -> None:
    """Open the Train page where a training may go on, so that its list of runs is drawn again all the time."""
    page.goto(address)
    expect(page.get_by_text("All runs").or_(page.get_by_text("No training yet")).first).to_be_visible()


def start_long_training(page: Page) -> str:
    see(page, f"/train?settings=1~epochs_is_500~{LITTLE_WORK}")
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("500")
    page.get_by_test_id("stBaseButton-primary").filter(has_text="Train").click()
    page.wait_for_url(re.compile("run="))
    expect(button(page, "Stop")).to_be_visible()
    return page.url


def leave(page: Page) -> None:
    """Leave the app: a page that shows a training is drawn again all the time, and takes the processors from others."""
    page.goto("/_stcore/health")  # of the same server, whose storage is emptied after the test


def expect_no_rights(page: Page, address: str) -> None:
    """A run is seen, and cannot be changed."""
    see(page, address)
    assert_no_rights(page)


def assert_no_rights(page: Page) -> None:
    for name in ("Stop", "Pause", "Resume", "Rename", "Delete"):
        expect(button(page, name)).to_have_count(0)


def stop(page: Page) -> None:
    press_stop(page)
    expect(page.get_by_text(IS_STOPPED).first).to_be_visible()


def log_in(page: Page, name: str) -> None:
    visit(page, "", "Draw a digit")
    button(page, "Log in").click()
    choose_who_logs_in(page, name)


def choose_who_logs_in(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(button(page, re.compile(name))).to_be_visible()
    settle(page)


def rename_and_stop(page: Page) -> None:
    button(page, "Rename").click()
    field = page.get_by_role("dialog").get_by_label("Name")
    field.fill("A name of its own")
    field.press("Enter")
    page.get_by_role("dialog").get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_role("heading", name="A name of its own")).to_be_visible()
    expect(button(page, "Delete")).to_have_count(0)  # as long as it is not over
    stop(page)


def delete(page: Page) -> None:
    """To delete a run is a question first."""
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_role("heading", name="A name of its own")).to_have_count(0)


def test_a_run_outlives_its_tab_and_only_its_owner_changes_it(someone, app):
    ann, ben = someone(), someone()
    address = start_long_training(ann)
    running = re.compile(r"Epoch \d+ of 500, batch")
    expect(ann.get_by_text(running)).to_be_visible()
    expect(ann.get_by_text("yours")).to_be_visible()
    leave(ann)
    visit(ben, "train")
    expect(ben.get_by_text("No training yet. Choose the settings and press Train.")).to_be_visible()
    visit(ben, address.removeprefix(app.url).lstrip("/"))
    expect(ben.get_by_text(running)).to_be_visible()
    expect(ben.get_by_text("by another user")).to_be_visible()
    assert_no_rights(ben)
    # What others could try: some token, the cookie of nobody, no cookies.
    ben.context.add_cookies([{"name": COOKIE, "value": "A" * 43, "url": address}])
    expect_no_rights(ben, address)
    ben.context.add_cookies([{"name": COOKIE, "value": "DROP-TABLE-runs", "url": address}])
    expect_no_rights(ben, f"{address}&person=ann&owner=&is_teacher=True")
    expect(ben.get_by_text(re.compile(r"Epoch ([2-9]|\d\d+) of 500, batch"))).to_be_visible()  # one was saved
    # Ann is herself in another tab, too.
    tab = ann.context.new_page()
    tab.goto(address)
    rename_and_stop(tab)
    expect(ben.get_by_text("The network so far was saved").first).to_be_visible()
    leave(ben)
    delete(tab)


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


def test_a_pupils_training_is_stopped_by_a_teacher_not_a_pupil(someone, school):
    ben, cleo, ada = someone(school.url), someone(school.url), someone(school.url)
    assert_who_has_not_logged_in_may_look_and_draw_but_not_train(ben)
    choose_who_logs_in(ben, "Ben")
    address = start_long_training(ben)
    leave(ben)
    log_in(cleo, "Cleo")
    expect_no_rights(cleo, address)
    expect(cleo.get_by_text("by Ben")).to_be_visible()
    leave(cleo)
    log_in(ada, "Ada")
    expect(button(ada, re.compile("teacher"))).to_be_visible()
    ada.goto(address)
    stop(ada)
    leave(ada)
    ben.goto(address)
    expect(ben.get_by_text(IS_STOPPED).first).to_be_visible()
    expect(ben.get_by_text("yours")).to_be_visible()
    button(ben, re.compile("Ben")).click()
    ben.get_by_text("Log out").click()
    expect(button(ben, "Log in")).to_be_visible()
    expect_no_rights(ben, address)
