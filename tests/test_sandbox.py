import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab.settings import ROOT

ATTEMPTS = {
    "a program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a fork": "import os; os.fork()",
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "a name": "import socket; socket.getaddrinfo('example.org', 80)",
    "a file outside": "open(OUTSIDE, 'w')",
    "a file outside by a link": "import os; os.symlink(OUTSIDE, 'link'); open('link', 'w')",
    "a folder outside": "import os; os.mkdir(OUTSIDE)",
    "a pickle": "import pickle; pickle.loads(b'cos\\nsystem\\n.')",
    "a file beside": "open('../inside-too', 'w')",
    "a file cut": "import os; os.truncate(KEPT, 3)",
    "a file moved out": "import os; open('x', 'w').close(); os.rename('x', OUTSIDE)",
    "a removal": "import os; os.remove(KEPT)",
    "much memory": "bytearray(2**30)",
}


def attempt(tmp_path: Path, code: str) -> "subprocess.CompletedProcess[str]":
    """Run a line in a confined process whose folder is `tmp_path/inside`."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "kept").write_text("kept")
    names = f"OUTSIDE = {str(tmp_path / 'outside')!r}; KEPT = {str(tmp_path / 'kept')!r}"
    before = "import pickle, socket, subprocess; from pathlib import Path; from digitlab import sandbox"
    confined = "sandbox.limit(500_000_000, 60); sandbox.confine(Path())"
    lines = [before, names, "sandbox.leave_network()", confined, code, "print('done')"]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=tmp_path / "inside",
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("forbidden", ATTEMPTS)
def test_a_confined_process_cannot_have(forbidden, tmp_path):
    result = attempt(tmp_path, ATTEMPTS[forbidden])
    assert result.returncode == 1
    assert "PermissionError" in result.stderr or "MemoryError" in result.stderr
    assert not (tmp_path / "outside").exists()
    assert (tmp_path / "kept").read_text() == "kept"


def test_it_may_read_and_write_in_its_own_folder(tmp_path):
    result = attempt(tmp_path, "open('x', 'w').write('y'); import os; os.mkdir('z'); os.remove('x')")
    assert result.stdout == "done\n", result.stderr


def test_its_priority_is_low(tmp_path):
    result = attempt(tmp_path, "import os; before = os.nice(0); sandbox.lower_priority(); print(os.nice(0) - before)")
    assert result.stdout == f"{min(5, 19 - os.nice(0))}\ndone\n", result.stderr


def test_it_is_ended_when_its_time_is_over(tmp_path):
    code = "import signal; signal.alarm(1)\nwhile True: pass"
    assert attempt(tmp_path, code).returncode == -14
