"""The design's rules about who may import what, read from every file with `ast`."""

import ast
import re
from pathlib import Path

import pytest

from digitlab.settings import ROOT

FILES = sorted(path.relative_to(ROOT) for path in [ROOT / "streamlit_app.py", *(ROOT / "digitlab").rglob("*.py")])
LEVELS = [
    ("settings", "errors", "storage", "events"),
    ("digits",),
    ("networks",),
    ("runs",),
    ("lab", "doctor"),
    ("plots", "plots_comparison", "plots_learning", "colours"),
    ("ui", "visitors"),
    ("pages", "server", "streamlit_app", "commands", "__main__"),
]
ONLY_IN = {
    "streamlit": (
        "streamlit_app.py",
        "digitlab/ui.py",
        "digitlab/ui_",
        "digitlab/visitors.py",
        "digitlab/pages/",
    ),
    "starlette": ("streamlit_app.py", "digitlab/visitors.py"),
    "streamlit_drawable_canvas": ("digitlab/ui_canvas.py",),
    "sqlalchemy": (
        "digitlab/runs/drawings_store.py",
        "digitlab/runs/rows.py",
        "digitlab/runs/store.py",
        "digitlab/runs/schema.py",
        "digitlab/runs/checks_database.py",
    ),
    "psycopg": ("digitlab/runs/schema.py",),
    "dask": ("digitlab/runs/workers.py", "digitlab/runs/crew.py"),
    "fsspec": ("digitlab/storage/",),
    "distributed": ("digitlab/runs/workers.py", "digitlab/runs/crew.py", "digitlab/runs/checks_workers.py"),
    "matplotlib": ("digitlab/plots.py",),
    "PIL": ("digitlab/digits/",),
    "cv2": ("digitlab/digits/",),
    "h5py": ("digitlab/networks/weightsfile.py",),
    "keras": ("digitlab/networks/",),
    "tensorflow": ("digitlab/networks/",),
    "ai_edge_litert": ("digitlab/networks/recognition.py",),
    "onnx": ("digitlab/networks/export.py",),
    "onnxruntime": ("digitlab/networks/export.py",),
}
# Modules of worker processes: whoever else imports them brings TensorFlow in.
WITH_KERAS = {
    "digitlab.networks.architectures",
    "digitlab.networks.blocks",
    "digitlab.networks.callbacks",
    "digitlab.networks.checkpoints",
    "digitlab.networks.learners",
    "digitlab.networks.observer",
    "digitlab.networks.timelapse",
    "digitlab.networks.mixture",
    "digitlab.networks.training",
    "digitlab.networks.tuning",
    "digitlab.networks.kerasfiles",
    "digitlab.networks.explanation",
    "digitlab.networks.export",
    "digitlab.networks.filters",
    "digitlab.networks.foreign",
    "digitlab.networks.wiring",
    "digitlab.runs.answers",
    "digitlab.runs.growing",
    "digitlab.runs.tunings",
    "digitlab.runs.work",
}


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
    part = name.removeprefix("digitlab.").split(".")[0]
    part = "ui" if part.startswith("ui_") else part
    return next((number for number, names in enumerate(LEVELS) if part in names), -1)


def test_the_rules_are_about_files_that_are_there():
    assert len(FILES) > 30
    assert {module(path) for path in FILES} >= WITH_KERAS


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_run_downwards_only(path):
    own = level(module(path))
    assert own >= 0 or path.stem == "__init__", f"{path} has no level"
    upwards = {name for name in imports(path) if name.startswith("digitlab.") and level(name) > own}
    assert not upwards


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_library_is_imported_only_where_it_lives(path):
    for name in imports(path):
        places = ONLY_IN.get(name.split(".")[0])
        assert places is None or str(path).startswith(places), f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in FILES if module(path) not in WITH_KERAS], ids=str)
def test_keras_is_brought_in_by_worker_modules_alone(path):
    brought = imports(path, only_on_import=True)
    assert not brought & WITH_KERAS
    assert not {name for name in brought if name.split(".")[0] in ("keras", "tensorflow")}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_environment_is_read_in_settings_alone(path):
    text = (ROOT / path).read_text()
    assert str(path) == "digitlab/settings.py" or ("os.environ" not in text and "getenv" not in text)


def test_the_front_door_stays_short():
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) <= 40


def test_the_map_of_the_house_names_every_module():
    import digitlab

    named = set(re.findall(r"\w+", digitlab.__doc__))
    assert all(path.stem in named for path in FILES if path.stem not in ("__init__", "streamlit_app"))
