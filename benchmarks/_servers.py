"""An app's server, started as its users start it, with its own data and networks, and stopped afterwards."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from digitlab.settings import ROOT, Settings

_END = 120.0  # seconds for processes to end


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
        log_file: Where its output goes.
    """

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]
    log_file: Path

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
        return self.log_file.read_text(errors="replace")

    @property
    def family(self) -> list[psutil.Process]:
        """The process and all that it started; empty where it has ended."""
        if self.process.poll() is not None:
            return []
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def kill(self) -> None:
        """End it at once, and all that it started, as systemd ends a service whose process was killed."""
        family = self.family
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(timeout=_END)
        psutil.wait_procs(family, timeout=_END)

    def stop(self) -> None:
        """Let it end, if it has not, and wait until all that it started has ended, too."""
        workers = self.family[1:]
        self.process.terminate()
        self.process.wait(timeout=_END)
        psutil.wait_procs(workers, timeout=_END)  # they end by themselves, and use the data until then


def start(
    command: Sequence[str], port: int, settings: Settings, *options: str, variables: Mapping[str, str] | None = None
) -> Server:
    """Start a server, whose port and options are appended to `command`; `variables` are added to its environment."""
    environment = settings.environment() | {"GRADIO_ANALYTICS_ENABLED": "False"} | dict(variables or {})
    log = settings.data / f"server-{port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, str(port), *options], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    return Server(f"http://127.0.0.1:{port}", settings, process, log)


@contextmanager
def serving(command: Sequence[str], *options: str) -> Iterator[Server]:
    """Start a server, whose port and options are appended to `command`, and yield it at once, before it responds."""
    with tempfile.TemporaryDirectory(prefix="digitlab-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        settings = Settings(data=data, models=data / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")
        (port,) = free_ports(1)
        server = start(command, port, settings, *options)
        try:
            yield server
        finally:
            server.stop()


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


def is_listening(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports
