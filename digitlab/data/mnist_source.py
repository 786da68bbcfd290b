"""Loads MNIST from the package's file, or else lets Keras download it, in another process."""

import subprocess
import sys
from pathlib import Path

from digitlab.data import mnist
from digitlab.errors import DataMissing
from digitlab.settings import Settings
from digitlab.translation import Text

_TIMEOUT = 300  # seconds, for a download of 11 MB over a slow connection


def load(folder: Path, packaged: Path = mnist.PATH) -> mnist.Mnist:
    """Load MNIST; without the packaged file, let Keras download it into `folder`, once.

    Keras runs in another process, because this may be the page process, which never imports Keras.

    Raises:
        DataMissing: There is no file, and Keras could not download it.
        DataDamaged: There is a file, but its content is not MNIST.
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
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT, env=environment)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise DataMissing(
            Text(
                "MNIST is missing: there is no {path}, and Keras could not download it. Restore the file with "
                "`git checkout`, or start again with an internet connection.",
                path=packaged,
            )
        ) from error
