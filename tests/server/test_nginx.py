"""Two page processes behind nginx, as deploy/nginx.conf sets it up: people stay where they are, or are moved whole."""

import os
import re
import subprocess
import sys
import tomllib
from contextlib import closing, contextmanager
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_lifecycle import COMING, PATIENCE, STREAMLIT, is_up, status
from waiting import wait_for
from websockets.sync.client import connect

from digitlab.settings import ROOT
from digitlab.ui.visitor_cookie import COOKIE

sys.path.insert(0, str(ROOT / "benchmarks"))

import _nginx
from _servers import free_ports
from _sessions import any_certificate

PROCESS_COOKIE = "digitlab_process"
BASE = "/class/lab"
FORM = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n%s\r\n--x--\r\n'
KIND = {"Content-Type": "multipart/form-data; boundary=x"}
TRUSTING = any_certificate()


def require(name):
    found = _nginx.program(name)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed (Debian: apt-get install {name})")
    assert found, f"{name} is missing, and in CI this test must run"


@contextmanager
def page_process(settings, port):
    """A page process. A setting is not allowed, so that it starts no workers; pages only say so."""
    settings.data.mkdir(exist_ok=True)
    log = settings.data / f"server-{port}.log"
    command = [sys.executable, "-m", *STREAMLIT, f"--server.baseUrlPath={BASE}", f"--server.port={port}"]
    variables = settings.environment() | {"DIGITLAB_MAX_GIGABYTES": "many"}
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text()


def wait_until_up(process, port):
    wait_for(lambda: is_up(f"http://127.0.0.1:{port}{BASE}", process), COMING)


class Visitor:
    """A browser, as far as its cookies go."""

    def __init__(self, url, token=""):
        self.url = url
        self.cookies = {COOKIE: token} if token else {}

    @property
    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def connected(self):
        return closing(HTTPSConnection(urlsplit(self.url).netloc, timeout=COMING, context=TRUSTING))

    def keep(self, headers):
        given = [header.partition(";")[0].partition("=") for header in headers]
        self.cookies |= {name: value for name, _, value in given}
        return [name for name, _, _ in given]

    def get(self, path):
        """Ask for a page, also where it leads to; return the status, and the cookies that were given."""
        with self.connected() as connection:
            connection.request("GET", path, headers=self.headers)
            answer = connection.getresponse()
            answer.read()
            if "location" in answer.headers:
                assert answer.headers["location"].startswith(f"{self.url}/")
                return self.get(answer.headers["location"].removeprefix(self.url))
            return answer.status, self.keep(answer.headers.get_all("set-cookie") or [])

    def upload(self, address, content=b"digits", **headers):
        """Send a file; return the status."""
        token = {"X-Xsrftoken": self.cookies["_streamlit_xsrf"]}
        with self.connected() as connection:
            connection.request("PUT", address, FORM % content, self.headers | token | KIND | headers)
            return connection.getresponse().status

    @contextmanager
    def session(self):
        """Open a page's WebSocket; gives the address of its uploads."""
        rerun, message = BackMsg(), ForwardMsg()
        rerun.rerun_script.query_string = ""
        stream = f"ws{self.url.removeprefix('http')}{BASE}/_stcore/stream"
        options = {"origin": self.url, "subprotocols": ["streamlit"], "additional_headers": self.headers}
        with connect(stream, ssl=TRUSTING, open_timeout=COMING, **options) as page:
            assert self.keep(page.response.headers.get_all("set-cookie")) == [PROCESS_COOKIE]
            page.send(rerun.SerializeToString())
            while message.WhichOneof("type") != "new_session":
                message.ParseFromString(page.recv(COMING))
            yield f"{BASE}/_stcore/upload_file/{message.new_session.initialize.session_id}/1"

    @property
    def process(self):
        return int(self.cookies[PROCESS_COOKIE])


def arrived(url, token=""):
    visitor = Visitor(url, token)
    assert visitor.get(f"{BASE}/_stcore/health") == (200, ["_streamlit_xsrf"])
    return visitor


def assert_a_page_is_there_with_and_without_a_slash(url):
    for path in (BASE, f"{BASE}/", f"{BASE}/train"):
        assert Visitor(url).get(path) == (200, [COOKIE])


def assert_visitors_are_spread_and_stay(url, ports):
    met = set()
    for number in range(8):
        token = f"{number}".rjust(43, "v")
        first = arrived(url, token)
        with first.session():
            met.add(first.process)
        again = arrived(url, token)  # in a new window, or with the second cookie lost
        with again.session():
            assert again.process == first.process
    assert met == set(ports)


def assert_uploads_reach_their_session(visitor, ports):
    most = 70 * 1024 * 1024
    with visitor.session() as address:
        assert visitor.upload(address, b"x" * 200_000) == 204
        assert visitor.upload(address, **{"Content-Length": str(most + 1)}) == 413
        (other,) = set(ports) - {visitor.process}
        direct = f"http://127.0.0.1:{other}{address}"
        token = {"X_Xsrftoken": visitor.cookies["_streamlit_xsrf"]}
        assert status(direct, "PUT", FORM % b"digits", **visitor.headers, **token, **KIND)[0] == 400


def test_people_of_a_process_that_ends_are_moved_to_another(settings, tmp_path):
    require("nginx"), require("openssl")
    port, *ports = free_ports(3)
    with (
        _nginx.nginx(tmp_path, port, ports) as url,
        page_process(settings, ports[0]) as first,
        page_process(settings, ports[1]) as other,
    ):
        for process, its_port in zip((first, other), ports, strict=True):
            wait_until_up(process, its_port)
        assert_a_page_is_there_with_and_without_a_slash(url)
        assert_visitors_are_spread_and_stay(url, ports)

        visitor = arrived(url, "v" * 43)
        assert_uploads_reach_their_session(visitor, ports)
        before, (after,) = visitor.process, set(ports) - {visitor.process}
        ended = dict(zip(ports, (first, other), strict=True))[before]
        ended.kill()
        ended.wait(PATIENCE)
        assert visitor.get(f"{BASE}/train") == (200, [])  # another process answers, to the same person
        with visitor.session() as address:
            assert visitor.process == after
            assert visitor.upload(address) == 204
            with page_process(settings, before) as back:
                wait_until_up(back, before)
                assert visitor.upload(address) == 204  # it is in the process that has the session
                with Visitor(url, "v" * 43).session():
                    pass


def test_a_file_that_a_page_takes_passes_nginx():
    megabytes = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["maxUploadSize"]
    (most,) = re.findall(r"client_max_body_size (\d+)m;", _nginx.FILE.read_text())
    assert megabytes < int(most) <= 1.1 * megabytes


def test_what_the_document_shows_is_in_the_file():
    """All but where requests go: the document shows one process, the file has two."""
    blocks = re.findall(r"^```\n(.*?)^```$", (ROOT / "docs" / "deploy.md").read_text(), re.MULTILINE | re.DOTALL)
    (shown,) = (block for block in blocks if "client_max_body_size" in block)
    lines = {line.strip() for line in _nginx.FILE.read_text().splitlines()}
    assert [line for line in shown.splitlines() if line.strip() not in lines] == [
        "        proxy_pass http://127.0.0.1:8501;"
    ]
