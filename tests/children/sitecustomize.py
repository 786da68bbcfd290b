"""Loaded by every Python process that the tests start, so that it is as a person's is, and can be asked about."""

import importlib.util
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

# On SIGUSR1 the app writes the names of its loaded modules to a file.
if "DIGITLAB_TEST_MODULES" in os.environ and threading.current_thread() is threading.main_thread():
    signal.signal(
        signal.SIGUSR1,
        lambda _signal, _frame: Path(os.environ["DIGITLAB_TEST_MODULES"]).write_text("\n".join(list(sys.modules))),
    )


class Pace(MetaPathFinder):
    """Has a training that only a click ends rest a second after each epoch, and leave the processors to the tests."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "digitlab.worker.callbacks":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        load = spec.loader.exec_module

        def load_and_slow_down(module: ModuleType) -> None:
            load(module)
            end_epoch = module.Reporter.on_epoch_end

            def end_and_rest(reporter: object, *args: object) -> None:
                end_epoch(reporter, *args)
                if reporter.params["epochs"] >= 500:  # type: ignore[attr-defined]
                    time.sleep(1)

            module.Reporter.on_epoch_end = end_and_rest

        spec.loader.exec_module = load_and_slow_down  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Pace())
