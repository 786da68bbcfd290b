"""The result of a command, as JSON or as text."""

import argparse
import json
from typing import Any


def show(options: argparse.Namespace, result: Any, text: str) -> None:
    """Print the result as JSON if `--json` was given, else the text."""
    print(json.dumps(result) if options.json else text)
