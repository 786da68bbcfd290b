"""Loaded by every Python process that the tests start, so that it is as a person's is, and can be asked about."""

import os
import signal
import sys
import threading
from pathlib import Path

# The tests' own dependencies, which nobody has who installs the app. Keras would import them: a second for each worker.
sys.modules |= dict.fromkeys(("scipy", "sklearn"))  # type: ignore[arg-type]

# On SIGUSR1 the app writes the names of its loaded modules to a file.
if "DIGITLAB_TEST_MODULES" in os.environ and threading.current_thread() is threading.main_thread():
    signal.signal(
        signal.SIGUSR1,
        lambda _signal, _frame: Path(os.environ["DIGITLAB_TEST_MODULES"]).write_text("\n".join(list(sys.modules))),
    )
