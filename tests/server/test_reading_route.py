import asyncio
import base64
import json
import threading

import numpy as np
import pytest
import streamlit as st
from ai_edge_litert.interpreter import Interpreter

from digitlab.data.png_files import to_png
from digitlab.lab import Lab
from digitlab.networks.activations import LayerReader
from digitlab.server.reading_route import MAX_SIZE, ReadingRoute
from digitlab.settings import ROOT, Settings

PLACE = "/digitlab/reading"


def one() -> bytes:
    """A vertical stroke on the canvas, as a PNG file."""
    picture = np.zeros((320, 358, 4), np.uint8)
    picture[..., 3] = 255
    picture[60:260, 165:185] = 255
    return to_png(picture)


def unlearned(folder):
    """Put a network into a folder whose weights are not numbers any more, as after a training that diverged."""
    folder.mkdir()
    content = (ROOT / "models" / "tutorial.tflite").read_bytes()
    network = Interpreter(model_content=content)
    network.allocate_tensors()
    biases = [detail["index"] for detail in network.get_tensor_details() if list(detail["shape"]) == [10]]
    (bias,) = (network.get_tensor(index).tobytes() for index in biases)
    assert content.count(bias) == 1
    (folder / "broken.tflite").write_bytes(content.replace(bias, np.full(10, np.nan, np.float32).tobytes()))
    card = json.loads((ROOT / "models" / "tutorial.json").read_text()) | {"name": "broken"}
    (folder / "broken.json").write_text(json.dumps(card))


@pytest.fixture
def lab(tmp_path):
    with Lab(Settings(data=tmp_path, models=tmp_path / "models")) as lab:
        yield lab


class Asked:
    """Asks a route, with another app behind it that answers nothing."""

    def __init__(self, lab):
        self.route = ReadingRoute(self.other, lambda: lab)
        self.passed_on = []

    async def other(self, scope, receive, send):
        self.passed_on.append(scope["path"])

    async def asking(self, query, body, method="POST", kind="image/png", path=PLACE, is_announced=True, parts=1):
        headers = [(b"content-type", kind.encode()), (b"accept-language", b"en")]
        headers += [(b"content-length", str(len(body)).encode())] * is_announced
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
        size = max(1, -(-len(body) // parts))
        coming = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
        sent = []

        async def receive():
            part = coming.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(coming)}

        async def send(message):
            sent.append(message)

        await self.route(scope, receive, send)
        return (sent[0]["status"], json.loads(sent[1]["body"])) if sent else None

    def __call__(self, query="network=tutorial", body=None, **options):
        return asyncio.run(self.asking(query, one() if body is None else body, **options))


@pytest.fixture
def ask(lab):
    return Asked(lab)


def test_a_drawing_is_read_as_on_the_page(ask, lab):
    status, answer = ask("network=handwriting")
    assert (status, answer["digits"], answer["is_sure"]) == (200, "1", True)
    assert answer["probabilities"][1] == max(answer["probabilities"])
    assert "data-testid='digit'>1<" in answer["answer"]
    assert answer["bars"].count("<li") == 10
    assert answer["image"].startswith("data:image/png;base64,")
    assert "layers" not in answer


def test_an_empty_canvas_has_no_answer(ask):
    picture = np.zeros((320, 358, 4), np.uint8)
    picture[..., 3] = 255
    status, answer = ask(body=to_png(picture))
    assert (status, answer["digits"], answer["answer"]) == (200, "", "")
    assert "class='read'" not in answer["bars"]


def test_an_empty_canvas_puts_out_the_layers(ask):
    picture = np.zeros((320, 358, 4), np.uint8)
    assert any(any(base64.b64decode(layer)) for layer in ask("network=tutorial&layers=1")[1]["layers"])
    assert not any(
        any(base64.b64decode(layer)) for layer in ask("network=tutorial&layers=1", to_png(picture))[1]["layers"]
    )


def test_a_number_comes_digit_by_digit(ask):
    picture = np.zeros((320, 358, 4), np.uint8)
    picture[80:240, 60:78] = picture[80:240, 240:258] = 255
    status, answer = ask("network=handwriting", to_png(picture))
    assert (status, answer["digits"], answer["bars"]) == (200, "11", "")
    assert answer["boxes"].count("<i") == answer["cards"].count("<figure") == 2


def test_an_answer_that_is_no_number_is_told(ask, tmp_path):
    unlearned(tmp_path / "models")
    status, answer = ask("network=broken&layers=1")
    assert (status, answer["digits"], answer["is_sure"]) == (200, "?", False)
    assert answer["probabilities"] == [None] * 10
    assert "This network&#x27;s answer is not a number." in answer["answer"]
    assert "nan" not in answer["bars"]
    assert not any(base64.b64decode(answer["layers"][-1]))


def test_the_layers_come_on_demand(ask):
    status, answer = ask("network=convolutional&layers=1")
    assert status == 200
    assert len(answer["layers"]) == len(LayerReader(ROOT / "models" / "convolutional.tflite").layers) + 1


def test_an_answer_is_in_the_language_that_is_asked_for(ask):
    assert ask("network=none&lang=ko")[1]["error"] != ask("network=none&lang=en")[1]["error"]


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (413, {"body": bytes(MAX_SIZE + 1)}),
        (413, {"body": bytes(MAX_SIZE + 1), "is_announced": False, "parts": 20}),
        (413, {"body": to_png(np.zeros((800, 800), np.uint8))}),
        (400, {"body": b"no picture"}),
        (400, {"body": b""}),
        (415, {"kind": "text/plain"}),
        (405, {"method": "GET"}),
        (404, {"query": "network=unknown"}),
        (404, {"query": ""}),
        (404, {"query": "network=../models/tutorial"}),
        (404, {"query": "network=/etc/passwd"}),
    ],
)
def test_a_bad_request_is_refused_in_a_sentence(ask, status, options):
    answer = ask(**options)
    assert answer[0] == status
    assert answer[1]["error"].endswith(".")


def test_other_addresses_are_passed_on(ask):
    assert ask(path="/") is None
    assert ask(path="/lab" + PLACE) is None
    assert ask.passed_on == ["/", "/lab" + PLACE]


def test_the_address_is_below_the_base_of_the_app(ask, monkeypatch):
    monkeypatch.setattr(st, "get_option", lambda name: "/lab/" if name == "server.baseUrlPath" else None)
    assert ask(path="/lab" + PLACE)[0] == 200
    assert ask(path=PLACE) is None


def test_a_busy_server_says_so_at_once(lab):
    released = threading.Event()

    def slow_lab():
        released.wait(30)
        return lab

    ask = Asked(None)
    ask.route = ReadingRoute(ask.other, slow_lab)

    async def crowd():
        first = [asyncio.create_task(ask.asking("network=tutorial", one())) for _index in range(3)]
        await asyncio.sleep(0.1)
        refused = await asyncio.wait_for(ask.asking("network=tutorial", one()), 5)
        released.set()
        answers = await asyncio.gather(*first)
        return refused, answers, await ask.asking("network=tutorial", one())

    refused, answers, after = asyncio.run(crowd())
    assert refused[0] == 503
    assert [status for status, _answer in [*answers, after]] == [200] * 4
