"""An app's server, started as its users start it, with its own data and networks, and stopped afterwards."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from digitlab.settings import ROOT, Settings


def streamlit(script: str = "streamlit_app.py") -> list[str]:
    """Return the command that starts an app made with Streamlit; the port must be appended."""
    start = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    return [*start, "--server.address", "127.0.0.1", "--server.port"]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: Its address.
        settings: Its settings.
        process: The process that responds, without the processes that it starts.
    """

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def megabytes(self) -> float:
        """Memory of the process now, in 10^6 bytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    @property
    def megabytes_of_workers(self) -> float:
        """Memory of the processes that it started now, in 10^6 bytes."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        return sum(float(process.memory_info().rss) for process in started) / 1e6

    @property
    def log(self) -> str:
        """The output of the server so far."""
        return (self.settings.data / "server.log").read_text(errors="replace")


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """Start a server, whose port is appended to `command`, and yield it at once, before it responds."""
    with tempfile.TemporaryDirectory(prefix="digitlab-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        settings = Settings(data=data, models=data / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")
        environment = settings.environment() | {"GRADIO_ANALYTICS_ENABLED": "False"}
        port = _free_port()
        with (data / "server.log").open("wb") as log:
            process = subprocess.Popen([*command, str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield Server(f"http://127.0.0.1:{port}", settings, process)
        finally:
            workers = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            process.wait(timeout=30)
            psutil.wait_procs(workers, timeout=30)  # they end by themselves, and use the data until then


def wait_for(address: str, patience: float = 60) -> None:
    """Wait until an address responds; `TimeoutError` after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310, an address of this machine
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"{address} does not answer.")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
