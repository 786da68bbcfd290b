import json
import time

import pytest

from digitlab.cli.main import main
from digitlab.doctor.checks import Severity, ok
from digitlab.doctor.examine import _run


@pytest.fixture(autouse=True)
def here(settings, monkeypatch):
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)


def test_a_sound_set_up_has_a_line_a_check_and_exit_status_zero(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 8
    assert all(line.startswith("+ ") for line in lines)


def test_all_that_is_wrong_is_told_at_once_without_a_password(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DIGITLAB_WORKERS", "many")
    monkeypatch.setenv("DIGITLAB_DATA", str(tmp_path / "file" / "data"))
    monkeypatch.setenv("DIGITLAB_DATABASE_URL", "postgresql+psycopg://digitlab:geheim@127.0.0.1:1/digitlab")
    monkeypatch.setenv("DIGITLAB_SCHEDULER", "tcp://127.0.0.1:1")
    assert main(["doctor", "--json"]) == 1
    out = capsys.readouterr().out
    found = json.loads(out)
    wrong = {finding["name"] for finding in found if finding["severity"] == "wrong"}
    assert wrong == {"settings", "data", "database", "scheduler"}
    assert "geheim" not in out


def test_a_check_that_hangs_is_given_up_and_the_others_are_told():
    def slow(_):
        yield ok("slow", "It began.")
        time.sleep(30)

    began = time.monotonic()
    found = _run({"slow": slow, "fast": lambda _: [ok("fast", "Well.")]}, None, 0.5)
    assert time.monotonic() - began < 10
    assert [(finding.name, finding.severity) for finding in found] == [
        ("slow", Severity.OK), ("slow", Severity.WRONG), ("fast", Severity.OK),
    ]  # fmt: skip
