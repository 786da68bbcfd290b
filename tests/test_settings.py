import dataclasses
import os
from pathlib import Path

import pytest

from digitlab.errors import InvalidSetting
from digitlab.settings import RENAMED, ROOT, VARIABLES, Settings


def test_without_variables_everything_lies_in_the_project():
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.models == ROOT / "data" / "models"
    assert settings.ready_made == settings.older_models == ROOT / "models"


def test_networks_lie_in_the_data_folder_unless_told_otherwise():
    settings = Settings.from_environment({"DIGITLAB_DATA": "/srv/lab"})
    assert settings.models == Path("/srv/lab/models")
    elsewhere = Settings.from_environment({"DIGITLAB_DATA": "/srv/lab", "DIGITLAB_MODELS": "/srv/networks"})
    assert (settings.older_models, elsewhere.older_models) == (ROOT / "models", None)


def test_data_in_the_project_folder_has_one_models_folder():
    settings = Settings.from_environment({"DIGITLAB_DATA": str(ROOT)})
    assert (settings.models, settings.older_models) == (ROOT / "models", None)


@pytest.mark.parametrize("old", RENAMED)
def test_a_name_of_version_0_1_0_works_with_a_warning(old):
    with pytest.warns(FutureWarning, match=f"{old} is now called {RENAMED[old]}"):
        settings = Settings.from_environment({old: "3"})
    assert settings == Settings.from_environment({RENAMED[old]: "3"}) != Settings.from_environment({})
    with pytest.raises(InvalidSetting, match=old), pytest.warns(FutureWarning):
        Settings.from_environment({old: "none"})


def test_a_new_name_counts_where_both_are_set():
    with pytest.warns(FutureWarning, match="DIGITLAB_MOST_EPOCHS is ignored, because DIGITLAB_MAX_EPOCHS is set"):
        settings = Settings.from_environment({"DIGITLAB_MOST_EPOCHS": "3", "DIGITLAB_MAX_EPOCHS": "4"})
    assert settings.max_epochs == 4


def test_another_process_gets_the_new_names_only(settings, monkeypatch):
    monkeypatch.setenv("DIGITLAB_MOST_EPOCHS", "3")
    names = {name for name in settings.environment() if name.startswith("DIGITLAB_")}
    assert names == set(VARIABLES) - {"DIGITLAB_SCHEDULER"}


def test_the_database_lies_in_the_data_folder():
    settings = Settings.from_environment({"DIGITLAB_DATA": "/srv/lab"})
    assert settings.database_url == "sqlite:////srv/lab/digitlab.db"


def test_relative_folders_become_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"DIGITLAB_MODELS": "nets"}).models == Path(tmp_path / "nets")


def test_networks_may_lie_at_an_address():
    settings = Settings.from_environment({"DIGITLAB_MODELS": "memory://lab/models"})
    assert settings.models == "memory://lab/models"
    assert settings.ready_made == ROOT / "models"
    assert Settings.from_environment(settings.environment()) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIGITLAB_WORKERS", "0"),
        ("DIGITLAB_WORKERS", "two"),
        pytest.param("DIGITLAB_WORKERS", "9" * 5000, id="5,000 digits, more than Python converts"),
        ("DIGITLAB_MAX_IMPORTS_PER_PERSON", "0"),
        ("DIGITLAB_SCHEDULER", "localhost:8786"),
        ("DIGITLAB_DATABASE_URL", "digitlab.db"),
        ("DIGITLAB_MODELS", "nope://bucket/models"),
        ("DIGITLAB_HOSTS", "https://digits.example.org"),
        ("DIGITLAB_HOSTS", "digits.example.org:8501"),
        ("DIGITLAB_HOSTS", "a..b"),
        ("DIGITLAB_EMBEDDED_BY", "moodle.example.org"),
        ("DIGITLAB_EMBEDDED_BY", "https://moodle.example.org/course"),
        ("DIGITLAB_EMBEDDED_BY", "https://moodle.example.org;script-src"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(name, value):
    with pytest.raises(InvalidSetting, match=name):
        Settings.from_environment({name: value})


def test_a_scheduler_may_be_encrypted():
    environ = {"DIGITLAB_DATABASE_URL": "postgresql+psycopg://me@host/db", "DIGITLAB_SCHEDULER": "tls://host:8786"}
    assert Settings.from_environment(environ).scheduler == "tls://host:8786"


def test_hosts_and_origins_are_lists():
    environ = {
        "DIGITLAB_HOSTS": "Digits.example.org, *.school.example",
        "DIGITLAB_EMBEDDED_BY": "https://lms.example:8443",
    }
    settings = Settings.from_environment(environ)
    assert settings.hosts == ("digits.example.org", "*.school.example")
    assert settings.embedded_by == ("https://lms.example:8443",)
    assert Settings.from_environment(settings.environment()) == settings


def test_a_description_of_the_settings_holds_no_password():
    settings = Settings.from_environment({"DIGITLAB_DATABASE_URL": "postgresql+psycopg://me:secret@host/db"})
    assert "secret" not in repr(settings)


def test_a_refused_database_address_is_not_repeated():
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_environment({"DIGITLAB_DATABASE_URL": "postgres:me:secret@host"})
    assert "secret" not in str(caught.value)


def test_another_process_reads_the_same_settings(settings):
    assert Settings.from_environment(settings.environment()) == settings


def test_a_sandboxed_process_is_told_no_secret(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("SOMEBODYS_TOKEN", "secret")
    sealed = settings.sealed_environment(tmp_path)
    assert "secret" not in str(sealed)
    assert not {name for name in sealed if name.startswith("DIGITLAB_")}
    assert sealed["HOME"] == sealed["TMPDIR"] == str(tmp_path)


def test_trainings_at_once_share_the_processors(settings, monkeypatch):
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    one, many = (dataclasses.replace(settings, workers=workers) for workers in (1, 64))
    assert one.threads == len(os.sched_getaffinity(0))
    assert many.environment()["TF_NUM_INTRAOP_THREADS"] == str(many.threads)
    assert 64 * many.threads <= max(64, one.threads)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    assert (one.threads, many.threads, many.environment()["TF_NUM_INTRAOP_THREADS"]) == (3, 3, "3")


def test_a_cluster_with_sqlite_is_refused_with_the_reason():
    cluster = {"DIGITLAB_SCHEDULER": "tcp://192.0.2.1:8786"}
    with pytest.raises(InvalidSetting, match=r"SQLite, a file.*DIGITLAB_DATABASE_URL"):
        Settings.from_environment(cluster)
    url = "postgresql+psycopg://me:secret@192.0.2.1/lab"
    assert Settings.from_environment(cluster | {"DIGITLAB_DATABASE_URL": url}).scheduler == "tcp://192.0.2.1:8786"
