"""What a process gives up before it opens a file from elsewhere: memory, time, connections, programs, files.

The file has been checked by then; this holds should the checks, or Keras, have a gap. No Keras here.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000  # of Linux' unshare
_ADDRESSES = 16 * 2**30  # bytes; TensorFlow reserves some that it never uses
_MAX_FILE_SIZE = 300_000_000  # bytes that a file may be written to
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.",
            "pickle.find_class", "ctypes.dlopen", "webbrowser.", "urllib.", "ftplib.", "smtplib.")  # fmt: skip
_CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
             "os.truncate", "shutil.rmtree", "shutil.move", "shutil.copyfile")  # fmt: skip
_OF_TWO = ("os.rename", "os.link", "shutil.move", "shutil.copyfile")
_BY_HANDLE = ("os.remove", "os.rmdir", "os.mkdir")  # within a folder that is open already, as `shutil.rmtree` does it
_STDERR = 2
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def leave_network() -> None:
    """Go where no network is, where the system allows it; before any other thread is there."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USERS | _NEW_NETWORK)


def limit(memory: int, seconds: int) -> None:
    """Bound this process' memory in bytes, and its time: seconds by the clock, and twice as many of computing."""
    signal.alarm(seconds + 5)  # should whoever waits for it have gone
    limits = {"RLIMIT_DATA": memory, "RLIMIT_AS": _ADDRESSES, "RLIMIT_CPU": 2 * seconds, "RLIMIT_CORE": 0}
    for name, value in (limits | {"RLIMIT_FSIZE": _MAX_FILE_SIZE}).items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(getattr(resource, name), (value, value))


def confine(folder: Path) -> None:
    """From now on refuse other programs, pickles, connections, and changes outside a folder; there is no way back."""
    inside = os.path.realpath(folder) + os.sep

    def is_inside(path: object) -> bool:
        return isinstance(path, int) or (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(inside)  # type: ignore[arg-type]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(f"{event} is not allowed here")
        if event == "open":
            path, mode, flags = arguments
            if (flags & _WRITING or set(str(mode or "")) & set("wax+")) and not is_inside(path):
                raise PermissionError(f"{path} may not be written here")
        elif event in _CHANGING and not (event in _BY_HANDLE and arguments[-1] > _STDERR):
            paths = arguments[:2] if event in _OF_TWO else arguments[:1]
            if not all(map(is_inside, paths)):
                raise PermissionError(f"{event} of {paths[-1]} is not allowed here")

    sys.addaudithook(hook)
