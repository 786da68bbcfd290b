"""How tests wait for what other processes do."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as something is so; fail if it is not in time.

    What takes long is asked about less often, as each question takes its time of a processor that others need.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, "it did not happen in time"
        time.sleep(min(max(0.05, waited / 10), 0.25))
