"""Checks of this machine, without SQL and Dask: settings, packages, folders, MNIST and ready-made networks."""

import enum
import hashlib
import platform
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from digitlab.data import mnist
from digitlab.errors import DigitLabError, InvalidSetting, StorageError
from digitlab.runs.services.limits import Limits
from digitlab.settings import RENAMED, ROOT, VARIABLES, Settings, renaming_warnings
from digitlab.storage.address import open_storage
from digitlab.storage.storage import Storage

_LOW_SPACE = 1e9  # bytes of free disk below which a lab is not ready for a class
_NO_SPACE = 5e7  # bytes below which the next network may not fit
_INSTALL = "Run: pip install -r requirements.txt"


class Severity(enum.StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check.

    Attributes:
        name: What was checked.
        severity: How serious it is.
        text: What was found, in a sentence.
        remedy: What to do, in a sentence; empty if nothing.
    """

    name: str
    severity: Severity
    text: str
    remedy: str = ""


def ok(name: str, text: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(name=name, severity=Severity.OK, text=text)


def warning(name: str, text: str, remedy: str) -> Finding:
    """Return a finding that it works, but maybe not for long or not for everybody."""
    return Finding(name=name, severity=Severity.WARNING, text=text, remedy=remedy)


def wrong(name: str, text: str, remedy: str) -> Finding:
    """Return a finding that it does not work."""
    return Finding(name=name, severity=Severity.WRONG, text=text, remedy=remedy)


def variables(errors: list[InvalidSetting], names: list[str]) -> Iterator[Finding]:
    """Check the environment, given the errors and the names of all `DIGITLAB_` variables."""
    yield from (wrong("settings", str(error), "") for error in errors)
    yield from (warning("settings", sentence, "") for sentence in renaming_warnings(names))
    for name in sorted(set(names) - {*VARIABLES, *RENAMED}):
        yield warning("settings", f"{name} is set, but has no meaning.", f"Known variables: {', '.join(VARIABLES)}.")
    if not errors:
        known = {RENAMED.get(name, name) for name in names} & set(VARIABLES)
        yield ok("settings", f"{len(known)} of {len(VARIABLES)} variables are set.")


def packages(root: Path = ROOT) -> Iterator[Finding]:
    """Check the versions of Python and of the packages in `requirements.txt`."""
    try:
        lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
        python = SpecifierSet(tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"])
    except OSError as error:
        yield warning(
            "packages",
            f"{error.filename} is missing, so versions cannot be checked.",
            "Restore it with `git checkout`.",
        )
        return
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-"))]
    if platform.python_version() not in python:
        yield wrong("packages", f"Python is {platform.python_version()}; {python} is needed.", "Install another one.")
    installed = [(requirement, version_of(requirement.name)) for requirement in wanted]
    unfit = [(needed, version) for needed, version in installed if not version or version not in needed.specifier]
    for requirement, version in unfit:
        yield wrong("packages", f"{requirement.name} is {version or 'missing'}; {requirement} is needed.", _INSTALL)
    if not unfit:
        yield ok("packages", f"Python {platform.python_version()} and {len(wanted)} packages fit.")


def version_of(package: str) -> str:
    """Return the version of an installed package; empty if there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def fingerprint() -> str:
    """Return a hash of DigitLab's code, 12 hexadecimal digits, which identifies its version."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent.parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def folders(settings: Settings) -> Iterator[Finding]:
    """Check that data and networks are writable and have room to grow."""
    yield _writable("data", settings.data, "Set DIGITLAB_DATA to a writable folder.")
    places = [("data", settings.data)]
    if isinstance(settings.models, Path):
        yield _writable("networks", settings.models, "Set DIGITLAB_MODELS to a writable folder.")
        places.append(("networks", settings.models))
    else:
        yield _reachable(open_storage(settings.models))
    try:
        used = Limits(settings).used()
    except StorageError:  # already reported
        used = 0
    most = settings.max_gigabytes * 1e9
    for name, folder in places:
        yield _room(f"disk for {name}", shutil.disk_usage(nearest_existing(folder)).free, used, most)
    if used > most:
        yield wrong(
            "size", f"Data and networks take {used / 1e9:.1f} GB, and {most / 1e9:g} GB are allowed. Nobody can train.",
            "Delete networks that nobody needs, or raise DIGITLAB_MAX_GIGABYTES.",
        )  # fmt: skip


def _writable(name: str, folder: Path, remedy: str) -> Finding:
    existing = nearest_existing(folder)
    try:
        with tempfile.TemporaryFile(dir=existing, prefix=".doctor-") as file:
            file.write(b"0" * 4096)
            file.flush()
    except OSError as error:
        return wrong(name, f"{existing} is not writable: {error.strerror}.", remedy)
    if folder == existing:
        return ok(name, f"{folder} is writable.")
    return ok(name, f"{folder} does not exist yet. The app creates it when it needs it.")


def _reachable(storage: Storage) -> Finding:
    name = f"doctor-{uuid.uuid4().hex[:8]}"
    try:
        storage.write(name, b"")
        storage.delete(name)
    except StorageError as error:
        return wrong("networks", str(error), "")
    return ok("networks", f"{storage.where} is writable.")


def nearest_existing(folder: Path) -> Path:
    """Return a folder, or the nearest parent folder that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _room(name: str, free: int, used: int, most: float) -> Finding:
    text = f"{free / 1e9:.1f} GB are free."
    if free < _NO_SPACE:
        return wrong(name, text, "Free some space: the next network may not fit.")
    if free < _LOW_SPACE:
        return warning(name, text, "Free some space: each network takes up to 3 MB, each checkpoint 4 MB.")
    if used + free < most:
        return warning(
            name, f"{text} The lab may grow by {(most - used) / 1e9:.1f} GB.", "Lower DIGITLAB_MAX_GIGABYTES."
        )
    return ok(name, text)


def digits(settings: Settings, packaged: Path = mnist.PATH) -> Iterator[Finding]:
    """Check that MNIST is complete and unchanged."""
    path = packaged if packaged.exists() else settings.data / "mnist.npz"
    if not path.exists():
        yield warning(
            "MNIST", f"{packaged} is missing. Keras downloads it on first use.",
            "If this machine is offline, restore it with `git checkout`.",
        )  # fmt: skip
        return
    try:
        mnist.load(path)
    except DigitLabError as error:
        yield wrong("MNIST", str(error), "")
    else:
        yield ok("MNIST", f"All 70,000 digits of {path.name} are correct.")


def networks(settings: Settings, folder: Path = ROOT / "models") -> Iterator[Finding]:
    """Check that the ready-made networks can be loaded, and read a one."""
    # Checks in workers need none of these, and they take longest to import.
    from digitlab.networks.recognition import DEFAULT_MODEL, Recogniser
    from digitlab.runs.models.model_files import ModelFiles

    files = ModelFiles(replace(settings, models=folder, ready_made=folder))
    cards = [card for card in files.cards() if card.is_ready_made]
    names = [card.name for card in cards]
    if DEFAULT_MODEL not in names:
        yield wrong(
            "ready-made networks", f"{DEFAULT_MODEL!r} is missing in {folder}.", "Restore it with `git checkout`."
        )
    for card in cards:
        if card.preprocessing_warning:
            yield warning("ready-made networks", f"{card.name}: {card.preprocessing_warning}", f"Run: {card.command}")
    good = []
    for name in names:
        try:
            digit = Recogniser.load(files.keras_file(name)).read_number(_one()).single.digit
        except DigitLabError as error:
            yield wrong("ready-made networks", str(error), "Restore it with `git checkout`.")
            continue
        if digit == 1:
            good.append(name)
        else:
            yield wrong("ready-made networks", f"{name} reads a one as {digit}.", "Restore it with `git checkout`.")
    if good:
        yield ok("ready-made networks", f"{', '.join(good)}: loaded, and read a one correctly.")


def _one() -> np.ndarray:
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[60:220, 130:150, :3] = 255
    return drawing
