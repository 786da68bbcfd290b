"""What a process of a worker has done once it has Keras."""

import subprocess
import sys

SCRIPT = "import gc, digitlab.worker; print(gc.isenabled(), gc.get_freeze_count() > 200_000)"


def test_keras_is_excluded_from_garbage_collection():
    """In a process of its own: tests' processes exclude all that they import."""
    command = [sys.executable, "-c", SCRIPT]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["True", "True"]
