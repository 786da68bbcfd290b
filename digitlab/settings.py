"""Settings: where files are kept, and the limits. The only module that reads the environment."""

import math
import os
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from digitlab.errors import InvalidSetting
from digitlab.storage.address import as_place
from digitlab.translation import ENGLISH, LANGUAGES, Text

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = (
    "DIGITLAB_DATA",
    "DIGITLAB_MODELS",
    "DIGITLAB_DATABASE_URL",
    "DIGITLAB_SCHEDULER",
    "DIGITLAB_WORKERS",
    "DIGITLAB_MAX_RUNS_PER_PERSON",
    "DIGITLAB_MAX_EPOCHS",
    "DIGITLAB_MAX_GIGABYTES",
    "DIGITLAB_MAX_IMPORTS_PER_PERSON",
    "DIGITLAB_HOSTS",
    "DIGITLAB_EMBEDDED_BY",
)
# Names of version 0.1.0, with those that replace them. They are read until version 0.3.0.
RENAMED = {
    "DIGITLAB_RUNS_PER_PERSON": "DIGITLAB_MAX_RUNS_PER_PERSON",
    "DIGITLAB_MOST_EPOCHS": "DIGITLAB_MAX_EPOCHS",
    "DIGITLAB_MOST_GIGABYTES": "DIGITLAB_MAX_GIGABYTES",
    "DIGITLAB_BROUGHT_IN_PER_PERSON": "DIGITLAB_MAX_IMPORTS_PER_PERSON",
}
_MAX_DIGITS = 9  # digits of a whole number
_MAX_SHOWN = 40  # characters of a value, in messages
_NAME = (
    r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"  # of a host; *. for all below it
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one lab.

    Attributes:
        data: Folder of everything that DigitLab writes.
        models: Folder of people's networks, checkpoints and snapshots, or an address that fsspec knows, such as
            `s3://bucket/folder`. By default the folder `models` in `data`.
        ready_made: Folder of the networks that ship with DigitLab.
        database_url: SQLAlchemy address of the database.
        scheduler: Address of a Dask scheduler (`tcp://host:port`, `tls://host:port`); None: one is started here.
        workers: How many runs train at the same time on this machine.
        max_runs_per_person: How many queued and running runs one person may have.
        max_epochs: The longest training that may be started.
        max_gigabytes: Size of data and networks above which no training may be started, in 10^9 bytes.
        max_imports_per_person: How many imported networks one person may have.
        hosts: Host names that the server answers to, in lower case, besides `localhost` and IP addresses. `*.name`
            stands for all names below it, `*` for any.
        embedded_by: Origins whose pages may show the lab in a frame, such as `https://moodle.example.org`.

    Example:
        >>> settings = Settings.from_environment({"DIGITLAB_DATA": "/srv/lab", "DIGITLAB_MAX_EPOCHS": "50"})
        >>> settings.max_epochs, str(settings.models), settings.database_url
        (50, '/srv/lab/models', 'sqlite:////srv/lab/digitlab.db')
    """

    data: Path = ROOT / "data"
    models: Path | str = ROOT / "data" / "models"
    ready_made: Path = ROOT / "models"
    database_url: str = field(default=f"sqlite:///{ROOT / 'data' / 'digitlab.db'}", repr=False)  # may hold a password
    scheduler: str | None = None
    workers: int = 1
    max_runs_per_person: int = 20
    max_epochs: int = 500
    max_gigabytes: float = 10.0
    max_imports_per_person: int = 20
    hosts: tuple[str, ...] = ()
    embedded_by: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from `VARIABLES`.

        A name of version 0.1.0 (`RENAMED`) still works, with a `FutureWarning`; if its new name is set too, the new
        name counts.

        Raises:
            InvalidSetting: The message names the variable, its value and what is allowed.
        """
        for sentence in renaming_warnings(environ):
            warnings.warn(sentence, FutureWarning, stacklevel=2)
        return cls._read(environ)

    @classmethod
    def from_valid_variables(
        cls, environ: Mapping[str, str] = os.environ
    ) -> tuple["Settings", list[InvalidSetting], list[str]]:
        """Read the valid variables only.

        Returns:
            The settings, the errors of all other variables, and the names of all `DIGITLAB_` variables.
        """
        valid: dict[str, str] = {}
        errors = []
        names = sorted(name for name in environ if name.startswith("DIGITLAB_"))
        for name in names:  # the database comes before the scheduler that needs it
            if RENAMED.get(name, "") in environ:
                continue  # its new name counts
            try:
                cls._read(valid | {name: environ[name]})
            except InvalidSetting as error:
                errors.append(error)
            else:
                valid[name] = environ[name]
        return cls._read(valid), errors, names

    @classmethod
    def _read(cls, environ: Mapping[str, str]) -> "Settings":
        data = Path(environ.get("DIGITLAB_DATA") or ROOT / "data").expanduser().absolute()
        default = cls()
        settings = cls(
            data=data,
            models=as_place(environ.get("DIGITLAB_MODELS") or str(data / "models"), "DIGITLAB_MODELS"),
            database_url=_database_url(environ.get("DIGITLAB_DATABASE_URL") or f"sqlite:///{data / 'digitlab.db'}"),
            scheduler=_scheduler(environ.get("DIGITLAB_SCHEDULER") or None),
            workers=_integer(environ, "DIGITLAB_WORKERS", default.workers, 64),
            max_runs_per_person=_integer(environ, "DIGITLAB_MAX_RUNS_PER_PERSON", default.max_runs_per_person, 10_000),
            max_epochs=_integer(environ, "DIGITLAB_MAX_EPOCHS", default.max_epochs, 500),
            max_gigabytes=_gigabytes(environ, "DIGITLAB_MAX_GIGABYTES", default.max_gigabytes),
            max_imports_per_person=_integer(
                environ, "DIGITLAB_MAX_IMPORTS_PER_PERSON", default.max_imports_per_person, 10_000
            ),
            hosts=_list(environ, "DIGITLAB_HOSTS", rf"\*|{_NAME}", Text("host names such as digits.example.org")),
            embedded_by=_list(
                environ,
                "DIGITLAB_EMBEDDED_BY",
                rf"https?://{_NAME}(:\d+)?",
                Text("origins such as https://moodle.example.org"),
            ),
        )
        if settings.scheduler and settings.database_url.startswith("sqlite"):
            raise InvalidSetting(
                Text(
                    "DIGITLAB_SCHEDULER names a cluster, but the database is SQLite, a file: processes on "
                    "several machines would damage it. Set DIGITLAB_DATABASE_URL to a PostgreSQL address such as "
                    "postgresql+psycopg://user:password@host/digitlab."
                )
            )
        return settings

    @property
    def older_models(self) -> Path | None:
        """Folder where version 0.1.0 kept people's networks by default: beside the ready-made ones.

        Networks, checkpoints and snapshots that are still there are found, changed and deleted there; new ones go to
        `models`. None where `models` is not the default.
        """
        is_default = self.models == self.data / "models" != self.ready_made
        return self.ready_made if is_default else None

    @property
    def threads(self) -> int:
        """Number of threads that a worker computes with: `TF_NUM_INTRAOP_THREADS`, or its share of the processors."""
        value = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
        if value.isdecimal() and int(value):
            return int(value)
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, processors // self.workers)

    def environment(self) -> dict[str, str]:
        """Return the environment of a child process, which finds this code and reads the same settings."""
        variables = {
            **{name: value for name, value in os.environ.items() if name not in RENAMED},
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "DIGITLAB_DATA": str(self.data),
            "DIGITLAB_MODELS": str(self.models),
            "DIGITLAB_DATABASE_URL": self.database_url,
            "DIGITLAB_WORKERS": str(self.workers),
            "DIGITLAB_MAX_RUNS_PER_PERSON": str(self.max_runs_per_person),
            "DIGITLAB_MAX_EPOCHS": str(self.max_epochs),
            "DIGITLAB_MAX_GIGABYTES": str(self.max_gigabytes),
            "DIGITLAB_MAX_IMPORTS_PER_PERSON": str(self.max_imports_per_person),
            "DIGITLAB_HOSTS": ",".join(self.hosts),
            "DIGITLAB_EMBEDDED_BY": ",".join(self.embedded_by),
            # Runs that train at the same time share the processors instead of each using all.
            "TF_NUM_INTRAOP_THREADS": str(self.threads),
        }
        variables.pop("DIGITLAB_SCHEDULER", None)
        return variables | ({"DIGITLAB_SCHEDULER": self.scheduler} if self.scheduler else {})

    def sealed_environment(self, folder: Path) -> dict[str, str]:
        """Return the environment of a sandboxed process: no secrets, and `folder` as its home."""
        needed = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
        inherited = {name: os.environ[name] for name in needed if name in os.environ}
        return {
            **inherited,
            **dict.fromkeys(("HOME", "TMPDIR", "KERAS_HOME", "XDG_CACHE_HOME"), str(folder)),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "PYTHONDONTWRITEBYTECODE": "1",
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_NUM_INTRAOP_THREADS": str(self.threads),
        }


def preferred_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the first of our languages that the environment asks for, as gettext does; English if it asks for none.

    Example:
        >>> preferred_language({"LANG": "ko_KR.UTF-8"}), preferred_language({"LANGUAGE": "fr:ko", "LANG": "en_GB"})
        ('ko', 'ko')
    """
    asked = next(filter(None, map(environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    codes = (re.split(r"[_.@-]", name.lower())[0] for name in asked.split(":"))
    return next((code for code in codes if code in LANGUAGES), ENGLISH)


def quiet_tensorflow() -> None:
    """Let TensorFlow log errors only, unless `TF_CPP_MIN_LOG_LEVEL` is set. Call it before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def renaming_warnings(names: Collection[str]) -> Iterator[str]:
    """Yield one sentence for each variable that is set by its name of version 0.1.0.

    Example:
        >>> list(renaming_warnings(["DIGITLAB_MOST_EPOCHS"]))
        ['DIGITLAB_MOST_EPOCHS is now called DIGITLAB_MAX_EPOCHS. Rename it: version 0.3.0 will ignore the old name.']
    """
    for old, new in RENAMED.items():
        if old in names and new in names:
            yield Text("{old} is ignored, because {new} is set. Remove {old}.", old=old, new=new)
        elif old in names:
            yield Text(
                "{old} is now called {new}. Rename it: version 0.3.0 will ignore the old name.", old=old, new=new
            )


def _database_url(value: str) -> str:
    if "://" not in value:
        raise InvalidSetting(
            Text(
                "DIGITLAB_DATABASE_URL is not an address. Write something like "
                "sqlite:////home/me/digitlab.db or postgresql+psycopg://user:password@host/digitlab."
            )
        )
    return value


def _scheduler(value: str | None) -> str | None:
    if value is not None and urlsplit(value).scheme not in ("tcp", "tls"):
        raise InvalidSetting(
            Text("DIGITLAB_SCHEDULER is {value!r}. Write a Dask address such as tcp://192.0.2.1:8786.", value=value)
        )
    return value


def _limit(environ: Mapping[str, str], name: str, default: float) -> tuple[str, str]:
    """Return the name by which a limit is set, which may be the old one, and its value."""
    old = next((old for old, new in RENAMED.items() if new == name), name)
    used = old if old in environ and name not in environ else name
    return used, environ.get(used) or str(default)


def _integer(environ: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    used, value = _limit(environ, name, default)
    if not value.isdecimal() or len(value) > _MAX_DIGITS or not 1 <= int(value) <= maximum:
        raise InvalidSetting(
            Text(
                "{variable} is {value!r}. Write a whole number from 1 to {maximum}.",
                variable=used,
                value=_shortened(value),
                maximum=maximum,
            )
        )
    return int(value)


def _shortened(value: str) -> str:
    return value if len(value) <= _MAX_SHOWN else f"{value[:_MAX_SHOWN]}..."


def _gigabytes(environ: Mapping[str, str], name: str, default: float) -> float:
    used, value = _limit(environ, name, default)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0.1 <= number <= 1e6:  # false for NaN, too
        raise InvalidSetting(
            Text(
                "{variable} is {value!r}. Write a number of gigabytes from 0.1 to 1000000.",
                variable=used,
                value=_shortened(value),
            )
        )
    return number


def _list(environ: Mapping[str, str], name: str, pattern: str, examples: str) -> tuple[str, ...]:
    values = tuple(value.lower() for value in re.split(r"[,\s]+", environ.get(name, "")) if value)
    for value in values:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise InvalidSetting(
                Text(
                    "{name} contains {value!r}. Write {examples}, separated by commas.",
                    name=name,
                    value=value,
                    examples=examples,
                )
            )
    return values
