"""Commands whose output cannot be written, or only in part, and Ctrl-C."""

import io
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from PIL import Image

from digitlab.cli import output
from digitlab.cli.main import main
from digitlab.runs.store.store import Store
from digitlab.settings import ROOT

LIGHT = ["--help", "train --help", "runs", "runs --json", "forget", "doctor", "evaluate tutorial", "read PICTURE"]
CHANGING = {"stop 1": "stopped", "pause 1": "paused", "rename 1 Ours": "queued"}


@pytest.fixture
def picture(stroke, tmp_path):
    Image.fromarray(stroke).save(tmp_path / "one.png")
    return tmp_path / "one.png"


@pytest.fixture
def store(settings, small):
    """The record, with a run that waits."""
    store = Store(settings.database_url)
    store.create(small, "Zähler")
    yield store
    store.close()


@contextmanager
def stdout(file, **options):
    """Have standard output lead to a file, and close it with what could not be written."""
    with pytest.MonkeyPatch.context() as patch, io.TextIOWrapper(file, **options) as stream:
        patch.setattr(sys, "stdout", stream)
        yield stream


def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb")


def status(command, picture):
    try:
        return main([str(picture) if word == "PICTURE" else word for word in command.split()])
    except SystemExit as end:
        return end.code


def messages(capsys):
    """Return what people read on standard error: not the log, which another test may have turned on."""
    return "".join(line for line in capsys.readouterr().err.splitlines(True) if not line.startswith("{"))


@pytest.mark.parametrize("command", LIGHT)
def test_a_closed_pipe_ends_a_command_quietly(command, picture, capsys):
    with stdout(closed_pipe()):
        assert status(command, picture) == 141
    assert messages(capsys) == ""


@pytest.mark.parametrize("command", LIGHT)
def test_a_full_disk_is_named_in_a_sentence(command, picture, capsys):
    with stdout(open("/dev/full", "wb")):  # noqa: PTH123
        assert status(command, picture) == 1
    assert messages(capsys).startswith("digitlab: The output cannot be written: No space left on device. ")


@pytest.mark.parametrize(("command", "state"), CHANGING.items())
def test_what_a_command_did_holds_without_its_output(command, state, picture, store):
    with stdout(closed_pipe()):
        assert status(command, picture) == 141
    assert store.run(1).state == state


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_title_is_written_in_any_encoding(encoding, store, tmp_path, picture):
    path = tmp_path / "out"
    with stdout(path.open("wb"), encoding=encoding, errors="strict"):
        assert status("runs", picture) == 0
    written = "Z\\xe4hler" if encoding == "ascii" else "Zähler"
    assert written in path.read_text(encoding)


def test_errors_are_silent_where_nobody_reads_them(monkeypatch, store, capsys):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        for stream in (full, None):
            monkeypatch.setattr(sys, "stderr", stream)
            assert main(["stop", "99"]) == 1
            with pytest.raises(SystemExit, match="2"):
                main(["stop", "first"])
    assert capsys.readouterr().out == ""


def test_a_full_pipe_is_waited_for():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with stdout(os.fdopen(writer, "wb")):
        output.prepare()
        assert os.get_blocking(writer)
    os.close(reader)


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **options
    )


def test_a_process_leaves_nothing_to_say_for_python():
    with command("-m", "digitlab", "--help") as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", 141)


@pytest.mark.parametrize("package", ["numpy", "tensorflow"])
def test_ctrl_c_while_importing_ends_quietly(package, settings):
    words = ["-X", "importtime", "-m", "digitlab", "train", "--training-digits", "300", "--epochs", "1"]
    with command(*words) as process:
        assert any(f" {package}." in line for line in iter(process.stderr.readline, ""))
        process.send_signal(signal.SIGINT)
        rest = [line for line in process.stderr if not line.startswith("import time:")]
    assert process.returncode in (-signal.SIGINT, 130)
    assert [line for line in rest if "Traceback" in line or "KeyboardInterrupt" in line] == []
    record = Store(settings.database_url)
    assert record.runs() == []
    record.close()
