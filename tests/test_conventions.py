"""How tests are named."""

import ast
from pathlib import Path

import pytest

from digitlab.settings import ROOT

FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py"))


def names(path: Path) -> list[str]:
    """The names of the tests in a file."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_names_are_short_sentences_and_differ(path):
    assert [name for name in names(path) if len(name) >= 60] == []
    assert len(names(path)) == len(set(names(path)))
