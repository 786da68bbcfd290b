"""The way to the processes that train: Dask, here or on a cluster."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Concatenate

from digitlab import logs
from digitlab.errors import DigitLabError, WorkersUnavailable
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import P, T
from digitlab.runs.dispatch.local_cluster import LEAVE_PATIENCE, TRAINING
from digitlab.settings import Settings

# Dask is imported by what uses it: that takes a second, and the first page that is shown needs none of it.
if TYPE_CHECKING:
    from distributed import Client, Future

_START_PATIENCE = 60  # seconds for a scheduler and its workers to stand; usually one
_REACH_PATIENCE = 10  # seconds for somebody else's scheduler to answer; whoever waits for it tries again
_GOODBYE_PATIENCE = 5  # seconds for a scheduler to let go; usually a tenth of one
_ANSWER_PATIENCE = 120  # seconds for 10,000 digits, which take at most ten, or for TensorFlow's import and an answer


class WorkerClient:
    """Hands work to worker processes. Threads may share it.

    Without a scheduler in the settings it starts `python -m digitlab workers`, a program of its own: Streamlit makes
    the page script the `__main__` of its process, and what multiprocessing spawns from there would run that page again.
    The program ends when the pipe to its standard input closes, so it cannot outlive this process, however that ends.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._program: subprocess.Popen[str] | None = None
        self._client: Client | None = None
        self._submitted: dict[str, Future] = {}
        self.trouble = ""  # one sentence on why the last worker could not begin; empty if it could
        self.count = settings.workers  # how many train at once

    def start(self) -> bool:
        """See to it that workers are there. Returns whether they had to be started or reached anew.

        Raises:
            WorkersUnavailable: They cannot be started or reached.
        """
        with self._lock:
            if self.are_connected():
                return False
            if self._client is not None:
                logs.log("workers lost", level=logging.WARNING)
            began = time.monotonic()
            self._close()
            address = self._settings.scheduler or self._start_program()
            patience = _REACH_PATIENCE if self._settings.scheduler else _START_PATIENCE
            from distributed import Client

            check_certificates(address)
            try:
                self._client = Client(address, timeout=patience, set_as_default=False)
            except (OSError, TimeoutError) as error:
                self._close()
                raise WorkersUnavailable(
                    f"The scheduler at {address} does not answer. Start it, or change DIGITLAB_SCHEDULER."
                ) from error
            self._submitted = {}
            logs.log("workers started", address=address, seconds=round(time.monotonic() - began, 1))
            return True

    def submit_waiting(self, waiting: Sequence[tuple[int, int]]) -> None:
        """Let workers carry out as many runs as wait; each takes the one whose turn it is when it begins.

        Args:
            waiting: Number and attempt of each run. What was handed in before, and has not come back, is left alone.

        Raises:
            WorkersUnavailable: There are none. What was handed in waits for the first that comes.
        """
        from distributed.client import ClosedClientError

        try:
            self._submit(waiting)
        except ClosedClientError:  # the workers ended between the look and the call; now new ones are started
            self._submit(waiting)

    def _submit(self, waiting: Sequence[tuple[int, int]]) -> None:
        from dask.base import tokenize
        from distributed import fire_and_forget

        client = self._connect()
        record = tokenize(self._settings.database_url)
        offered = self._offered_resources(client)
        # On somebody else's cluster no worker may know the token; then its threads are the limit.
        knows_token = not offered or any(set(TRAINING) <= set(names) for names in offered)
        resources = TRAINING if knows_token else None
        for number, attempt in waiting:
            key = f"run-{number}-{attempt}-{record}"  # what has the same name is the same to Dask, and is done once
            if key in self._submitted:
                continue
            future = client.submit(jobs.run_next, self._settings, key=key, resources=resources)
            self._submitted[key] = future
            future.add_done_callback(self._note)
            # Nobody waits for the result, the store has it; and a cluster's training outlives this process.
            fire_and_forget(future)
        if not offered:
            address = self._settings.scheduler
            raise WorkersUnavailable(
                f"The scheduler at {address} has no worker. Start one: "
                f'dask worker {address} --nthreads 2 --resources "training=1"'
            )

    def _note(self, done: "Future") -> None:
        """Forget what came back; if a worker could not even begin, its run still waits, and is handed in again."""
        self._submitted.pop(done.key, None)
        self.trouble = ""
        if done.status == "error":
            error = done.exception()
            reason = str(error) if isinstance(error, DigitLabError) else f"{type(error).__name__}, see its log"
            self.trouble = f"A worker could not begin: {reason}"
            logs.log("worker failed to start", task=done.key, reason=reason, level=logging.WARNING)

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
            raise WorkersUnavailable("No worker answered. Wait for the running training, then try again.") from error
        return answer

    def are_connected(self) -> bool:
        """Whether workers can be handed something without being started first."""
        has_ended = self._program is not None and self._program.poll() is not None
        return self._client is not None and self._client.status == "running" and not has_ended

    def close(self) -> None:
        """Let go of the workers, and end them if they were started here."""
        with self._lock:
            self._close()

    def _connect(self) -> "Client":
        self.start()
        assert self._client is not None
        return self._client

    def _offered_resources(self, client: "Client") -> list[dict[str, float]]:
        """Return what each worker offers."""
        if self._settings.scheduler is None:
            # Without asking: the answer would never come if the scheduler died over the question.
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
                f"The training processes cannot be started: {error.strerror} ({error.filename}). "
                "Set DIGITLAB_DATA to a folder that can be written."
            ) from error
        assert self._program.stdout is not None
        alarm = threading.Timer(_START_PATIENCE, self._program.kill)
        alarm.start()
        with self._program.stdout as answers:
            address = answers.readline().strip()
        alarm.cancel()
        if not address:
            raise WorkersUnavailable(f"The training processes did not start. {log_file} says why.")
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
    """Close a way to a scheduler, for as long as that may take; then it is left to itself.

    Where the way's own thread is that busy, it stays until this process ends.
    """
    try:
        client.close(timeout=_GOODBYE_PATIENCE)
    except TimeoutError:
        logs.log("scheduler not disconnected", seconds=_GOODBYE_PATIENCE, level=logging.WARNING)


def _end(program: subprocess.Popen[str]) -> None:
    """End the processes that were started here: they leave in peace, or are made to."""
    assert program.stdin is not None
    program.stdin.close()
    try:
        program.wait(timeout=LEAVE_PATIENCE + 7)
    except subprocess.TimeoutExpired:
        program.kill()


def check_certificates(address: str) -> None:
    """Raise `WorkersUnavailable` if an address wants certificates, and Dask's own variables name none."""
    from distributed.security import Security

    if address.startswith("tls://") and Security().get_connection_args("client").get("ssl_context") is None:
        raise WorkersUnavailable(
            f"The scheduler at {address} wants certificates, and none are set. Set Dask's variables "
            "DASK_DISTRIBUTED__COMM__TLS__..., as docs/deploy.md tells, or use a tcp:// address."
        )
