import asyncio
import dataclasses
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import dask
import pytest
from waiting import wait_for

from digitlab.doctor.checks import Severity
from digitlab.doctor.worker_checks import check_worker, cluster, trial
from digitlab.runs.store.store import Store
from digitlab.settings import ROOT

SOUND = "All have the versions of this machine"
TOKEN = ("--nthreads", "2", "--resources", "training=1")


@contextmanager
def running(*words, place=ROOT):
    """A part of a Dask cluster, of the DigitLab at `place`, as an operator starts it."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    process = subprocess.Popen(command, env=environment, cwd=place, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(tmp_path, settings):
    """The settings with a scheduler of its own, and the words that start a worker of it."""
    file = tmp_path / "scheduler.json"
    with running("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)):
        wait_for(lambda: file.exists() and file.read_text())
        address = json.loads(file.read_text())["address"]
        settings.models.mkdir()
        Store(settings.database_url).close()
        yield dataclasses.replace(settings, scheduler=address), ("worker", address, "--no-nanny")


def look(settings, *texts):
    """What is found once all of these are in it: workers take a while to come, and to look around the first time."""
    found = []

    def are_there():
        found[:] = cluster(settings)
        return all(any(text in finding.text for finding in found) for text in texts)

    wait_for(are_there, 120)
    return found


def test_a_scheduler_needs_workers_that_respond(scheduler, monkeypatch):
    settings, worker = scheduler
    assert [finding.severity for finding in cluster(settings)] == [Severity.OK, Severity.WRONG]
    with running(*worker, *TOKEN), running(*worker, *TOKEN) as stuck:
        found = look(settings, "Connected: 2", SOUND)
        assert {finding.severity for finding in found} == {Severity.OK}, found
        assert list(settings.models.iterdir()) == []
        stuck.send_signal(signal.SIGSTOP)
        monkeypatch.setattr("digitlab.doctor.worker_checks._CHECK_PATIENCE", 1)
        found = list(cluster(settings))[-1]
    assert found.severity is Severity.WRONG
    assert "did not respond in time" in found.text


def test_a_worker_that_differs_is_named_with_what_it_lacks(scheduler, tmp_path):
    settings, worker = scheduler
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(ROOT / "digitlab", tmp_path / "digitlab", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "digitlab" / "settings.py").open("a") as file:
        file.write("# another version\n")
    with running(*worker, "--nthreads", "1", place=tmp_path):
        found = look(settings, "Connected: 1", "version of digitlab is ")
    with running(*worker, *TOKEN, place=elsewhere):
        assert look(settings, "Connected: 1", "No module named 'digitlab'")[-1].severity is Severity.WRONG
    texts = " ".join(finding.text for finding in found if finding.severity is not Severity.OK)
    assert "as many runs at the same time as it has threads" in texts
    assert "With one thread only" in texts
    assert "numpy" not in texts


def test_a_scheduler_that_is_not_there_is_wrong(settings):
    (finding,) = cluster(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:1"))
    assert finding.severity is Severity.WRONG
    assert "tcp://127.0.0.1:1" in finding.text


def test_tls_without_certificates_is_wrong_and_says_what_to_set(settings):
    (finding,) = cluster(dataclasses.replace(settings, scheduler="tls://127.0.0.1:1"))
    assert finding.severity is Severity.WRONG
    assert "DASK_DISTRIBUTED__COMM__TLS__" in finding.text


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    """Dask's variables with an authority of its own, made as docs/deploy.md tells."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    text = (ROOT / "docs" / "deploy.md").read_text()
    for command in re.findall(r"^openssl .*$", text, re.MULTILINE):
        subprocess.run(shlex.split(command), cwd=tmp_path, check=True, capture_output=True)
    name = "DASK_DISTRIBUTED__COMM__TLS__"
    monkeypatch.setenv(f"{name}CA_FILE", str(tmp_path / "ca.pem"))
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        monkeypatch.setenv(f"{name}{who}__CERT", str(tmp_path / "cert.pem"))
        monkeypatch.setenv(f"{name}{who}__KEY", str(tmp_path / "key.pem"))
    dask.config.refresh()
    yield
    monkeypatch.undo()
    dask.config.refresh()


def test_a_scheduler_may_want_certificates(certificates, settings, tmp_path):
    file = tmp_path / "scheduler.json"
    place = ("--protocol", "tls", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    with running("scheduler", *place):
        wait_for(lambda: file.exists() and file.read_text())
        address = json.loads(file.read_text())["address"]
        settings.models.mkdir()
        with running("worker", address, "--no-nanny", *TOKEN):
            found = look(dataclasses.replace(settings, scheduler=address), "Connected: 1", SOUND)
    assert address.startswith("tls://")
    assert {finding.severity for finding in found} == {Severity.OK}, found


def test_a_worker_tells_what_it_does_not_reach(settings, tmp_path):
    (tmp_path / "file").write_text("")
    away = dataclasses.replace(
        settings, data=tmp_path / "file" / "data", database_url="postgresql+psycopg://a:geheim@127.0.0.1:1/b"
    )
    findings = asyncio.run(check_worker(away, str(tmp_path / "gone")))["wrong"]
    assert {name for name, _text, _remedy in findings} == {"data", "networks", "database"}
    assert "geheim" not in str(findings)


def test_a_local_worker_scores_a_network_and_leaves_nothing(settings, tmp_path):
    (finding,) = trial(settings)
    assert finding.severity is Severity.OK, finding
    assert list(tmp_path.iterdir()) == []
