import json

import pytest

from digitlab.cli.main import main
from digitlab.runs.store.store import Store


@pytest.fixture(autouse=True)
def here(settings, small, monkeypatch):
    """A lab with a run, which the commands find by the environment."""
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    store = Store(settings.database_url)
    store.create(small, "Mine")
    store.close()


def test_a_lab_is_saved_and_restored_by_two_commands(settings, tmp_path, capsys):
    file = tmp_path / "lab.zip"
    assert main(["backup", str(file)]) == 0
    assert f"Saved and read again: {file}, 0.0 MB. Runs: 1. Drawings: 0. Networks: 0." in capsys.readouterr().out
    assert main(["restore", str(file)]) == 1
    assert "add --replace: it is moved aside" in capsys.readouterr().err
    assert main(["restore", str(file), "--replace"]) == 0
    output = capsys.readouterr().out
    assert f"Restored from {file}, made 20" in output
    assert f"What was there before is in {settings.data}/set-aside-" in output


def test_both_commands_print_json(tmp_path, capsys):
    assert main(["backup", "--json", str(tmp_path / "lab.zip")]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 1
    assert main(["restore", "--json", "--replace", str(tmp_path / "lab.zip")]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert (restored["runs"], len(restored["set_aside"])) == (1, 1)
