"""`python -m digitlab`: the command line."""

import sys

from digitlab.cli import ctrl_c
from digitlab.python_version import require_supported_python

if __name__ == "__main__":
    ctrl_c.end_process()  # while modules are imported
require_supported_python()

from digitlab.cli.main import main

if __name__ == "__main__":
    status = main()
    ctrl_c.end_process()  # while Python ends
    sys.exit(status)
