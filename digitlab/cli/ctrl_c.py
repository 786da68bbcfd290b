"""What Ctrl-C does at each time of a command."""

import signal
from collections.abc import Callable


def end_process() -> None:
    """Have Ctrl-C end the process at once and without a word, unless it is ignored, as in the background of a script.

    TensorFlow turns a KeyboardInterrupt that is raised within it into errors of its own.
    """
    _handle(signal.SIG_DFL)


def raise_interrupt() -> None:
    """Have Ctrl-C raise KeyboardInterrupt, as Python does by default, unless it is ignored."""
    _handle(signal.default_int_handler)


def call(action: Callable[[], None]) -> None:
    """Have Ctrl-C call a function in the main thread."""
    signal.signal(signal.SIGINT, lambda *_: action())


def press() -> None:
    """Do what Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


def _handle(handler: "signal.Handlers | Callable[..., None]") -> None:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)
