"""The page Watch it learn after a real training, without a browser."""

import pytest
from apptest import PATIENCE, App, component, links, rerun, texts
from stored_runs import claimed
from streamlit.testing.v1 import AppTest
from test_draw_page import SEVEN, photo, upload
from waiting import wait_for

from digitlab.networks.config import TrainingConfig
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.store.store import Store

EPOCHS = 3


@pytest.fixture
def run(open_lab):
    changes = (RateChange(batch=20, rate=0.0005),)
    config = TrainingConfig(epochs=EPOCHS, training_digits=500, learning_rate_changes=changes)
    run = open_lab.start_training(config, "Short", OPERATOR)
    wait_for(lambda: open_lab.run(run.number).state.is_over(), 120)
    return run


def test_the_views_follow_the_epoch_and_the_address(run, training_app: App):
    page = training_app.open("watch", run=str(run.number))
    assert f"confident after epoch {EPOCHS}" in texts(page)
    assert "Final reading: " in texts(page)
    assert "From the command line" in texts(page)
    assert "The weights of the 128 neurons" in texts(page)
    assert len(component(page, "watched-matrix")["cells"]) == 100
    (curve,) = (chart.proto for chart in page.get("vega_lite_chart") if "Loss after" in chart.proto.alt)
    assert curve.alt.endswith(". Learning rate changed 1 time, to 0.0005 after 20 batches.")
    assert f'"epoch": {20 / 13}' in curve.spec
    page = rerun(page, page.select_slider("after").set_value(0))
    assert "confident before training" in texts(page)

    page = training_app.open("watch", run="99999")
    assert "There is no run 99999 to watch. Showing another one." in texts(page)
    assert page.selectbox("watched_run").value == run.number


def test_without_a_training_there_is_nothing_to_watch(app):
    assert "There is no training to watch yet." in texts(app.open("watch"))


def test_a_run_without_snapshots_is_not_shown_unasked(app, settings):
    store = Store(settings.database_url)
    number = claimed(store, TrainingConfig())
    store.close()
    page = app.open("watch")
    assert "None of the trainings can be played" in texts(page)
    assert links(page) == ["Train"]
    page = app.open("watch", run=str(number))
    assert "The first snapshot will appear in a moment." in texts(page)


def test_an_uploaded_picture_is_the_drawing_as_in_understand(app, settings):
    store = Store(settings.database_url)
    number = claimed(store, TrainingConfig())
    store.close()
    upload(app, "seven.jpg", photo(SEVEN))
    page = app.open("watch", run=str(number))
    assert page.segmented_control("watched_source").value == "My drawing"
    assert "You haven't drawn anything yet." not in texts(page)


def skipped_epoch_page():
    import numpy as np
    import streamlit as st

    from digitlab.networks.explanation import ReadingsByEpoch
    from digitlab.networks.snapshots import MapAxes, Snapshot
    from digitlab.ui.watch import epoch_views

    axes = MapAxes(np.zeros(4, np.float32), np.eye(4, 2, dtype=np.float32), np.ones(2, np.float32))
    points = np.array([[1, 0], [0, 1], [-1, -1]], np.float32)
    answers = np.zeros(3, np.uint8)
    shown = [
        Snapshot(epoch=epoch, preset="tutorial", weights=[], first=0, answers=answers, axes=axes, points=points)
        for epoch in range(4)
    ]
    by_epoch = ReadingsByEpoch(  # the worker could not read the snapshot of epoch 1
        (0, 2, 3),
        np.eye(10, dtype=np.float32)[[4, 7, 9]],
        np.array([[0, 0], [1, 1], [0, 0]], np.float32),
    )
    epoch = st.session_state.epoch
    image = np.zeros((28, 28), np.uint8)
    epoch_views.reading(by_epoch, epoch, image)
    epoch_views.digit_map(shown, epoch, by_epoch, image)


@pytest.mark.parametrize(("epoch", "digit", "place"), [(0, 4, "0.0, 0.0"), (1, None, None), (2, 7, "1.2, 1.2")])
def test_skipped_snapshot_shifts_no_other_epoch(epoch, digit, place):
    page = AppTest.from_function(skipped_epoch_page, default_timeout=PATIENCE)
    page.context["theme"] = "light"
    page.session_state.epoch = epoch
    page.run()
    assert not page.exception
    if digit is None:
        assert "The worker couldn't read this epoch's snapshot." in texts(page)
        assert not page.get("vega_lite_chart")
    else:
        assert f"<strong data-testid='digit'>{digit}</strong>" in texts(page)
        assert f"Your picture is at {place}." in str(page.get("vega_lite_chart")[0].proto)
