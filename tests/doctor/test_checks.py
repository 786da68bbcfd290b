import dataclasses
import json
import subprocess

import numpy as np
import pytest

from digitlab.doctor import checks
from digitlab.doctor.checks import Severity
from digitlab.errors import InvalidSetting
from digitlab.settings import ROOT, VARIABLES, Settings
from digitlab.storage.address import open_storage


def severities(found):
    return {finding.name: finding.severity for finding in found}


def test_this_environment_and_what_ships_with_it_are_sound(settings):
    found = [
        *checks.variables([], ["DIGITLAB_DATA"]),
        *checks.packages(),
        *checks.folders(settings),
        *checks.digits(settings),
        *checks.networks(settings),
    ]
    assert {finding.severity for finding in found} == {Severity.OK}, found
    assert {finding.remedy for finding in found} == {""}


def test_looking_changes_nothing(settings, tmp_path):
    list(checks.folders(settings))
    list(checks.digits(settings))
    assert list(tmp_path.iterdir()) == []
    settings.data.mkdir()
    list(checks.folders(settings))
    assert list(tmp_path.rglob("*")) == [settings.data]


def test_a_variable_that_means_nothing_is_named():
    found = list(
        checks.variables([InvalidSetting("DIGITLAB_WORKERS is 'x'.")], ["DIGITLAB_WORKERS", "DIGITLAB_WORKRES"])
    )
    assert [finding.severity for finding in found] == [Severity.WRONG, Severity.WARNING]
    assert "DIGITLAB_WORKRES" in found[1].text


def test_packages_that_differ_or_are_missing_are_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text().replace(">=3.11", ">=3.10"))
    (tmp_path / "requirements.txt").write_text("# what it needs\n-r other.txt\nnumpy>=1,<2\nno-such-package\npillow\n")
    numpy, missing = checks.packages(tmp_path)
    assert numpy.severity is missing.severity is Severity.WRONG
    assert "numpy is 2" in numpy.text
    assert "no-such-package is missing" in missing.text
    assert "pip install" in missing.remedy


def test_another_python_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.99"\n')
    (tmp_path / "requirements.txt").write_text("pillow\n")
    assert "3.99" in next(checks.packages(tmp_path)).text


def test_without_the_list_of_packages_it_says_so(tmp_path):
    (finding,) = checks.packages(tmp_path)
    assert finding.severity is Severity.WARNING


def test_a_read_only_folder_is_named_with_its_variable(tmp_path):
    (tmp_path / "file").write_text("")
    found = list(checks.folders(Settings(data=tmp_path / "file" / "data", models=tmp_path)))
    assert severities(found)["data"] is Severity.WRONG
    assert "DIGITLAB_DATA" in found[0].remedy
    assert severities(found)["networks"] is Severity.OK


def test_networks_may_lie_at_an_address_and_nothing_stays_there(settings):
    there = dataclasses.replace(settings, models="memory://doctor")
    assert {finding.severity for finding in checks.folders(there)} == {Severity.OK}
    assert not open_storage("memory://doctor").entries()


def test_an_address_that_does_not_answer_stops_no_other_check(settings):
    away = dataclasses.replace(settings, models="ftp://127.0.0.1:1/x")
    found = severities(checks.folders(away))
    assert found == {"data": Severity.OK, "networks": Severity.WRONG, "disk for data": Severity.OK}


def test_a_full_lab_or_too_small_a_disk_is_a_warning(settings, tmp_path):
    vast = Settings(data=settings.data, models=settings.models, max_gigabytes=1e6)
    assert severities(checks.folders(vast))["disk for data"] is Severity.WARNING
    settings.data.mkdir()
    with (settings.data / "large").open("wb") as file:
        file.truncate(200_000_000)
    full = Settings(data=settings.data, models=settings.models, max_gigabytes=0.1)
    assert severities(checks.folders(full))["size"] is Severity.WRONG


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A disk of its own, of 10 MB."""
    folder = tmp_path_factory.mktemp("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m", "none", folder], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_nearly_full_is_wrong(small_disk, settings):
    found = severities(checks.folders(Settings(data=small_disk, models=settings.models)))
    assert found["disk for data"] is Severity.WRONG


def test_a_damaged_data_file_is_wrong_a_missing_one_is_fetched(settings, tmp_path):
    damaged = tmp_path / "mnist.npz"
    damaged.write_bytes(b"x")
    (finding,) = checks.digits(settings, damaged)
    assert finding.severity is Severity.WRONG
    (finding,) = checks.digits(settings, tmp_path / "gone.npz")
    assert finding.severity is Severity.WARNING


def test_a_network_that_is_missing_or_damaged_is_named(settings, tmp_path, ready_made):
    for name in ("tutorial.json", "tutorial.keras"):
        (tmp_path / name).write_bytes((ready_made / name).read_bytes())
    (tmp_path / "tutorial.tflite").write_bytes(b"x")
    texts = [finding.text for finding in checks.networks(settings, tmp_path)]
    assert "handwriting" in texts[0]
    assert "tutorial" in texts[1]
    assert len(texts) == 2


def test_a_ready_made_network_of_another_preprocessing_is_told(settings, tmp_path, ready_made):
    for suffix in (".keras", ".tflite"):
        (tmp_path / f"tutorial{suffix}").write_bytes((ready_made / f"tutorial{suffix}").read_bytes())
    card = json.loads((ready_made / "tutorial.json").read_text()) | {"preprocessing": 7}
    (tmp_path / "tutorial.json").write_text(json.dumps(card))
    warned = [finding for finding in checks.networks(settings, tmp_path) if finding.severity is Severity.WARNING]
    assert "tutorial: This network was trained with version 7 of the preprocessing" in warned[0].text
    assert warned[0].remedy == f"Run: {card['command']}"


def test_the_known_variables_are_those_of_the_settings():
    text = (ROOT / "digitlab" / "settings.py").read_text()
    environment = Settings(scheduler="tcp://192.0.2.1:8786").environment()
    assert set(VARIABLES) == {name for name in environment if name in text and name.startswith("DIGITLAB_")}


def test_every_wrong_variable_is_told_and_the_rest_is_read():
    environ = {
        "DIGITLAB_DATA": "/srv/data",
        "DIGITLAB_WORKERS": "many",
        "DIGITLAB_MAX_EPOCHS": "0",
        "DIGITLAB_SCHEDULER": "tcp://192.0.2.1:8786",
        "PATH": "/bin",
    }
    settings, wrong, names = Settings.from_valid_variables(environ)
    assert str(settings.data) == "/srv/data"
    assert settings.scheduler is None
    assert [str(error).split()[0] for error in wrong] == [
        "DIGITLAB_MAX_EPOCHS", "DIGITLAB_SCHEDULER", "DIGITLAB_WORKERS",
    ]  # fmt: skip
    assert len(names) == 4


def test_an_old_name_does_not_count_beside_its_new_one():
    environ = {"DIGITLAB_BROUGHT_IN_PER_PERSON": "many", "DIGITLAB_MAX_IMPORTS_PER_PERSON": "3"}
    settings, wrong, _ = Settings.from_valid_variables(environ)
    assert (settings.max_imports_per_person, wrong) == (3, [])


def test_a_network_that_misreads_is_not_called_correct(settings, monkeypatch):
    dash = np.rot90(checks._one()).copy()
    monkeypatch.setattr(checks, "_one", lambda: dash)
    texts = [finding.text for finding in checks.networks(settings)]
    assert any("reads a one as" in text for text in texts)
    assert not any("correctly" in text for text in texts)


def test_an_old_name_of_a_variable_is_a_warning():
    found = list(checks.variables([], ["DIGITLAB_MOST_EPOCHS"]))
    assert [finding.severity for finding in found] == [Severity.WARNING, Severity.OK]
    assert "now called DIGITLAB_MAX_EPOCHS" in found[0].text


def test_findings_can_be_told_as_json():
    assert json.dumps(checks.ok("a", "b").severity) == '"ok"'
