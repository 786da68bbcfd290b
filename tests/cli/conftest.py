import signal

import pytest


@pytest.fixture(autouse=True)
def here(settings, monkeypatch):
    """Commands work in the test's own set-up; Ctrl-C is as Python leaves it."""
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)  # of children, too
    yield
    signal.signal(signal.SIGINT, previous)
