"""A PostgreSQL server of the tests' own, on loopback, and what can befall one."""

import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from digitlab.settings import Settings

_USER = "postgres"  # as which the server runs where the tests run as root, as it refuses to be root


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest version's; None if it is not installed."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return Path(found).resolve().parent if found else debian[-1].parent if debian else None


class Postgres:
    """One server with a folder, a port and a password of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._data = programs, folder, folder / "data"
        self._port, self._password = free_port(), secrets.token_hex(8)
        self._numbers = itertools.count(1)
        secret = folder / "password"
        secret.write_text(self._password)
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, _USER)
        self._do("initdb", "--no-sync", "-U", "digitlab", "-A", "scram-sha-256", "--pwfile", secret, "-D", self._data)
        with (self._data / "postgresql.conf").open("a") as file:
            # What a crash of the whole machine would lose is no matter here; a crash of the server loses nothing.
            file.write(
                f"port = {self._port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                "fsync = off\nmax_connections = 200\n"
            )

    def start(self) -> None:
        """Start it, or start it again."""
        self._do("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "start")

    def stop(self) -> None:
        """End it at once, as a crash does: connections break, and nobody answers."""
        self._do("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have no server for a while: whoever asks is refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still for a while: whoever asks gets no answer, not even a refusal."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in family:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in family:
                process.send_signal(signal.SIGCONT)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database for a while; give its SQLAlchemy address."""
        name = f"lab{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        yield self.address("postgresql+psycopg", name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, scheme: str, name: str, password: str = "") -> str:
        """Return the address of a database, with the right password or another."""
        return f"{scheme}://digitlab:{password or self._password}@127.0.0.1:{self._port}/{name}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.address("postgresql", "postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _do(self, program: str, *arguments: str | Path) -> None:
        command = [self._programs / program, *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        done = subprocess.run(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test run."""
    found = programs()
    if found is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    assert found is not None, "PostgreSQL is missing, and in CI its tests must run"
    # Not in pytest's own folder: nobody else may go there, and the server is somebody else where the tests are root.
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as folder:
        server = Postgres(found, Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of a database of one test's own."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The address of an empty database of each kind: what is true of one must be true of both."""
    return settings.database_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
