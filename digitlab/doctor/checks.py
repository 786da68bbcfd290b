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
from digitlab.translation import Text, message_of

_LOW_SPACE = 1e9  # bytes of free disk below which a lab is not ready for a class
_NO_SPACE = 5e7  # bytes below which the next network may not fit
_INSTALL = Text("Run: pip install -r requirements.txt")
_RESTORE = Text("Restore it with `git checkout`.")
# What is checked.
SETTINGS, PACKAGES, DATA, NETWORKS = Text("settings"), Text("packages"), Text("data"), Text("networks")
SIZE, READY_MADE, DATABASE, RUNS = Text("size"), Text("ready-made networks"), Text("database"), Text("runs")
SCHEDULER, WORKERS, SET_UP, VERSIONS = Text("scheduler"), Text("workers"), Text("set-up"), Text("versions")


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
    yield from (wrong(SETTINGS, message_of(error), "") for error in errors)
    yield from (warning(SETTINGS, sentence, "") for sentence in renaming_warnings(names))
    for name in sorted(set(names) - {*VARIABLES, *RENAMED}):
        yield warning(
            SETTINGS,
            Text("{name} is set, but has no meaning.", name=name),
            Text("Known variables: {known}.", known=", ".join(VARIABLES)),
        )
    if not errors:
        known = {RENAMED.get(name, name) for name in names} & set(VARIABLES)
        yield ok(SETTINGS, Text("{count} of {total} variables are set.", count=len(known), total=len(VARIABLES)))


def packages(root: Path = ROOT) -> Iterator[Finding]:
    """Check the versions of Python and of the packages in `requirements.txt`."""
    try:
        lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
        python = SpecifierSet(tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"])
    except OSError as error:
        yield warning(
            PACKAGES,
            Text("{file} is missing, so versions cannot be checked.", file=error.filename),
            _RESTORE,
        )
        return
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-"))]
    if platform.python_version() not in python:
        yield wrong(
            PACKAGES,
            Text("Python is {version}; {python} is needed.", version=platform.python_version(), python=python),
            Text("Install another one."),
        )
    installed = [(requirement, version_of(requirement.name)) for requirement in wanted]
    unfit = [(needed, version) for needed, version in installed if not version or version not in needed.specifier]
    for requirement, version in unfit:
        yield wrong(
            PACKAGES,
            Text(
                "{package} is {version}; {requirement} is needed.",
                package=requirement.name,
                version=version or Text("missing"),
                requirement=requirement,
            ),
            _INSTALL,
        )
    if not unfit:
        yield ok(
            PACKAGES,
            Text("Python {version} and {count} packages fit.", version=platform.python_version(), count=len(wanted)),
        )


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
    yield _writable(DATA, settings.data, Text("Set DIGITLAB_DATA to a writable folder."))
    places: list[tuple[str, Path]] = [(DATA, settings.data)]
    if isinstance(settings.models, Path):
        yield _writable(NETWORKS, settings.models, Text("Set DIGITLAB_MODELS to a writable folder."))
        places.append((NETWORKS, settings.models))
    else:
        yield _reachable(open_storage(settings.models))
    try:
        used = Limits(settings).used()
    except StorageError:  # already reported
        used = 0
    most = settings.max_gigabytes * 1e9
    for name, folder in places:
        yield _room(Text("disk for {name}", name=name), shutil.disk_usage(nearest_existing(folder)).free, used, most)
    if used > most:
        yield wrong(
            SIZE,
            Text(
                "Data and networks take {used:.1f} GB, and {allowed:g} GB are allowed. Nobody can train.",
                used=used / 1e9,
                allowed=most / 1e9,
            ),
            Text("Delete networks that nobody needs, or raise DIGITLAB_MAX_GIGABYTES."),
        )


def _writable(name: str, folder: Path, remedy: str) -> Finding:
    existing = nearest_existing(folder)
    try:
        with tempfile.TemporaryFile(dir=existing, prefix=".doctor-") as file:
            file.write(b"0" * 4096)
            file.flush()
    except OSError as error:
        return wrong(name, Text("{folder} is not writable: {reason}.", folder=existing, reason=error.strerror), remedy)
    if folder == existing:
        return ok(name, Text("{folder} is writable.", folder=folder))
    return ok(name, Text("{folder} does not exist yet. The app creates it when it needs it.", folder=folder))


def _reachable(storage: Storage) -> Finding:
    name = f"doctor-{uuid.uuid4().hex[:8]}"
    try:
        storage.write(name, b"")
        storage.delete(name)
    except StorageError as error:
        return wrong(NETWORKS, message_of(error), "")
    return ok(NETWORKS, Text("{place} is writable.", place=storage.where))


def nearest_existing(folder: Path) -> Path:
    """Return a folder, or the nearest parent folder that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _room(name: str, free: int, used: int, most: float) -> Finding:
    text = Text("{free:.1f} GB are free.", free=free / 1e9)
    if free < _NO_SPACE:
        return wrong(name, text, Text("Free some space: the next network may not fit."))
    if free < _LOW_SPACE:
        return warning(name, text, Text("Free some space: each network takes up to 3 MB, each checkpoint 4 MB."))
    if used + free < most:
        return warning(
            name,
            Text(
                "{free:.1f} GB are free. The lab may grow by {left:.1f} GB.", free=free / 1e9, left=(most - used) / 1e9
            ),
            Text("Lower DIGITLAB_MAX_GIGABYTES."),
        )
    return ok(name, text)


def digits(settings: Settings, packaged: Path = mnist.PATH) -> Iterator[Finding]:
    """Check that MNIST is complete and unchanged."""
    path = packaged if packaged.exists() else settings.data / "mnist.npz"
    if not path.exists():
        yield warning(
            "MNIST", Text("{file} is missing. Keras downloads it on first use.", file=packaged),
            Text("If this machine is offline, restore it with `git checkout`."),
        )  # fmt: skip
        return
    try:
        mnist.load(path)
    except DigitLabError as error:
        yield wrong("MNIST", message_of(error), "")
    else:
        yield ok("MNIST", Text("All 70,000 digits of {file} are correct.", file=path.name))


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
            READY_MADE,
            Text("{network!r} is missing in {folder}.", network=DEFAULT_MODEL, folder=folder),
            _RESTORE,
        )
    for card in cards:
        if card.preprocessing_warning:
            yield warning(
                READY_MADE,
                Text(
                    "{network}: {warning}",
                    network=card.name,
                    warning=card.preprocessing_warning,
                ),
                Text("Run: {command}", command=card.command),
            )
    good = []
    for name in names:
        try:
            digit = Recogniser.load(files.keras_file(name)).read_number(_one()).single.digit
        except DigitLabError as error:
            yield wrong(READY_MADE, message_of(error), _RESTORE)
            continue
        if digit == 1:
            good.append(name)
        else:
            yield wrong(
                READY_MADE,
                Text("{name} reads a one as {digit}.", name=name, digit=digit),
                _RESTORE,
            )
    if good:
        yield ok(READY_MADE, Text("{networks}: loaded, and read a one correctly.", networks=", ".join(good)))


def _one() -> np.ndarray:
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[..., 3] = 255
    drawing[60:220, 130:150, :3] = 255
    return drawing
