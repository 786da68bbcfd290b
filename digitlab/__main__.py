"""`python -m digitlab`: the command line."""

import sys

from digitlab.python_version import require_supported_python

require_supported_python()

from digitlab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
