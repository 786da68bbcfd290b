"""The sessions that the load benchmark sends instead of browsers: they do what Chromium does, and many can at once."""

import asyncio

import _canvas
import numpy as np
from _classroom import PAGES
from conftest import visit, wait_until
from playwright.sync_api import Page
from sessions import Browser, LastingSession, Session, is_stopped, opened, run, shown, stop, trains, visiting
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_train import LITTLE_WORK
from waiting import wait_for


def fields(sent: ClientState) -> dict[str, object]:
    """What the fields hold; of a canvas, only that it holds something."""
    kinds = {widget.id: widget.WhichOneof("value") for widget in sent.widget_states.widgets}
    values = {widget.id: getattr(widget, kinds[widget.id]) for widget in sent.widget_states.widgets}
    return {name: kinds[name] if kinds[name] == "json_value" else str(value) for name, value in values.items()}


def last_sent(page: Page, frames: list[bytes]) -> ClientState:
    """What Chromium sent last because of a person, and not by itself after an interval."""
    page.wait_for_timeout(500)
    sent = [BackMsg.FromString(frame).rerun_script for frame in frames]
    return next(state for state in reversed(sent) if not state.is_auto_rerun)


def same(chromium: ClientState, ours: ClientState) -> bool:
    return (
        fields(chromium) == fields(ours)
        and chromium.page_script_hash == ours.page_script_hash
        and chromium.fragment_id == ours.fragment_id
    )


def draw_one(page: Page) -> None:
    """Draw a 1 with the mouse."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    page.mouse.move(box["x"] + 170, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 170, box["y"] + 260, steps=5)
    page.mouse.up()


def test_a_session_sends_what_chromium_sends(app, new_page):
    page = new_page
    intervals = hear_intervals(page)
    frames: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    visit(page, "", "Draw a digit")
    draw_one(page)
    drawn = last_sent(page, frames)
    visit(page, "train")
    number = page.get_by_label("Seed", exact=True)
    page.get_by_text("More settings").click()
    number.fill("7")
    number.press("Enter")
    filled = last_sent(page, frames)
    assert_hidden_tab_asks_for_nothing_and_a_visible_one_again(page, intervals)

    async def do_the_same() -> tuple[ClientState, ClientState]:
        async with visiting(app.url) as session:
            await session.draw(_canvas.digit("1", np.random.default_rng(1)))
            after_stroke = session.sent
        async with visiting(app.url, "train") as session:
            await session.fill("Seed", 7)
            return after_stroke, session.sent

    ours = run(do_the_same())
    assert same(drawn, ours[0])
    assert same(filled, ours[1])


def test_a_session_comes_back_as_chromium_does(newcomer, line):
    async def come_back() -> LastingSession:
        async with opened(LastingSession(Browser(line.url), "")) as session:
            await session.draw(_canvas.digit("1", np.random.default_rng(1)))
            line.cut()
            await session.until(lambda: not session.has_line)
            line.mend()
            await session.until(lambda: session.breaks[0].shown_seconds is not None)
        return session

    frames: list[bytes] = []
    page = newcomer(line.url).new_page()
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    visit(page, "", "Draw a digit")
    draw_one(page)
    last_sent(page, frames)
    line.cut()
    wait_until(page, "!document.querySelector('[data-test-connection-state=CONNECTED]')")
    line.mend()
    wait_until(page, "document.querySelector('[data-test-connection-state=CONNECTED]')")
    ours = run(come_back())
    assert same(last_sent(page, frames), ours.sent)
    assert ours.sent.fragment_id == ""
    assert ours.breaks[0].has_kept_session
    assert ours.breaks[0].has_kept_drawing
    assert ours.page.digit == "1"


def test_a_stroke_reruns_only_what_a_stroke_changes(app):
    def shown_by(session: Session) -> dict[str, str]:
        elements = {"tools": ("button", "Clear"), "network": ("selectbox", "Read by"), "next": ("page_link", "Why?")}
        return {name: session.page.find(*element).run for name, element in elements.items()}

    async def draw_twice() -> list[dict[str, str]]:
        async with visiting(app.url) as session:
            await session.draw(_canvas.digit("1", np.random.default_rng(1)))
            first = shown_by(session)
            await session.draw(_canvas.digit("7", np.random.default_rng(1)))
            return [first, shown_by(session)]

    first, second = run(draw_twice())
    assert {name for name in first if first[name] != second[name]} == {"next"}


def test_three_people_who_draw_at_once_each_get_their_own_digit(app):
    async def person(name: str) -> list[str | None]:
        rng, answers = np.random.default_rng(int(name)), []
        async with visiting(app.url) as session:
            for _ in range(3):
                await session.draw(_canvas.digit(name, rng))
                answers.append(session.page.digit)
                await session.clear(_canvas.empty())
                answers.append(session.page.digit)
            assert not session.all_errors
        return answers

    async def three() -> list[list[str | None]]:
        return await asyncio.gather(*(person(name) for name in _canvas.STROKES))

    assert run(three()) == [[name, None] * 3 for name in _canvas.STROKES]


def test_the_pages_that_visitors_open_exist(app):
    async def pages() -> set[str]:
        async with visiting(app.url) as session:
            return set(session._pages)

    assert set(PAGES) <= run(pages())


def test_a_page_that_looks_again_by_itself_is_asked_for_again(app):
    async def watch() -> list[str]:
        async with visiting(app.url, f"train?settings=1~epochs_is_500~{LITTLE_WORK}") as session:
            await session.press("Train", is_waiting=False)
            await shown(lambda session: trains(session) and is_asked_again(session), session)
            await stop(session)
            await shown(is_stopped, session)  # the worker is free for others
            return session.all_errors

    def is_asked_again(session: Session) -> bool:
        return session.sent.is_auto_rerun and bool(session.sent.fragment_id)

    assert run(watch()) == []


def hide(page: Page, *, is_hidden: bool) -> None:
    page.evaluate(
        """isHidden => {
            Object.defineProperty(document, "hidden", { get: () => isHidden, configurable: true })
            document.dispatchEvent(new Event("visibilitychange"))
        }""",
        is_hidden,
    )


def hear_intervals(page: Page) -> list[float]:
    """Gathers the intervals, in seconds, after which the page is told to ask again by itself."""
    intervals: list[float] = []

    def note(frame: bytes) -> None:
        message = ForwardMsg.FromString(frame)
        if message.WhichOneof("type") == "auto_rerun":
            intervals.append(message.auto_rerun.interval)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    return intervals


def assert_hidden_tab_asks_for_nothing_and_a_visible_one_again(page: Page, intervals: list[float]) -> None:
    often = intervals[-1]
    for is_hidden, interval in ((True, 86_400), (False, often)):
        hide(page, is_hidden=is_hidden)
        wait_for(lambda interval=interval: page.wait_for_timeout(50) or intervals[-1] == interval)
    assert often < 60
