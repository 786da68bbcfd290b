"""The design's rules about who may import what, read from every file with `ast`."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from digitlab.settings import ROOT

FILES = sorted(path.relative_to(ROOT) for path in [ROOT / "streamlit_app.py", *(ROOT / "digitlab").rglob("*.py")])
FOLDERS = sorted({path.parent for path in FILES if path.parts[0] == "digitlab"})
LEVELS = [
    ("python_version", "settings", "errors", "storage", "logs", "fields"),
    ("data",),
    ("preprocessing",),
    ("segmentation", "synthesis"),
    ("networks",),
    ("uploads",),
    ("runs.records",),
    ("runs.store",),
    ("runs.models",),
    ("runs.dispatch",),
    ("runs.services",),
    ("worker",),
    ("lab", "doctor"),
    ("ui.charts",),
    ("ui",),
    ("pages", "server", "cli", "__main__"),
]
ONLY_IN = {
    "streamlit": ("streamlit_app.py", "digitlab/server/", "digitlab/ui/", "digitlab/pages/"),
    "starlette": ("streamlit_app.py", "digitlab/ui/visitor_cookie.py"),
    "streamlit_drawable_canvas": ("digitlab/ui/canvas.py",),
    "sqlalchemy": ("digitlab/runs/store/", "digitlab/doctor/database_checks.py"),
    "psycopg": ("digitlab/runs/store/schema.py",),
    "dask": ("digitlab/runs/dispatch/",),
    "distributed": ("digitlab/runs/dispatch/", "digitlab/doctor/worker_checks.py"),
    "fsspec": ("digitlab/storage/",),
    "matplotlib": ("digitlab/ui/charts/",),
    "altair": ("digitlab/ui/charts/",),
    "PIL": ("digitlab/data/", "digitlab/preprocessing/", "digitlab/segmentation/", "digitlab/synthesis/"),
    "cv2": ("digitlab/data/", "digitlab/preprocessing/", "digitlab/segmentation/", "digitlab/synthesis/"),
    "h5py": ("digitlab/uploads/weights_file.py",),
    "keras": ("digitlab/worker/",),
    "tensorflow": ("digitlab/worker/",),
    "ai_edge_litert": ("digitlab/networks/recognition.py",),
    "onnx": ("digitlab/worker/",),
    "onnxruntime": ("digitlab/worker/",),
}
# What hands work to `digitlab.worker` by its dotted name, or does it in this process on the command line.
WORKER_CALLERS = ("digitlab/runs/dispatch/jobs.py",)


def imports(path: Path, *, only_on_import: bool = False) -> set[str]:
    """The modules that a file imports: all, or those that its own import brings in."""
    tree = ast.parse((ROOT / path).read_text())
    nodes = tree.body if only_on_import else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def level(name: str) -> int:
    """The level of a module; folders that are named more closely come first."""
    for depth in (2, 1):
        part = ".".join(name.removeprefix("digitlab.").split(".")[:depth])
        for number, names in enumerate(LEVELS):
            if part in names:
                return number
    return -1


def test_there_are_files_to_hold_the_rules_against():
    assert len(FILES) > 100
    assert {module(path) for path in FILES} >= {"digitlab.worker.training", "digitlab.runs.dispatch.jobs"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_run_downwards_only(path):
    if path.name in ("__init__.py", "streamlit_app.py"):
        return
    own = level(module(path))
    assert own >= 0, f"{path} has no level"
    upwards = {name for name in imports(path) if name.startswith("digitlab.") and level(name) > own}
    assert not {name for name in upwards if not name.startswith("digitlab.worker")}


def test_no_modules_import_each_other_in_a_circle():
    known = {module(path) for path in FILES}
    graph = {
        module(path): {name for name in imports(path) if name in known and not name.startswith("digitlab.worker")}
        for path in FILES
    }
    workers = {module(path) for path in FILES if module(path).startswith("digitlab.worker")}
    graph |= {name: {other for other in imports(path_of(name)) if other in known} for name in workers}
    graph = {name: needs - {name, "digitlab"} for name, needs in graph.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def path_of(name: str) -> Path:
    path = Path(*name.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_library_is_imported_only_where_it_lives(path):
    for name in imports(path):
        places = ONLY_IN.get(name.split(".")[0])
        assert places is None or str(path).startswith(places), f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in FILES if "worker" not in path.parts], ids=str)
def test_only_jobs_reach_into_the_worker_package(path):
    reached = {name for name in imports(path) if name.startswith("digitlab.worker")}
    assert not reached or str(path) in WORKER_CALLERS
    assert not {name for name in imports(path, only_on_import=True) if name.startswith("digitlab.worker")}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_environment_is_read_in_settings_alone(path):
    text = (ROOT / path).read_text()
    assert str(path) == "digitlab/settings.py" or ("os.environ" not in text and "getenv" not in text)


def test_the_front_door_stays_short():
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) <= 40


def entries(folder: Path) -> Iterator[str]:
    """The names that begin a line of the map in a folder's docstring."""
    text = ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text())) or ""
    return (line[1] for line in re.finditer(r"^(\w+/?)  +\S", text, re.MULTILINE))


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_the_map_has_a_line_for_each_module(folder):
    modules = {path.stem for path in FILES if path.parent == folder and path.stem != "__init__"}
    folders = {f"{path.name}/" for path in FOLDERS if path.parent == folder}
    assert sorted(entries(folder)) == sorted(modules | folders)
