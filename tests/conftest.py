"""What several tests need: a set-up of its own for each, and the one real data set."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported, or it is too late

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitlab.digits import mnist
from digitlab.networks.config import TrainingConfig
from digitlab.settings import ROOT, Settings

pytest_plugins = ["postgres", "cluster"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--away", type=float, default=3, help="seconds that the database is away in tests/runs/test_outages"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in the browser come last: Playwright's event loop goes on in the main thread, where no other then runs."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    return Settings(data=data, models=tmp_path / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "digitlab-test", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small() -> TrainingConfig:
    """A real training that takes about a second."""
    return TrainingConfig(epochs=2, training_digits=300)


@pytest.fixture(scope="session")
def digits() -> mnist.Mnist:
    return mnist.load()


@pytest.fixture(scope="session")
def ready_made() -> Path:
    return ROOT / "models"


@pytest.fixture
def stroke() -> np.ndarray:
    """A one, drawn in the middle of a canvas."""
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[60:220, 130:150, :3] = 255
    return drawing
