"""Settings are declared once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab.errors import InvalidSetting
from digitlab.fields import settings_of
from digitlab.networks.config import TrainingConfig
from digitlab.settings import ROOT

ONE_LINE = (
    '    label_smoothing: float = declare(SettingSpec(default=0.0, label="Label smoothing", high=0.5, step=0.05))\n'
)
LAST = "    tuning: FineTuning | None = None\n"


def test_a_setting_declared_in_one_line_reaches_everything(tmp_path):
    shutil.copytree(ROOT / "digitlab", tmp_path / "digitlab", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "digitlab" / "networks" / "config.py"
    before, after = file.read_text().split(LAST)
    file.write_text(before + ONE_LINE + LAST + after)
    shutil.copy(Path(__file__).parent / "new_setting.py", tmp_path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "new_setting.py",
    ]
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout


def test_a_setting_knows_its_field():
    settings = settings_of(TrainingConfig)
    seed, patience, shift = settings["seed"], settings["early_stopping"], settings["shift"]
    assert (seed.kind, seed.is_optional, seed.owner, seed.group) == (int, False, "", "more")
    assert (patience.kind, patience.is_optional) == (int, True)
    assert (shift.kind, shift.owner, shift.group) == (float, "augmentation", "augmentation")


@pytest.mark.parametrize(("name", "value"), [("seed", True), ("averaging", 1), ("shift", "2"), ("epochs", None)])
def test_a_value_of_another_type_is_rejected(name, value):
    with pytest.raises(InvalidSetting, match=name):
        settings_of(TrainingConfig)[name].check(value)


def test_a_long_value_is_shortened_in_the_error():
    with pytest.raises(InvalidSetting) as caught:
        TrainingConfig(optimizer="x" * 9000)
    assert len(str(caught.value)) < 120
