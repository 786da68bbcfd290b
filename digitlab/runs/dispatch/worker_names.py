"""Names of workers: `host/process id/random`, one for each time that a run is carried out."""

import os
import socket
import uuid

import psutil


def new_worker_name() -> str:
    """Return a name for this process that no other execution of a run has."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def is_gone_from_here(worker: str) -> bool:
    """Whether a worker was a process of this machine that has ended.

    Example:
        >>> is_gone_from_here(new_worker_name())
        False
        >>> is_gone_from_here("elsewhere/1/0f0f0f0f")
        False
    """
    host, _, rest = worker.partition("/")
    pid = rest.partition("/")[0]
    return host == socket.gethostname() and pid.isdecimal() and not psutil.pid_exists(int(pid))
