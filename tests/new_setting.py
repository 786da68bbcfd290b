"""What `test_fields` runs where `TrainingConfig` declares one setting more, `label_smoothing`: it is everywhere."""

import pytest
from streamlit.testing.v1 import AppTest

from digitlab.cli.parser import parser
from digitlab.cli.setting_options import config_from
from digitlab.errors import InvalidSetting
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training_command import as_command
from digitlab.runs.records.comparison import settings_as_text
from digitlab.runs.records.settings_link import as_file, as_link, from_file, from_link
from digitlab.settings import Settings
from digitlab.ui import resources

config = TrainingConfig(label_smoothing=0.2)


def test_check():
    with pytest.raises(InvalidSetting, match=r"label smoothing is 0\.7\. Choose a number from 0 to 0\.5\."):
        TrainingConfig(label_smoothing=0.7)


def test_command_line():
    assert as_command(config) == "python -m digitlab train --preset tutorial --epochs 10 --seed 1 --label-smoothing 0.2"
    assert config_from(parser().parse_args(as_command(config).split()[3:])) == config


def test_record_and_model_card():
    assert TrainingConfig.from_dict(config.as_dict()) == config
    assert settings_as_text(config)["Label smoothing"] == "0.2"


def test_link_and_file():
    assert as_link(config) == "1~preset_is_tutorial~epochs_is_10~seed_is_1~label_smoothing_is_0.2"
    assert from_link(as_link(config)) == from_file(as_file(config)) == config


def script():
    import streamlit as st

    from digitlab.ui.train import settings_sharing, training_form

    settings_sharing.receive(500)
    st.session_state.config = training_form.fill_in(training_form.preset(), 500)


def test_form_and_link_into_the_form(monkeypatch, tmp_path):
    lab = Lab(Settings(data=tmp_path, models=tmp_path))  # it is not opened, so that no worker starts
    monkeypatch.setattr(resources, "lab", lambda: lab)
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["settings"] = as_link(config)
    assert page.run().session_state.config() == config
    assert [slider.value for slider in page.slider if slider.label == "Label smoothing"] == [0.2]
