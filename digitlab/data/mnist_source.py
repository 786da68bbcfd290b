"""MNIST from wherever it can be had: the package's own file, else Keras' download, in a process of its own."""

import subprocess
import sys
from pathlib import Path

from digitlab.data import mnist
from digitlab.errors import DataMissing
from digitlab.settings import Settings

_PATIENCE = 300  # seconds for a download of 11 MB over a slow line


def load(folder: Path, packaged: Path = mnist.PATH) -> mnist.Mnist:
    """Load MNIST; without the packaged file let Keras download it into `folder`, once.

    Keras is not imported here but in a process of its own: whoever calls this may be the page process.

    Raises:
        DataMissing: It is not here, and Keras could not fetch it.
        DataDamaged: A file is here, but its content is not MNIST.
    """
    if packaged.exists():
        return mnist.load(packaged)
    fetched = (folder / "mnist.npz").absolute()
    if not fetched.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _download(fetched, packaged)
    return mnist.load(fetched)


def _download(path: Path, packaged: Path) -> None:
    command = [sys.executable, "-m", "digitlab.worker.mnist_download", str(path)]
    environment = Settings.from_environment().environment()
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE, env=environment)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise DataMissing(
            f"MNIST is missing: {packaged} is not there, and Keras could not download it. Restore the file "
            "with `git checkout`, or start again with a network connection."
        ) from error
