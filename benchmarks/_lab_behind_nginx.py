"""A lab of one or two page processes behind nginx with HTTPS, as docs/deploy.md sets it up on one machine."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from _nginx import nginx
from _servers import Server, free_ports, start, streamlit, wait_for

from digitlab.runs.store.store import Store
from digitlab.settings import Settings

_FILE = "digitlab.db"
_START = 300.0  # seconds for a page process to respond; two start at once, on a machine that may be busy


@dataclass(slots=True)
class Lab:
    """A running lab.

    Attributes:
        url: Its address, that of nginx.
        settings: The settings of all its processes.
        ports: Where its page processes listen.
        servers: The page processes, in the order of their ports.
    """

    url: str
    settings: Settings
    ports: list[int]
    servers: list[Server]

    @property
    def megabytes(self) -> float:
        """Memory of the page processes, without their workers, in 10^6 bytes."""
        return sum(server.megabytes for server in self.servers)

    @property
    def log(self) -> str:
        """The output of all page processes, those that were killed included."""
        return "".join(file.read_text(errors="replace") for file in self.settings.data.glob("server-*.log"))

    def store(self) -> Store:
        """Open the database."""
        return Store(self.settings.database_url)

    def place_of(self, worker: str) -> int:
        """Return which page process started a worker, by its name in the database; the first where none did."""
        pid = worker.split("/")[1] if worker else ""
        families = [{str(process.pid) for process in server.family} for server in self.servers]
        return next((place for place, family in enumerate(families) if pid in family), 0)

    def start(self, place: int) -> None:
        """Start a page process again, and wait until it responds."""
        self.servers[place] = _start(self.ports[place], self.settings, len(self.servers))
        wait_for(f"{self.servers[place].url}/_stcore/health", _START)


@contextmanager
def lab_behind_nginx(processes: int) -> Iterator[Lab]:
    """Start a lab of one or two page processes, each with a worker, and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="digitlab-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        settings = Settings(data=data, models=data / "models", database_url=f"sqlite:///{data / _FILE}")
        port, *ports = free_ports(3)  # nginx' file names two processes; where there is one, nobody is at the other port
        servers = [_start(page_port, settings, processes) for page_port in ports[:processes]]
        lab = Lab(f"https://127.0.0.1:{port}", settings, ports[:processes], servers)
        try:
            for server in servers:
                wait_for(f"{server.url}/_stcore/health", _START)
            with nginx(Path(folder), port, ports):
                yield lab
        finally:
            for server in lab.servers:
                server.stop()


def _start(port: int, settings: Settings, processes: int) -> Server:
    threads = max(1, (os.cpu_count() or 1) // processes)  # of a training, as docs/deploy.md says
    return start(streamlit(), port, settings, variables={"TF_NUM_INTRAOP_THREADS": str(threads)})
