"""The connection to the worker processes: Dask, on this machine or on a cluster."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING, Concatenate

from digitlab import logs
from digitlab.errors import DigitLabError, WorkersUnavailable
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import P, T
from digitlab.runs.dispatch.local_cluster import LEAVE_PATIENCE, TRAINING
from digitlab.settings import Settings
from digitlab.translation import Text, message_of

# Dask is imported where it is used: that takes a second, and the first page needs none of it.
if TYPE_CHECKING:
    from distributed import Client, Future

_START_PATIENCE = 60  # seconds for a scheduler and its workers to start; usually one
_CONNECT_PATIENCE = 10  # seconds for a cluster's scheduler to answer; then the dispatcher tries again
_DISCONNECT_PATIENCE = 5  # seconds to close a connection; usually a tenth of one
_ANSWER_PATIENCE = 120  # seconds for 10,000 digits, which take at most ten, or for TensorFlow's import and an answer


class WorkerClient:
    """Hands work to worker processes. Threads may share it.

    Without a scheduler in the settings it starts `python -m digitlab workers`, a program of its own: Streamlit makes
    the page script the `__main__` of its process, and what multiprocessing spawns from there would run that page again.
    The program ends when the pipe to its standard input closes, so it cannot outlive this process, however that ends.

    Trainings have one queue, the record: a worker asks it whose turn it is when it begins (`jobs.run_next`). Dask only
    starts jobs, so a training job names no run. One is handed in for each queued run, and stays when this process ends:
    a cluster then trains the whole queue. Should several apps hand in jobs for the same run, those too many find
    nothing to do and end.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._program: subprocess.Popen[str] | None = None
        self._client: Client | None = None
        self._submitted: dict[tuple[int, int], Future] = {}  # by the queued run, its number and attempt
        self.error_message: str = ""  # one sentence on the error that ended the last training job; empty if none did
        self.count = settings.workers  # workers, and so trainings at once

    def start(self) -> bool:
        """Start the workers, or connect to the cluster, unless that is done. Returns whether it was necessary.

        Raises:
            WorkersUnavailable: Neither succeeded.
        """
        with self._lock:
            if self.is_connected():
                return False
            if self._client is not None:
                logs.log("workers lost", level=logging.WARNING)
            began = time.monotonic()
            self._close()
            address = self._settings.scheduler or self._start_program()
            patience = _CONNECT_PATIENCE if self._settings.scheduler else _START_PATIENCE
            from distributed import Client

            check_certificates(address)
            try:
                self._client = Client(address, timeout=patience, set_as_default=False)
            except (OSError, TimeoutError) as error:
                self._close()
                raise WorkersUnavailable(
                    Text(
                        "The scheduler at {address} does not answer. Start it, or change DIGITLAB_SCHEDULER.",
                        address=address,
                    )
                ) from error
            self._submitted = {}
            logs.log("workers started", address=address, seconds=round(time.monotonic() - began, 1))
            return True

    def submit(self, queue: Sequence[tuple[int, int]]) -> None:
        """Hand in a training job for each queued run that has none yet.

        Args:
            queue: Number and attempt of each run.

        Raises:
            WorkersUnavailable: The cluster has no worker. The jobs wait for the first one.
        """
        from distributed.client import ClosedClientError

        try:
            self._submit(queue)
        except ClosedClientError:  # the workers ended between the check and the call; now new ones are started
            self._submit(queue)

    def _submit(self, queue: Sequence[tuple[int, int]]) -> None:
        from distributed import fire_and_forget

        client = self._connect()
        offered = self._offered_resources(client)
        # On somebody else's cluster no worker may know the token; then its threads are the limit.
        knows_token = not offered or any(set(TRAINING) <= set(names) for names in offered)
        resources = TRAINING if knows_token else None
        for entry in queue:
            if entry in self._submitted:
                continue
            future = client.submit(jobs.run_next, self._settings, pure=False, resources=resources)
            self._submitted[entry] = future
            future.add_done_callback(partial(self._on_done, entry))
            # Nobody waits for the result, the store has it; and a cluster's training outlives this process.
            fire_and_forget(future)
        if not offered:
            address = self._settings.scheduler
            raise WorkersUnavailable(
                Text(
                    "The scheduler at {address} has no worker. Start one: dask worker {address} --nthreads 2 "
                    '--resources "training=1"',
                    address=address,
                )
            )

    def _on_done(self, entry: tuple[int, int], done: "Future") -> None:
        """Forget a finished job. If it could not start, its run is still queued, and another job is handed in."""
        self._submitted.pop(entry, None)
        self.error_message = ""
        if done.status == "error":
            error = done.exception()
            if isinstance(error, DigitLabError):
                self.error_message = Text("A training job ended with an error. {reason}", reason=message_of(error))
            else:
                self.error_message = Text(
                    "A training job ended with an error ({kind}). The worker's log has the details.",
                    kind=type(error).__name__,
                )
            logs.log("training job failed", task=done.key, reason=self.error_message, level=logging.WARNING)

    def ask(self, question: Callable[Concatenate[Settings, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask a worker a question, and wait for the answer.

        Args:
            question: A function of a module, such as those in `jobs` and `scoring`; its first argument is the settings.
            args: Its other arguments.
            kwargs: Likewise.

        Raises:
            WorkersUnavailable: No worker answered in time.
            DigitLabError: The worker's own, such as `ModelNotFound`.
        """
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        future: Future = self._connect().submit(question, self._settings, *args, **kwargs, pure=False, priority=10)
        try:
            answer: T = future.result(timeout=_ANSWER_PATIENCE)
        except (TimeoutError, CancelledError, CommClosedError, KilledWorker) as error:
            future.cancel()
            raise WorkersUnavailable(
                Text("No worker answered. Wait for the running training, then try again.")
            ) from error
        return answer

    def is_connected(self) -> bool:
        """Whether the workers can be used without starting or connecting to them first."""
        has_ended = self._program is not None and self._program.poll() is not None
        return self._client is not None and self._client.status == "running" and not has_ended

    def close(self) -> None:
        """Disconnect from the workers, and end them if they were started here."""
        with self._lock:
            self._close()

    def _connect(self) -> "Client":
        self.start()
        assert self._client is not None
        return self._client

    def _offered_resources(self, client: "Client") -> list[dict[str, float]]:
        """Return the resources of each worker."""
        if self._settings.scheduler is None:
            # Without asking: the answer would never come if the scheduler died meanwhile.
            return [dict(TRAINING)] * self._settings.workers
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        self.count = max(len(workers), 1)
        return [worker["resources"] for worker in workers]

    def _start_program(self) -> str:
        log_file = self._settings.data / "workers.log"
        try:
            log_file.parent.mkdir(parents=True, exist_ok=True)
            with log_file.open("a", encoding="utf-8") as log:
                self._program = subprocess.Popen(
                    [sys.executable, "-m", "digitlab", "workers"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=self._settings.environment(),
                    start_new_session=True,  # Ctrl-C in the terminal is for the app; its end closes the pipe
                )
        except OSError as error:
            raise WorkersUnavailable(
                Text(
                    "The training processes cannot be started: {reason} ({file}). Set DIGITLAB_DATA to a "
                    "writable folder.",
                    reason=error.strerror,
                    file=error.filename,
                )
            ) from error
        assert self._program.stdout is not None
        alarm = threading.Timer(_START_PATIENCE, self._program.kill)
        alarm.start()
        with self._program.stdout as answers:
            address = answers.readline().strip()
        alarm.cancel()
        if not address:
            raise WorkersUnavailable(Text("The training processes did not start. {file} says why.", file=log_file))
        return address

    def _close(self) -> None:
        client, self._client = self._client, None
        program, self._program = self._program, None
        try:
            if client is not None:
                disconnect(client)
        finally:
            if program is not None:
                _end(program)


def disconnect(client: "Client") -> None:
    """Close a connection to a scheduler, but do not wait long: its own thread may be too busy to end it."""
    try:
        client.close(timeout=_DISCONNECT_PATIENCE)
    except TimeoutError:
        logs.log("scheduler not disconnected", seconds=_DISCONNECT_PATIENCE, level=logging.WARNING)


def _end(program: subprocess.Popen[str]) -> None:
    """End the program that was started here: by closing its input, or by force if it does not end in time."""
    assert program.stdin is not None
    program.stdin.close()
    try:
        program.wait(timeout=LEAVE_PATIENCE + 7)
    except subprocess.TimeoutExpired:
        program.kill()


def check_certificates(address: str) -> None:
    """Raise `WorkersUnavailable` if an address needs certificates, and Dask's own variables name none."""
    from distributed.security import Security

    if address.startswith("tls://") and Security().get_connection_args("client").get("ssl_context") is None:
        raise WorkersUnavailable(
            Text(
                "The scheduler at {address} needs certificates, and none are set. Set Dask's variables "
                "DASK_DISTRIBUTED__COMM__TLS__..., as docs/deploy.md explains, or use a tcp:// address.",
                address=address,
            )
        )
