"""What a command prints: its result, as JSON or as text, and messages beside it."""

import argparse
import io
import json
import os
import sys
from contextlib import suppress
from typing import Any, TextIO
from unicodedata import east_asian_width

from digitlab.errors import OutputLost
from digitlab.translation import ENGLISH, LANGUAGES, Text


class OutputClosed(Exception):
    """The reader of the standard output has left, as `head` does."""


def prepare() -> None:
    """Make the standard streams take any text, and wait where a pipe is full."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed, and the next file that is opened would take its place
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            with suppress(OSError):  # a test's stream is no file
                os.set_blocking(stream.fileno(), True)


def writable(language: str) -> str:
    """Return a language, or English if the standard streams cannot write it."""
    name = LANGUAGES[language]
    for stream in (sys.stdout, sys.stderr):
        try:
            name.encode(getattr(stream, "encoding", None) or "utf-8")
        except UnicodeEncodeError:
            return ENGLISH
    return language


def padded(text: str, columns: int) -> str:
    """Return a text with spaces after it, so that it takes so many columns of a terminal; Hangul takes two a sign."""
    return text + " " * (columns - sum(1 + (east_asian_width(sign) in "WF") for sign in text))


def show(options: argparse.Namespace, result: Any, text: str) -> None:
    """Print the result as JSON if `--json` was given, else the text."""
    write(json.dumps(result) if options.json else text)


def write(text: str) -> None:
    """Print a line at once.

    Raises:
        OutputClosed: Its reader has left.
        OutputLost: It cannot be written for another reason, such as a full disk.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError as error:
        raise OutputLost(
            Text("The output cannot be written: {reason}. Write it to another place.", reason=error.strerror)
        ) from error


def tell(text: str) -> None:
    """Print a line on standard error, if that is possible."""
    if sys.stderr is None:  # print would take standard output
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        drop(sys.stderr)


def finish() -> None:
    """Drop what could not be printed: Python would try again when it ends, and fail again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        drop(sys.stdout)


def drop(stream: TextIO | None) -> None:
    """Lead a stream, and what it still holds, to nowhere."""
    with suppress(OSError):  # a test's stream is no file
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
