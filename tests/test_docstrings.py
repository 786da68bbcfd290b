"""The examples in docstrings: they run, and each class that others use has one."""

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitlab.settings import ROOT

MODULES = sorted((ROOT / "digitlab").rglob("*.py"))
BASES_WITHOUT_EXAMPLES = {"ABC", "Protocol", "Enum", "StrEnum", "IntEnum", "Exception", "DigitLabError", "NamedTuple"}
# Their examples would start worker processes, or a thread that asks them; tests/runs has them at work.
NEED_WORKERS = {
    "digitlab.runs.dispatch.dispatcher.Dispatcher",
    "digitlab.runs.dispatch.worker_client.WorkerClient",
    "digitlab.runs.services.explanation_service.ExplanationService",
    "digitlab.runs.services.map_builder.MapBuilder",
}


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def examples(path: Path) -> list[doctest.DocTest]:
    return doctest.DocTestFinder().find(importlib.import_module(module(path)), module(path))


@pytest.mark.parametrize("path", [path for path in MODULES if ">>> " in path.read_text()], ids=module)
def test_examples_in_docstrings_are_true(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL)
    report: list[str] = []
    for example in examples(path):
        runner.run(example, out=report.append)
    assert not report, "".join(report)


def has_behaviour(node: ast.ClassDef) -> bool:
    """Whether a class has public methods or properties: fields alone are described by their attributes."""
    bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return not bases & BASES_WITHOUT_EXAMPLES and any(not name.startswith("_") for name in methods)


def classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and has_behaviour(node):
            yield node


def names_used_elsewhere() -> set[tuple[str, str]]:
    """(Module, name) of all that another module imports."""
    used = set()
    for path in [*MODULES, *(ROOT / "benchmarks").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("digitlab."):
                used |= {(str(node.module), alias.name) for alias in node.names}
    return used


USED = names_used_elsewhere()
CLASSES = {f"{module(path)}.{node.name}": node for path in MODULES for node in classes(path)}


def has_example(node: ast.ClassDef) -> bool:
    docstring = ast.get_docstring(node) or ""
    return "Example:" in docstring and ">>> " in docstring


def test_a_class_that_others_use_has_an_example():
    used = {name for name in CLASSES if tuple(name.rsplit(".", 1)) in USED}
    assert [name for name in sorted(used - NEED_WORKERS) if not has_example(CLASSES[name])] == []


def test_the_rule_finds_the_classes_that_it_is_for():
    assert ("digitlab.networks.recognition", "Recogniser") in USED
    assert {"digitlab.networks.recognition.Recogniser", "digitlab.lab.Lab"} <= set(CLASSES)
