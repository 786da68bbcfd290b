"""A Firefox as Debian packages it, driven by WebDriver BiDi, which it speaks itself: https://w3c.github.io/webdriver-bidi.

Playwright needs a Firefox of its own, and Selenium a program that Debian does not package.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from postgres import free_port
from waiting import wait_for
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

# No request leaves the machine: all but this machine's own addresses go to a proxy that does not exist.
PREFERENCES = """
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("remote.active-protocols", 1);
"""


class Firefox:
    """One tab of a Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command, and return its result."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=60))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def visit(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return what a JavaScript expression is, as JSON carries it."""
        answer = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def text(self) -> str:
        """Return the text of the page."""
        return str(self.evaluate("document.body.innerText"))

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        wait_for(lambda: self.evaluate(f"Boolean({expression})"), 120)

    def drag(self, points: list[tuple[float, float]]) -> None:
        """Press the mouse at the first point, move it along the others, and release it; in pixels of the window."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in points]
        steps = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.ask(
            "input.performActions",
            context=self.tab,
            actions=[{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}],
        )

    def box(self, element: str) -> list[float]:
        """Return left, top, width and height of the element that a JavaScript expression gives."""
        box: list[float] = self.evaluate(f"(b => [b.x, b.y, b.width, b.height])({element}.getBoundingClientRect())")
        return box

    def click(self, element: str) -> None:
        """Click the element that a JavaScript expression gives."""
        self.wait_for(element)
        self.evaluate(f"{element}.scrollIntoView({{block: 'center'}})")
        x, y, width, height = self.box(element)
        self.drag([(x + width / 2, y + height / 2)])


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start a Firefox with an empty profile in a folder, and end it."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None and not os.environ.get("CI"):
        pytest.skip("Firefox is not installed (Debian: apt-get install firefox-esr)")
    assert program is not None, "Firefox is missing, and in CI the browser tests must run"
    (folder / "user.js").write_text(PREFERENCES)
    port = free_port()
    command = [program, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", str(port)]
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
    try:
        wait_for(lambda: re.search("WebDriver BiDi listening", (folder / "firefox.log").read_text()), 60)
        with connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None) as connection:
            yield Firefox(connection)
    except WebSocketException as error:
        raise AssertionError((folder / "firefox.log").read_text()) from error
    finally:
        process.terminate()
        process.wait(timeout=30)
