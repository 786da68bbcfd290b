"""What happens, one line an event: JSON for whoever watches over the lab.

{"time": "2026-05-04T09:15:00.123Z", "level": "info", "event": "run finished", "process": "host/4711", "run": 3, ...}

No secret gets into a line: nobody logs one, and what looks like a password in an address is hidden all the same.
"""

import json
import logging
import os
import re
import socket
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_LOGGER = logging.getLogger("digitlab")
_LOGGER.addHandler(logging.NullHandler())  # a command line tells its person what happens by itself
_HIDDEN = "***"
_SECRETS = (
    re.compile(r"(?<=://)(?P<before>[^\s/:@]*:)[^\s/]*@"),
    re.compile(r"(?P<before>\b(?:password|passwd|pwd|secret|token)['\"]?\s*[=:]\s*)[^\s&,;)]+", re.IGNORECASE),
)
_away: set[str] = set()  # what is out of reach just now
_lock = threading.Lock()


def log(
    event: str,
    *,
    run: int | None = None,
    person: str | None = None,
    error: BaseException | None = None,
    level: int = logging.INFO,
    **fields: Any,
) -> None:
    """Tell of an event.

    Args:
        event: What happened, in a few words that are the same each time.
        run: Number of the run that it is about.
        person: Id of who did it, or whose it is; empty for the operator.
        error: What was not foreseen; its traceback becomes a field, and its level is error.
        level: As in `logging`.
        fields: What else is to be known; whatever JSON can hold.
    """
    values = {"run": run, "person": person, **fields}
    if error is not None:
        level = logging.ERROR
        values |= {"error": type(error).__name__, "traceback": "".join(traceback.format_exception(error))}
    _LOGGER.log(level, event, extra={"fields": {name: value for name, value in values.items() if value is not None}})


def log_reach(what: str, *, is_there: bool, **fields: Any) -> None:
    """Tell that something is out of reach, or back; once each, however often it is said."""
    with _lock:
        if is_there != (what in _away):
            return
        (_away.discard if is_there else _away.add)(what)
    if is_there:
        log(f"{what} back", **fields)
    else:
        log(f"{what} unavailable", level=logging.WARNING, **fields)


def to_stderr() -> None:
    """Write this process' events to its standard error, what ended a thread unforeseen included; again does nothing."""
    with _lock:
        if any(isinstance(handler.formatter, _Lines) for handler in _LOGGER.handlers):
            return
        handler = _Stderr()
        handler.setFormatter(_Lines())
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False  # else what a library does with the root's would come twice
    threading.excepthook = _log_thread
    sys.excepthook = _log_end


def hide_secrets(text: str) -> str:
    """Return a text without what looks like a password."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: f"{found['before']}{_HIDDEN}{'@' * found[0].endswith('@')}", text)
    return text


class _Stderr(logging.Handler):
    """Writes each line at once and whole: several processes may share one file."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


class _Lines(logging.Formatter):
    """Makes one JSON object of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without its end."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "process": f"{socket.gethostname()}/{os.getpid()}",
            **getattr(record, "fields", {}),
        }
        return json.dumps({name: _without_secrets(value) for name, value in line.items()}, default=str)


def _without_secrets(value: Any) -> Any:
    return value if isinstance(value, int | float) else hide_secrets(str(value))


def _log_thread(what: threading.ExceptHookArgs) -> None:
    thread = what.thread.name if what.thread else ""
    log("unforeseen error", error=what.exc_value or what.exc_type(), thread=thread)


def _log_end(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log("unforeseen error", error=error)
