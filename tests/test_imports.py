"""The design's rules about who may import what, read from every file with `ast`."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from digitlab.settings import ROOT

FILES = sorted(path.relative_to(ROOT) for path in [ROOT / "streamlit_app.py", *(ROOT / "digitlab").rglob("*.py")])
FOLDERS = sorted({path.parent for path in FILES if path.parts[0] == "digitlab"})
LEVELS = [
    ("python_version", "translation", "settings", "errors", "storage", "logs", "fields", "sandbox"),
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
    "starlette": ("digitlab/server/", "digitlab/ui/visitor_cookie.py"),
    "streamlit_drawable_canvas": ("digitlab/ui/canvas.py",),
    "sqlalchemy": ("digitlab/runs/store/", "digitlab/doctor/database_checks.py"),
    "optuna": ("digitlab/runs/store/studies.py",),
    "psycopg": ("digitlab/runs/store/schema.py",),
    "dask": ("digitlab/runs/dispatch/",),
    "distributed": ("digitlab/runs/dispatch/", "digitlab/doctor/worker_checks.py"),
    "fsspec": ("digitlab/storage/",),
    "matplotlib": ("digitlab/ui/charts/", "digitlab/preprocessing/colormaps.py"),  # charts, and the colours of its maps
    "altair": ("digitlab/ui/charts/",),
    "PIL": ("digitlab/data/", "digitlab/preprocessing/", "digitlab/segmentation/", "digitlab/synthesis/"),
    "cv2": ("digitlab/data/", "digitlab/preprocessing/", "digitlab/segmentation/", "digitlab/synthesis/"),
    "pillow_heif": ("digitlab/data/picture_process.py",),
    "h5py": ("digitlab/uploads/",),
    "keras": ("digitlab/worker/",),
    "tensorflow": ("digitlab/worker/",),
    "ai_edge_litert": ("digitlab/networks/recognition.py", "digitlab/networks/activations.py"),
    "onnx": ("digitlab/worker/",),
    "onnxruntime": ("digitlab/worker/",),
}
# What hands work to `digitlab.worker` by its dotted name, or does it in this process on the command line.
WORKER_CALLERS = ("digitlab/runs/dispatch/jobs.py",)


@cache
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


def upward_imports(path: Path) -> set[str]:
    """What a file imports from a higher level; but others hand work to the worker package."""
    names = {name for name in imports(path) if name.startswith("digitlab.")}
    return {name for name in names if level(name) > level(module(path)) and not name.startswith("digitlab.worker")}


def test_imports_run_downwards_only():
    ranked = [path for path in FILES if path.name not in ("__init__.py", "streamlit_app.py")]
    assert [str(path) for path in ranked if level(module(path)) < 0] == [], "these have no level"
    assert {str(path): upward_imports(path) for path in ranked if upward_imports(path)} == {}


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


def page_of(name: str) -> str:
    """The page whose pieces a module belongs to, or which it is; empty for what several pages share."""
    parts = name.split(".")
    if parts[1:2] == ["pages"]:
        return parts[-1]
    is_piece = parts[1:2] == ["ui"] and len(parts) > 3 and parts[2] != "charts"
    return parts[2] if is_piece else ""


def pieces_of_other_pages(path: Path) -> set[str]:
    """What a file imports from the folder of a page that it does not belong to."""
    known = {module(path) for path in FILES}
    pieces = {name for name in imports(path) if name in known and name.startswith("digitlab.ui.") and page_of(name)}
    return {name for name in pieces if page_of(name) != page_of(module(path))}


def test_no_page_shows_pieces_from_the_folder_of_another():
    assert page_of("digitlab.ui.evaluate.set_choice") == page_of("digitlab.pages.evaluate") == "evaluate"
    assert page_of("digitlab.ui.charts.plots") == page_of("digitlab.ui.evaluated_set") == ""
    shown = [path for path in FILES if module(path).startswith(("digitlab.ui.", "digitlab.pages."))]
    assert {str(path): pieces_of_other_pages(path) for path in shown if pieces_of_other_pages(path)} == {}


def path_of(name: str) -> Path:
    path = Path(*name.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def is_at_home(name: str, path: Path) -> bool:
    """Whether a file may import this module."""
    places = ONLY_IN.get(name.split(".")[0])
    return places is None or str(path).startswith(places)


def test_a_library_is_imported_only_where_it_lives():
    assert [f"{path} imports {name}" for path in FILES for name in imports(path) if not is_at_home(name, path)] == []


def reaches_into_worker(path: Path, *, only_on_import: bool) -> bool:
    return any(name.startswith("digitlab.worker") for name in imports(path, only_on_import=only_on_import))


def test_only_jobs_reach_into_the_worker_package():
    outside = [path for path in FILES if "worker" not in path.parts]
    assert {str(path) for path in outside if reaches_into_worker(path, only_on_import=False)} <= set(WORKER_CALLERS)
    assert [str(path) for path in outside if reaches_into_worker(path, only_on_import=True)] == []


def test_the_environment_is_read_in_settings_alone():
    texts = {str(path): (ROOT / path).read_text() for path in FILES}
    readers = {path for path, text in texts.items() if "os.environ" in text or "getenv" in text}
    assert readers <= {"digitlab/settings.py"}


def test_the_front_door_stays_short():
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) <= 40


def entries(folder: Path) -> Iterator[str]:
    """The names that begin a line of the map in a folder's docstring."""
    text = ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text())) or ""
    return (line[1] for line in re.finditer(r"^(\w+/?)  +\S", text, re.MULTILINE))


def contents(folder: Path) -> list[str]:
    """The modules and folders that lie in a folder."""
    modules = {path.stem for path in FILES if path.parent == folder and path.stem != "__init__"}
    return sorted(modules | {f"{path.name}/" for path in FOLDERS if path.parent == folder})


def test_the_maps_have_a_line_for_each_module():
    maps = {str(folder): sorted(entries(folder)) for folder in FOLDERS}
    assert maps == {str(folder): contents(folder) for folder in FOLDERS}


def test_no_two_modules_have_the_same_name():
    """A page's name is its address, which people keep: the page `search` and the record `search` both stay."""
    names = [path.stem for path in FILES if path.stem != "__init__" and path.parent.name != "pages"]
    assert sorted({name for name in names if names.count(name) > 1}) == []
