"""Limits a process before it opens an uploaded file: its memory, time, network, programs and files.

The file has been checked by then. The sandbox protects in case the checks, or Keras, have a gap.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000  # flags of Linux' unshare
_ADDRESS_SPACE = 16 * 2**30  # bytes; TensorFlow reserves addresses that it never uses
_PRIORITY = 5  # is added to the niceness: pages come first, and trainings, which have the same, leave it a share
_MAX_FILE_SIZE = 300_000_000  # bytes of a file that the process writes
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.",
            "pickle.find_class", "ctypes.dlopen", "webbrowser.", "urllib.", "ftplib.", "smtplib.")  # fmt: skip
_CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
             "os.truncate", "shutil.rmtree", "shutil.move", "shutil.copyfile")  # fmt: skip
_WITH_TWO_PATHS = ("os.rename", "os.link", "shutil.move", "shutil.copyfile")
_BY_HANDLE = ("os.remove", "os.rmdir", "os.mkdir")  # within an open folder, as `shutil.rmtree` does it
_STDERR = 2
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def leave_network() -> None:
    """Leave the network, where the system allows it. Call it before any other thread starts."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USERS | _NEW_NETWORK)


def lower_priority(process: int = 0) -> None:
    """Let pages compute before a process (0: this one). Call it before that starts other threads."""
    niceness = os.getpriority(os.PRIO_PROCESS, 0) + _PRIORITY
    os.setpriority(os.PRIO_PROCESS, process, niceness)


def limit(memory: int, seconds: int, cpu_seconds: int | None = None) -> None:
    """Limit this process' memory in bytes, its time by the clock, and its CPU time (default: twice as long)."""
    signal.alarm(seconds + 5)  # in case the parent process has ended
    limits = {
        "RLIMIT_DATA": memory,
        "RLIMIT_AS": _ADDRESS_SPACE,
        "RLIMIT_CPU": cpu_seconds or 2 * seconds,
        "RLIMIT_CORE": 0,
    }
    for name, value in (limits | {"RLIMIT_FSIZE": _MAX_FILE_SIZE}).items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(getattr(resource, name), (value, value))


def confine(folder: Path) -> None:
    """Forbid other programs, pickles, connections and changes outside a folder, for the rest of the process."""
    inside = os.path.realpath(folder) + os.sep

    def is_inside(path: object) -> bool:
        return isinstance(path, int) or (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(inside)  # type: ignore[arg-type]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"{event} is not allowed here")
        if event == "open":
            path, mode, flags = arguments
            if (flags & _WRITING or set(str(mode or "")) & set("wax+")) and not is_inside(path):
                raise PermissionError(f"{path} may not be written here")
        elif event in _CHANGING and not (event in _BY_HANDLE and arguments[-1] > _STDERR):
            paths = arguments[:2] if event in _WITH_TWO_PATHS else arguments[:1]
            if not all(map(is_inside, paths)):
                raise PermissionError(f"{event} of {paths[-1]} is not allowed here")

    sys.addaudithook(hook)
