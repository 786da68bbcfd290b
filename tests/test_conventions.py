"""How tests are named."""

import ast
from pathlib import Path

from digitlab.settings import ROOT

FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py"))


def names(path: Path) -> list[str]:
    """The names of the tests in a file."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def test_names_are_short_sentences_and_differ():
    found = {str(path): names(path) for path in FILES}
    assert len(found) > 100
    assert [f"{path}::{name}" for path, inside in found.items() for name in inside if len(name) >= 60] == []
    assert [path for path, inside in found.items() if len(inside) > len(set(inside))] == []
