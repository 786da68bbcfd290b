"""The log: one JSON object a line, on standard error.

{"time": "2026-05-04T09:15:00.123Z", "level": "info", "event": "run finished", "process": "host/4711", "run": 3, ...}

`time` is UTC, `process` is host and process id, and the fields after it depend on the event; docs/deploy.md lists all
events. Nobody logs a secret, and whatever looks like a password in a field is hidden.
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
_LOGGER.addHandler(logging.NullHandler())  # the command line prints its own messages
_HIDDEN = "***"
_SECRETS = (
    re.compile(r"(?<=://)(?P<before>[^\s/:@]*:)[^\s/]*@"),
    re.compile(r"(?P<before>\b(?:password|passwd|pwd|secret|token)['\"]?\s*[=:]\s*)[^\s&,;)]+", re.IGNORECASE),
)
_unavailable: set[str] = set()
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
    """Log an event.

    Args:
        event: What happened: a noun and a participle, always the same, such as "run queued".
        run: Number of the run.
        person: Id of the person who acted, or owns the run; empty for the operator.
        error: An unexpected error; its traceback becomes a field, and the level is `logging.ERROR`.
        level: A level of `logging`.
        fields: More fields, of any JSON type.
    """
    values = {"run": run, "person": person, **fields}
    if error is not None:
        level = logging.ERROR
        values |= {"error": type(error).__name__, "traceback": "".join(traceback.format_exception(error))}
    _LOGGER.log(level, event, extra={"fields": {name: value for name, value in values.items() if value is not None}})


def log_availability(service: str, *, is_available: bool, **fields: Any) -> None:
    """Log that a service became unavailable or is back; only changes are logged, however often this is called."""
    with _lock:
        if is_available != (service in _unavailable):
            return
        (_unavailable.discard if is_available else _unavailable.add)(service)
    if is_available:
        log(f"{service} back", **fields)
    else:
        log(f"{service} unavailable", level=logging.WARNING, **fields)


def to_stderr() -> None:
    """Write the events of this process, and errors that end a thread, to standard error. A second call does nothing."""
    with _lock:
        if any(isinstance(handler.formatter, _Lines) for handler in _LOGGER.handlers):
            return
        handler = _Stderr()
        handler.setFormatter(_Lines())
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False  # else a library's handler on the root logger would repeat each line
    threading.excepthook = _log_thread
    sys.excepthook = _log_end


def hide_secrets(text: str) -> str:
    """Return a text in which everything that looks like a password is hidden.

    Example:
        >>> hide_secrets("postgresql://ann:secret@host/lab")
        'postgresql://ann:***@host/lab'
    """
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: f"{found['before']}{_HIDDEN}{'@' * found[0].endswith('@')}", text)
    return text


class _Stderr(logging.Handler):
    """Writes each line in one go, because several processes may share one file."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


class _Lines(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without its newline."""
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


def _log_thread(details: threading.ExceptHookArgs) -> None:
    thread = details.thread.name if details.thread else ""
    log("unexpected error", error=details.exc_value or details.exc_type(), thread=thread)


def _log_end(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log("unexpected error", error=error)
