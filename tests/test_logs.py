import dataclasses
import itertools
import json
import logging
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
import tornado.ioloop
import tornado.websocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.httpclient import HTTPRequest
from waiting import wait_for

from digitlab.errors import LimitReached, NotAllowed
from digitlab.lab import Lab
from digitlab.runs.dispatch.dispatcher import HeartbeatMonitor, requeue_lost_runs
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import CommandLineOptions, RunState
from digitlab.runs.store.store import Store
from digitlab.server.lifecycle import log_error
from digitlab.settings import ROOT

PERSON = Person(id="ab12", name="Ada")


def said(code):
    """What a process that does this writes to its standard error, line by line."""
    code = f"from digitlab import logs\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    return done.stderr.splitlines()


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_an_event_is_one_json_line_with_what_is_known_of_it():
    (line,) = said("logs.to_stderr(); logs.to_stderr(); logs.log('run queued', run=3, person='ab', epochs=2)")
    event = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("time"))
    assert re.fullmatch(rf"{re.escape(socket.gethostname())}/\d+", event.pop("process"))
    assert event == {"level": "info", "event": "run queued", "run": 3, "person": "ab", "epochs": 2}


def test_a_command_line_stays_quiet():
    assert said("logs.log('run queued'); logs.log('run failed', level=40)") == []


def test_an_unexpected_error_is_one_line_with_its_traceback():
    for code in ("1 / 0", "import threading; threading.Thread(target=lambda: 1 / 0, name='t').start()"):
        (line,) = said(f"logs.to_stderr(); {code}")
        event = json.loads(line)
        assert (event["event"], event["level"], event["error"]) == ("unexpected error", "error", "ZeroDivisionError")
        assert "line 2" in event["traceback"]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://digitlab:geheim@db.example.org/digitlab",
        "postgresql+psycopg://digitlab@db/digitlab?password=geheim&connect_timeout=3",
        "connection failed: host=db password=geheim",
        "{'password': 'geheim', 'host': 'db'}",
    ],
)
def test_a_password_is_hidden_wherever_it_turns_up(text):
    (line,) = said(f"logs.to_stderr(); logs.log('x', reason={text!r}, error=ValueError({text!r}))")
    assert "geheim" not in line
    assert "db" in line
    assert line.count("***") == 2


def test_an_outage_and_its_end_are_logged_once():
    events = said(
        "logs.to_stderr()\n"
        "for is_available in (True, True, False, False, False, True, True, False): logs.log_availability('database', "
        "is_available=is_available)"
    )
    names = [json.loads(line)["event"] for line in events]
    assert names == ["database unavailable", "database back", "database unavailable"]


def test_a_run_is_logged_from_start_to_end_with_its_person(worker_settings, workers_log, small, capfd):
    known = len(workers_log.read_bytes())
    with Lab(worker_settings) as lab:
        lab.open()
        lab.wait_until_open()
        run = lab.start_training(small, "Mine", PERSON)
        wait_for(lambda: lab.run(run.number).state is RunState.FINISHED, 90)
        wait_for(lambda: b'"run finished"' in workers_log.read_bytes()[known:])
        lab.delete_run(run.number, PERSON)
    app = lines(capfd.readouterr().err)
    written = lines(workers_log.read_bytes()[known:].decode())
    workers = list(itertools.dropwhile(lambda event: event["event"] != "run claimed", written))  # others were before
    assert [event["event"] for event in app] == [
        "app opened", "workers started", "run queued", "run deleted", "app closed",
    ]  # fmt: skip
    assert [event["event"] for event in workers] == ["run claimed", "run finished"]
    about = [event for event in app + workers if "run" in event]
    assert {(event["run"], event["person"]) for event in about} == {(run.number, "ab12")}
    assert 0 < workers[-1]["seconds"] < 60
    assert "Ada" not in json.dumps(app + workers)


class Ear(logging.Handler):
    """Keeps the events of this process: name and fields of each."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def emit(self, record):
        self.heard.append((record.getMessage(), record.fields))


@pytest.fixture
def heard():
    logger, ear = logging.getLogger("digitlab"), Ear()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(ear)
    yield ear.heard
    logger.removeHandler(ear)
    logger.setLevel(level)


def test_refusals_are_logged_with_the_person(heard, settings, small):
    with Lab(dataclasses.replace(settings, max_runs_per_person=1)) as lab:
        run = lab.start_training(small, "", PERSON)
        with pytest.raises(LimitReached):
            lab.start_training(small, "", PERSON)
        with pytest.raises(NotAllowed):
            lab.stop(run.number, Person(id="else"))
    refused = [(event, fields["person"]) for event, fields in heard if event in ("limit reached", "permission denied")]
    assert refused == [("limit reached", "ab12"), ("permission denied", "else")]


def test_requests_are_logged_with_person_and_state(heard, settings, small):
    with Lab(settings) as lab:
        number = lab.start_training(small, "", PERSON).number
        lab.pause(number, PERSON)
        lab.resume(number, PERSON)
        lab.stop(number, PERSON)
        lab.rename_run(number, "Ours", PERSON)
    events = [(event, fields.get("was")) for event, fields in heard if fields.get("run") == number]
    assert events == [
        ("run queued", None), ("pause requested", "queued"), ("run resumed", "paused"), ("stop requested", "queued"),
        ("run renamed", None),
    ]  # fmt: skip


def test_a_run_that_lost_its_process_is_logged_as_recovered(heard, settings, small):
    store = Store(settings.database_url)
    number = store.create(small, person=PERSON).number
    ended = subprocess.Popen(["true"])
    ended.wait()
    store.claim(number, f"{socket.gethostname()}/{ended.pid}/x")
    requeue_lost_runs(store, HeartbeatMonitor())
    store.close()
    assert [(event, fields["run"], fields["person"]) for event, fields in heard] == [("run recovered", number, "ab12")]


def test_an_unexpected_error_in_a_training_has_its_traceback(heard, settings, small):
    def report(_):
        raise LookupError("nobody foresaw it")

    with Lab(settings) as lab, pytest.raises(LookupError):
        lab.train_here(small, "", CommandLineOptions(report=report))
    event, fields = heard[-1]
    assert (event, fields["run"], fields["error"]) == ("run failed", 1, "LookupError")
    assert "nobody foresaw it" in fields["traceback"]


def test_an_unexpected_error_in_a_page_is_logged(heard):
    assert log_error(ZeroDivisionError("in a page")) is None  # nothing is kept from Streamlit
    event, fields = heard[-1]
    assert (event, fields["error"]) == ("unexpected error", "ZeroDivisionError")


@pytest.fixture
def app(settings, tmp_path):
    """A real server whose database, behind a password, is away: its address, its process and its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = settings.environment()
    environment["DIGITLAB_DATABASE_URL"] = "postgresql+psycopg://digitlab:geheim@127.0.0.1:1/digitlab"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--logger.level", "debug"]
    log = tmp_path / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    yield f"127.0.0.1:{port}", process, log
    process.kill()
    process.wait()


def is_up(address):
    try:
        urllib.request.urlopen(f"http://{address}/_stcore/health").close()
    except OSError:
        return False
    return True


def visit(address, cookie):
    """Open the first page as a browser does, with a cookie of an earlier visit."""

    async def run():
        request = HTTPRequest(f"ws://{address}/_stcore/stream", headers={"Cookie": cookie})
        connection = await tornado.websocket.websocket_connect(request, subprotocols=["streamlit"])
        message = BackMsg()
        message.rerun_script.query_string = ""
        await connection.write_message(message.SerializeToString(), binary=True)
        while ForwardMsg.FromString(await connection.read_message()).WhichOneof("type") != "script_finished":
            pass
        connection.close()

    tornado.ioloop.IOLoop().run_sync(run, timeout=30)


def test_no_secret_is_in_what_the_app_writes(app, settings):
    address, process, log = app
    wait_for(lambda: is_up(address))
    visit(address, "digitlab=wortgeheim; digitlab_person=wortgeheim")
    wait_for(lambda: '"event": "database unavailable"' in log.read_text())
    time.sleep(3)  # the database is asked again each second
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    text = log.read_text()
    names = [event["event"] for event in lines(text)]
    assert names.count("database unavailable") == 1
    assert names[0] == "app opened"
    assert names[-1] == "app closed"
    workers = (settings.data / "workers.log").read_text()
    assert "geheim" not in text + workers


def test_every_event_is_documented():
    code = "\n".join(path.read_text() for path in sorted((ROOT / "digitlab").rglob("*.py")))
    events = set(re.findall(r'(?<!\w)log\(\s*"([^"]+)"', code)) | {
        f"run {state}" for state in RunState if state.is_over()
    }
    documented = (ROOT / "docs" / "deploy.md").read_text()
    assert len(events) > 25
    assert [event for event in sorted(events) if f"`{event}`" not in documented] == []
