import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner.exec_code import modified_sys_path
from waiting import wait_for
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from digitlab.lab import Lab
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.run import RunState
from digitlab.runs.store.store import Store
from digitlab.server.lifecycle import NAVIGATION, protect_import_path
from digitlab.server.upload_limits import UploadLimits
from digitlab.settings import ROOT

PATIENCE = 15  # seconds for a server to end
COMING = 120  # seconds for what a new server does
STREAMLIT = ["streamlit", "run", "streamlit_app.py", "--server.headless=true", "--server.address=127.0.0.1"]


@contextmanager
def serving(settings, command, port_option, **variables):
    """A server as people start it; gives its process and address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.data.mkdir(exist_ok=True)
    log = settings.data / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, port_option, str(port)],
            cwd=ROOT,
            env=settings.environment() | variables,
            stdout=output,
            stderr=output,
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text()


def is_up(url, process):
    assert process.poll() is None
    try:
        urllib.request.urlopen(f"{url}/_stcore/health").close()
    except OSError:
        return False
    return True


def cookie_of(url):
    with urllib.request.urlopen(url) as page:
        return page.headers["set-cookie"]


def assert_gone(family):
    """None of these processes is there; a process without a parent may wait to be cleared away."""
    _, alive = psutil.wait_procs(family, PATIENCE)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@contextmanager
def ending_while_it_trains(settings, store, number, end, command, port_option, path=""):
    """A server that goes on with a run, with no visitor, and is ended by a signal once it has learned an epoch more."""
    known = store.epochs.all(number)
    with serving(settings, command, port_option, DIGITLAB_TEST_WITHOUT_KERAS="1") as (process, url):
        wait_for(lambda: is_up(url + path, process), COMING)
        yield url + path
        wait_for(lambda: len(store.epochs.all(number)) > len(known), COMING)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2
        process.send_signal(end)
        process.wait(PATIENCE)
        assert_gone(family)
    assert store.run(number).state is RunState.QUEUED
    assert store.epochs.all(number)[: len(known)] == known


def test_a_server_leaves_no_process_and_the_next_one_resumes(settings, small):
    """Three servers, as each has to start workers of its own: one with a path, a plain one, and uvicorn's.

    What they train learns nothing (tests/children); tests/test_lab.py ends workers that compute.
    """
    store = Store(settings.database_url)
    number = Lab(settings).start_training(small, "", OPERATOR).number
    serve = partial(ending_while_it_trains, settings, store, number)
    path = "/class/lab"
    with serve(signal.SIGTERM, [*STREAMLIT, f"--server.baseUrlPath={path}"], "--server.port", path) as url:
        assert f"; Path={path};" in cookie_of(f"{url}/train")
    with serve(signal.SIGKILL, STREAMLIT, "--server.port"):
        pass
    with serve(signal.SIGINT, ["uvicorn", "streamlit_app:app"], "--port") as url:
        assert "; Path=/;" in cookie_of(f"{url}/train")
    epochs = store.epochs.all(number)
    assert [epoch.epoch for epoch in epochs] == list(range(1, len(epochs) + 1))


def status(url, method="GET", body=None, **headers):
    """The status and the text of a server's answer."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=PATIENCE)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, address.path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def session(url):
    """Somebody on a page that asks for no file; gives the address of their session's uploads, and their headers."""
    cookies = {"Cookie": cookie_of(f"{url}/_stcore/health").split(";")[0]}
    token = cookies["Cookie"].removeprefix("_streamlit_xsrf=")
    rerun, message = BackMsg(), ForwardMsg()
    rerun.rerun_script.query_string = ""
    stream = f"ws{url.removeprefix('http')}/_stcore/stream"
    with connect(stream, origin=url, subprotocols=["streamlit"], additional_headers=cookies) as socket:
        socket.send(rerun.SerializeToString())
        while message.WhichOneof("type") != "new_session":
            message.ParseFromString(socket.recv(PATIENCE))
        number = message.new_session.initialize.session_id
        yield f"{url}/_stcore/upload_file/{number}", cookies | {"X-Xsrftoken": token}


def assert_uploads_are_bounded(url):
    form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    most = UploadLimits().files
    with session(url) as (uploads, headers):
        taken = [status(f"{uploads}/{number}", "PUT", form, **headers, **kind) for number in range(most + 1)]
        assert [code for code, _ in taken] == [204] * most + [413]
        assert "Reload the page" in taken[-1][1]
        assert status(f"{uploads}/0", "DELETE", **headers)[0] == 204
        assert status(f"{uploads}/0", "PUT", form, **headers, **kind)[0] == 204
    wait_for(
        lambda: status(f"{uploads}/1", "PUT", form, **headers, **kind)[0] == 400
    )  # its files are gone, and so is the session


def assert_other_hosts_are_refused(url):
    assert status(url, Host="evil.example")[0] == 403
    assert status(url, Host="lab.school.example")[0] == 200
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws{url.removeprefix('http')}/_stcore/stream", origin="http://evil.example").__enter__()


def test_a_server_with_a_setting_that_is_not_allowed_is_safe(settings):
    """It starts, and what guards it reads the other settings."""
    variables = {"DIGITLAB_MAX_GIGABYTES": "many", "DIGITLAB_HOSTS": "*.school.example"}
    variables["DIGITLAB_EMBEDDED_BY"] = "https://lms.example"
    settings.data.mkdir()
    (secrets := settings.data / "secrets.toml").write_text("[auth\n")  # what the page says of it: tests/ui
    command = [*STREAMLIT, "--server.disconnectedSessionTTL=0", f"--secrets.files={secrets}"]
    with serving(settings, command, "--server.port", **variables) as (process, url):
        wait_for(lambda: is_up(url, process), COMING)
        with urllib.request.urlopen(url) as page:
            assert page.headers["content-security-policy"].endswith("frame-ancestors 'self' https://lms.example")
        assert_other_hosts_are_refused(url)
        assert_uploads_are_bounded(url)


def test_importing_the_front_door_imports_no_lab():
    code = "import sys, streamlit_app; print({'digitlab.lab', 'digitlab.ui.resources'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert result.stdout.strip() == "set()"


def test_the_path_of_imports_does_not_change_while_a_page_runs(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    protect_import_path()
    before = list(sys.path)
    with modified_sys_path(str(NAVIGATION)):
        assert sys.path == before
    assert sys.path == before
