"""The page Watch it learn after a real training, without a browser."""

import pytest
from apptest import App, component, rerun, texts
from stored_runs import claimed
from test_draw_page import SEVEN, photo, upload
from waiting import wait_for

from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.store.store import Store

EPOCHS = 3


@pytest.fixture
def run(open_lab):
    run = open_lab.start_training(TrainingConfig(epochs=EPOCHS, training_digits=500), "Short", OPERATOR)
    wait_for(lambda: open_lab.run(run.number).state.is_over(), 120)
    return run


def test_the_views_follow_the_epoch_and_the_address(run, training_app: App):
    page = training_app.open("watch", run=str(run.number))
    assert f"confident after epoch {EPOCHS}" in texts(page)
    assert "Final reading: " in texts(page)
    assert "The weights of the 128 neurons" in texts(page)
    assert len(component(page, "watched-matrix")["cells"]) == 100
    page = rerun(page, page.select_slider("after").set_value(0))
    assert "confident before training" in texts(page)

    page = training_app.open("watch", run="99999")
    assert "There is no run 99999 to watch. Showing another one." in texts(page)
    assert page.selectbox("watched_run").value == run.number


def test_without_a_training_there_is_nothing_to_watch(app):
    assert "There is no training to watch yet." in texts(app.open("watch"))


def test_an_uploaded_picture_is_the_drawing_as_in_understand(app, settings):
    store = Store(settings.database_url)
    claimed(store, TrainingConfig())
    store.close()
    upload(app, "seven.jpg", photo(SEVEN))
    page = app.open("watch")
    assert page.segmented_control("watched_source").value == "My drawing"
    assert "You haven't drawn anything yet." not in texts(page)
