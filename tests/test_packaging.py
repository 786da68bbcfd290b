"""What is installed: ranges, locks, the supported versions of Python, and the container."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from digitlab.python_version import NEWEST, OLDEST
from digitlab.settings import ROOT

LOCKS = {"requirements.txt": "requirements.lock", "requirements-dev.txt": "requirements-dev.lock"}
PYTHONS = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
SYSTEMS = ("linux", "darwin", "win32")


@dataclass(frozen=True)
class Pin:
    """One package of a lock."""

    version: str
    marker: Marker | None
    hashes: int
    is_direct: bool


def requirements(name: str) -> Iterator[Requirement]:
    lines = (ROOT / name).read_text().splitlines()
    return (Requirement(line) for line in lines if line and not line.startswith(("#", "-")))


def pins(name: str) -> dict[str, Pin]:
    found = {}
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text()):
        if block.startswith("#"):
            continue
        requirement = Requirement(block.split("\\")[0])
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))
        is_direct = "-r requirements" in block
        found[canonicalize_name(requirement.name)] = Pin(specifier.version, requirement.marker, hashes, is_direct)
    return found


@pytest.mark.parametrize(("ranges", "lock"), LOCKS.items())
def test_a_lock_fits_its_ranges(ranges, lock):
    locked = pins(lock)
    for requirement in requirements(ranges):
        assert locked[canonicalize_name(requirement.name)].version in requirement.specifier


def test_a_lock_was_written_from_these_requirements():
    direct = {name for name, pin in pins("requirements.lock").items() if pin.is_direct}
    assert direct == {canonicalize_name(requirement.name) for requirement in requirements("requirements.txt")}


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_package_of_a_lock_has_hashes(lock):
    assert len(pins(lock)) > 50
    assert all(pin.hashes for pin in pins(lock).values())


@pytest.mark.parametrize("lock", LOCKS.values())
def test_a_lock_names_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("lock", LOCKS.values())
def test_a_lock_holds_everything_that_its_packages_need(lock):
    """By what the installed ones say, for this version of Python and this system."""
    from importlib import metadata

    locked = pins(lock)
    for name, pin in locked.items():
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert locked[canonicalize_name(needed.name)].version in needed.specifier, f"{name} needs {line}"


def test_the_tests_run_with_the_versions_of_the_app():
    app, tests = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: pin.version for name, pin in app.items()} == {name: tests[name].version for name in app}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_direct_requirements_are_locked_everywhere(python, system):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    locked = pins("requirements.lock")
    for requirement in requirements("requirements.txt"):
        marker = locked[canonicalize_name(requirement.name)].marker
        assert marker is None or marker.evaluate(environment)


@pytest.mark.parametrize("name", ["dask", "distributed", "fsspec", "packaging"])
def test_a_new_year_shuts_no_package_out(name):
    (requirement,) = (entry for entry in requirements("requirements.txt") if entry.name == name)
    assert {"27.0", "2027.1.0"} & set(requirement.specifier.filter(["27.0", "2027.1.0"]))


def test_pyproject_names_the_same_versions_of_python():
    specifier = SpecifierSet(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"])
    minors = [minor for minor in range(30) if f"3.{minor}.1" in specifier]
    assert [f"3.{minor}" for minor in minors] == PYTHONS


def run_with_python(version: tuple[int, ...], start: str) -> subprocess.CompletedProcess[str]:
    """Start DigitLab in a process that believes it is another Python; what `streamlit run` imports, is imported."""
    code = f"import runpy, sys, starlette.middleware, streamlit\nsys.version_info = {version}\n{start}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("version", [(3, 10, 4, "final", 0), (3, 14, 0, "final", 0)])
@pytest.mark.parametrize(
    "start", ["runpy.run_module('digitlab', run_name='__main__')", "runpy.run_path('streamlit_app.py')"]
)
def test_another_python_gets_one_sentence(version, start):
    ended = run_with_python(version, start)
    expected = f"DigitLab needs Python 3.11, 3.12 or 3.13, but this is Python {version[0]}.{version[1]}.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", expected)


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_the_documented_dockerfile_is_the_real_one():
    documented = re.findall(r"```dockerfile\n(.*?)```", (ROOT / "docs" / "deploy.md").read_text(), re.DOTALL)
    assert documented == [dockerfile()]


def test_the_container_is_slim_locked_checked_and_not_root():
    lines = dockerfile().splitlines()
    assert re.fullmatch(r"FROM python:3\.\d+-slim", lines[0])
    assert lines[0].removeprefix("FROM python:").removesuffix("-slim") in PYTHONS
    assert "--require-hashes -r requirements.lock" in dockerfile()
    assert lines.index("USER digitlab") < next(k for k, line in enumerate(lines) if line.startswith("CMD"))
    assert "/_stcore/health" in dockerfile()


def test_the_container_gets_what_it_copies():
    ignored = (ROOT / ".dockerignore").read_text().split()
    needed = {"digitlab", "models", "streamlit_app.py", "requirements.lock", "requirements.txt", ".streamlit"}
    assert not needed & set(ignored)
    assert {"data", ".git", ".venv", ".streamlit/secrets.toml"} <= set(ignored)
    assert all((ROOT / name).exists() for name in needed)
