"""Loaded by the app under test: on SIGUSR1 it writes the names of its loaded modules to a file."""

import os
import signal
import sys
import threading
from pathlib import Path

if hasattr(signal, "SIGUSR1") and threading.current_thread() is threading.main_thread():
    signal.signal(
        signal.SIGUSR1,
        lambda _signal, _frame: Path(os.environ["DIGITLAB_TEST_MODULES"]).write_text("\n".join(list(sys.modules))),
    )
