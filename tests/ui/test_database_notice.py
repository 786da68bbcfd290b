"""The SQLite file is deleted while the app runs: each page says so."""

import pytest
from apptest import press, texts
from test_every_page import PAGES

from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.store.database_file import rescued_files


@pytest.fixture
def lost(lab, app, settings):
    """The app, whose database was deleted after a run was queued."""
    lab.start_training(TrainingConfig(epochs=2), "Mine", OPERATOR)
    (settings.data / "digitlab.db").unlink()
    return app


@pytest.mark.parametrize("name", PAGES)
def test_each_page_tells_that_the_database_is_lost(lost, settings, name):
    errors = [error.value.replace("\\", "") for error in lost.open(name).error]
    (saved,) = rescued_files(settings.data / "digitlab.db")
    assert "was deleted or moved while the lab has it open" in errors[0]
    assert f"python -m digitlab restore {saved}" in errors[0]
    assert set(errors[1:]) <= {"This part of the page needs the database."}


def test_no_training_is_taken_while_the_database_is_lost(lost):
    page = press(lost.open("train"), "Train")
    assert "This part of the page needs the database" in texts(page)
    assert "queued" not in texts(page).lower()
