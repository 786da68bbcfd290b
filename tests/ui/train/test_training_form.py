import pytest
from streamlit.testing.v1 import AppTest

from digitlab.fields import settings_of
from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.ui.train import training_form

pytestmark = pytest.mark.usefixtures("lab")


def script(max_epochs):
    import streamlit as st

    from digitlab.ui.train import training_form

    st.session_state.config = training_form.fill_in(training_form.preset(), max_epochs)


def form(max_epochs=500, **session):
    page = AppTest.from_function(script, kwargs={"max_epochs": max_epochs}, default_timeout=30)
    for name, value in session.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception
    return page


def test_the_form_starts_with_each_preset_s_settings():
    page = form()
    for name in PRESETS:
        page.session_state["preset"] = name
        assert page.run().session_state.config() == TrainingConfig.from_preset(name)


def test_the_form_shows_every_setting_in_its_place():
    page = form()
    labels = [widget.label for column in page.columns[:6] for widget in (*column.number_input, *column.selectbox)]
    assert sorted(labels) == ["Batch size", "Learning rate", "Optimizer", "Schedule", "Seed", "Training digits"]
    assert [widget.label for widget in page.slider] == [
        "Epochs", "Validation split", "Early stopping after", "Shift", "Rotation", "Scale", "Shear", "Elastic",
        "Erasing", "Synthetic digits",
    ]  # fmt: skip
    assert [widget.label for widget in page.toggle] == ["Average four shifted views", "Calibrated probabilities"]
    assert {setting.group for setting in settings_of(TrainingConfig).values()} == {
        "network", "main", *training_form.EXPANDERS,
    }  # fmt: skip


def test_choices_are_written_in_words():
    page = form()
    assert page.selectbox(key="tutorial-optimizer").options == ["Adam", "AdamW", "RMSprop", "SGD"]
    page.selectbox(key="tutorial-schedule").set_value("one-cycle").run()
    assert page.selectbox(key="tutorial-schedule").options == ["Constant", "Cosine", "One-cycle"]
    assert page.session_state.config().schedule == "one-cycle"


def test_a_choice_becomes_a_setting_and_none_is_shown_as_zero():
    page = form()
    page.slider(key="tutorial-early_stopping").set_value(4)
    page.slider(key="tutorial-shift").set_value(1.5)
    page.number_input(key="tutorial-seed").set_value(9).run()
    config = page.session_state.config()
    assert (config.early_stopping, config.augmentation.shift, config.seed) == (4, 1.5, 9)
    page.slider(key="tutorial-early_stopping").set_value(0).run()
    assert page.session_state.config().early_stopping is None


def test_a_link_widens_the_epochs_as_far_as_the_lab_allows():
    assert form().slider(key="tutorial-epochs").max == 50
    assert form(**{"tutorial-epochs": 90}).slider(key="tutorial-epochs").max == 90
    assert form(max_epochs=3).slider(key="tutorial-epochs").max == 3
    assert form(max_epochs=1).session_state.config().epochs == 1
