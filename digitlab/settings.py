"""Where things are kept and how many at once. The only reader of the environment."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from digitlab.errors import InvalidSetting
from digitlab.storage.address import as_place

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = (
    "DIGITLAB_DATA",
    "DIGITLAB_MODELS",
    "DIGITLAB_DATABASE_URL",
    "DIGITLAB_SCHEDULER",
    "DIGITLAB_WORKERS",
    "DIGITLAB_RUNS_PER_PERSON",
    "DIGITLAB_MOST_EPOCHS",
    "DIGITLAB_MOST_GIGABYTES",
    "DIGITLAB_BROUGHT_IN_PER_PERSON",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One set-up of DigitLab.

    Attributes:
        data: Folder of everything that DigitLab writes besides networks.
        models: Folder of people's networks and of checkpoints, or an address that fsspec knows, `s3://bucket/folder`.
        ready_made: Folder of the networks that ship with DigitLab.
        database_url: SQLAlchemy address of the runs.
        scheduler: Address of a Dask scheduler (`tcp://host:port`, or `tls://`); None starts one on this machine.
        workers: How many trainings run at once on this machine.
        max_runs_per_person: How many runs of one person may wait or run at once.
        max_epochs: The longest training that may be started.
        max_gigabytes: How large the folders of data and networks may be when a training is started, in 10^9 bytes.
        max_imports_per_person: How many networks from elsewhere one person may keep.
    """

    data: Path = ROOT / "data"
    models: Path | str = ROOT / "models"
    ready_made: Path = ROOT / "models"
    database_url: str = field(default=f"sqlite:///{ROOT / 'data' / 'digitlab.db'}", repr=False)  # may hold a password
    scheduler: str | None = None
    workers: int = 1
    max_runs_per_person: int = 20
    max_epochs: int = 500
    max_gigabytes: float = 10.0
    max_imports_per_person: int = 20

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read `DIGITLAB_DATA`, `_MODELS`, `_DATABASE_URL`, `_SCHEDULER`, `_WORKERS`, and the limits
        `_RUNS_PER_PERSON`, `_MAX_EPOCHS`, `_MAX_GIGABYTES` and `_BROUGHT_IN_PER_PERSON`.

        Raises:
            InvalidSetting: naming the variable, its value and what is allowed.
        """
        data = Path(environ.get("DIGITLAB_DATA") or ROOT / "data").expanduser().absolute()
        usual = cls()
        settings = cls(
            data=data,
            models=as_place(environ.get("DIGITLAB_MODELS") or str(ROOT / "models"), "DIGITLAB_MODELS"),
            database_url=_database_url(environ.get("DIGITLAB_DATABASE_URL") or f"sqlite:///{data / 'digitlab.db'}"),
            scheduler=_scheduler(environ.get("DIGITLAB_SCHEDULER") or None),
            workers=_whole(environ, "DIGITLAB_WORKERS", usual.workers, 64),
            max_runs_per_person=_whole(environ, "DIGITLAB_RUNS_PER_PERSON", usual.max_runs_per_person, 10_000),
            max_epochs=_whole(environ, "DIGITLAB_MOST_EPOCHS", usual.max_epochs, 500),
            max_gigabytes=_gigabytes(environ, "DIGITLAB_MOST_GIGABYTES", usual.max_gigabytes),
            max_imports_per_person=_whole(
                environ, "DIGITLAB_BROUGHT_IN_PER_PERSON", usual.max_imports_per_person, 10_000
            ),
        )
        if settings.scheduler and settings.database_url.startswith("sqlite"):
            raise InvalidSetting(
                "DIGITLAB_SCHEDULER names a cluster, but the database is SQLite, a file: processes on several machines "
                "would ruin it. Set DIGITLAB_DATABASE_URL to a PostgreSQL address such as "
                "postgresql+psycopg://user:password@host/digitlab."
            )
        return settings

    @classmethod
    def as_far_as_right(
        cls, environ: Mapping[str, str] = os.environ
    ) -> tuple["Settings", list[InvalidSetting], list[str]]:
        """Read what can be read. Returns it with what is wrong with the other variables, and the names of all."""
        right: dict[str, str] = {}
        wrong = []
        names = sorted(name for name in environ if name.startswith("DIGITLAB_"))
        for name in names:  # the database comes before the scheduler that needs it
            try:
                cls.from_environment(right | {name: environ[name]})
            except InvalidSetting as error:
                wrong.append(error)
            else:
                right[name] = environ[name]
        return cls.from_environment(right), wrong, names

    @property
    def threads(self) -> int:
        """How many threads a worker computes with: what TensorFlow's variable says, or its share of processors."""
        said = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
        if said.isdecimal() and int(said):
            return int(said)
        ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, ours // self.workers)

    def environment(self) -> dict[str, str]:
        """The variables for another process, so that it finds this code and reads these same settings."""
        variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "DIGITLAB_DATA": str(self.data),
            "DIGITLAB_MODELS": str(self.models),
            "DIGITLAB_DATABASE_URL": self.database_url,
            "DIGITLAB_WORKERS": str(self.workers),
            "DIGITLAB_RUNS_PER_PERSON": str(self.max_runs_per_person),
            "DIGITLAB_MOST_EPOCHS": str(self.max_epochs),
            "DIGITLAB_MOST_GIGABYTES": str(self.max_gigabytes),
            "DIGITLAB_BROUGHT_IN_PER_PERSON": str(self.max_imports_per_person),
            # Trainings that run at once share the processors, instead of each taking all.
            "TF_NUM_INTRAOP_THREADS": str(self.threads),
        }
        variables.pop("DIGITLAB_SCHEDULER", None)
        return variables | ({"DIGITLAB_SCHEDULER": self.scheduler} if self.scheduler else {})

    def sealed_environment(self, folder: Path) -> dict[str, str]:
        """The variables for a process that opens what came from outside: no secrets, and a folder as its home."""
        needed = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
        usual = {name: os.environ[name] for name in needed if name in os.environ}
        return {
            **usual,
            **dict.fromkeys(("HOME", "TMPDIR", "KERAS_HOME", "XDG_CACHE_HOME"), str(folder)),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "PYTHONDONTWRITEBYTECODE": "1",
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_NUM_INTRAOP_THREADS": str(self.threads),
        }


def quiet_tensorflow() -> None:
    """Have TensorFlow tell errors only, where nothing else is set; to be called before it is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _database_url(value: str) -> str:
    if "://" not in value:
        raise InvalidSetting(
            "DIGITLAB_DATABASE_URL is not an address. Write something like "
            "sqlite:////home/me/digitlab.db or postgresql+psycopg://user:password@host/digitlab."
        )
    return value


def _scheduler(value: str | None) -> str | None:
    if value is not None and urlsplit(value).scheme not in ("tcp", "tls"):
        raise InvalidSetting(f"DIGITLAB_SCHEDULER is {value!r}. Write a Dask address such as tcp://192.0.2.1:8786.")
    return value


def _whole(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise InvalidSetting(f"{name} is {value!r}. Write a whole number from 1 to {most}.")
    return int(value)


def _gigabytes(environ: Mapping[str, str], name: str, default: float) -> float:
    value = environ.get(name) or str(default)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0.1 <= number <= 1e6:  # nor is NaN
        raise InvalidSetting(f"{name} is {value!r}. Write a number of gigabytes from 0.1 to 1000000.")
    return number
