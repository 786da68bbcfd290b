"""A thread that checks the record regularly while the app runs."""

import threading
from abc import ABC, abstractmethod


class BackgroundThread(ABC):
    """A thread of the app's process; several apps on one record may each have one.

    Attributes:
        error_message: One sentence on why it can do nothing now; empty if all is well.
    """

    def __init__(self, name: str) -> None:
        """Take the thread's name."""
        self._has_news, self._is_over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.error_message: str = ""

    def start(self) -> None:
        """Start the thread; a second call does nothing."""
        if not self._thread.is_alive() and not self._is_over.is_set():
            self._thread.start()

    def wake(self) -> None:
        """Look at the record now: something was changed there."""
        self._has_news.set()

    def close(self) -> None:
        """End the thread; wait for it, but not long."""
        self._is_over.set()
        self._has_news.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @abstractmethod
    def _run(self) -> None:
        """Look at the record until `_is_over` is set; wait for `_has_news` between two looks."""
