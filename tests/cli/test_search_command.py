"""The command `search`, with the worker that tests share."""

import dataclasses
import json
import threading

import pytest
from waiting import wait_for

from digitlab.cli import ctrl_c, search_command, search_options, setting_options
from digitlab.cli.main import main
from digitlab.cli.parser import parser
from digitlab.errors import InvalidSetting
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.networks.search_parameters import PARAMETERS

SHORT = ["search", "--vary", "units=16:32", "--vary", "dropout", "--trial-digits", "300", "--trials", "3"]


@pytest.fixture
def lab(worker_settings):
    with Lab(dataclasses.replace(worker_settings)) as opened:
        yield opened


def space(*arguments):
    options = parser().parse_args(["search", *arguments])
    return search_options.space_from(options, setting_options.config_from(options))


def test_the_options_say_what_varies_and_how_long_it_is():
    usual = space()
    assert {setting.name for setting in usual.varied} == {name for name, p in PARAMETERS.items() if p.is_usual}
    assert (usual.max_trials, usual.max_minutes, usual.epochs, usual.training_digits) == (20, None, 1, 10_000)
    given = ("--vary", "learning-rate=0.001:0.1", "--vary", "optimizer=adam,sgd", "--minutes", "2", "--epochs", "7")
    searched = space(*given, "--trial-epochs", "3")
    assert {varied.name: varied.values for varied in searched.varied} == {
        "learning_rate": (0.001, 0.1),
        "optimizer": ("adam", "sgd"),
    }
    assert (searched.max_minutes, searched.epochs, searched.base) == (2.0, 3, TrainingConfig(epochs=7))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("learning_rate=a:b", "Write it as in learning_rate=LOW:HIGH"),
        ("learning_rate=0.1", "give the lowest and the highest"),
        ("learning_rate=0.1:0.01", "must be above the lowest"),
        ("colour=1:2", "cannot vary 'colour'"),
        ("optimizer=adam", "two or more"),
    ],
)
def test_what_cannot_vary_is_told(given, sentence, capsys):
    with pytest.raises(InvalidSetting, match=sentence):
        space("--vary", given)
    assert main(["search", "--vary", given]) == 1  # before any worker is started
    assert sentence in capsys.readouterr().err


def test_search_prints_each_trial_and_how_to_train_the_best(lab, capsys):
    assert search_command.search(parser().parse_args(SHORT), lab) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:3]] == ["Trial 1", "Trial 2", "Trial 3"]
    assert lines[3].startswith("Best: Trial ")
    assert lines[4].startswith("Train it in full: python -m digitlab train --preset tutorial")
    assert search_command.search(parser().parse_args([*SHORT, "--json"]), lab) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["search"], result["state"], len(result["trials"])) == (2, "finished", 3)
    assert result["best"]["accuracy"] == max(trial["accuracy"] for trial in result["trials"])


def test_ctrl_c_stops_a_search_and_prints_the_best_so_far(lab, capsys):
    def press_after_two_trials():
        wait_for(lambda: lab.searches.all() and sum(t.state == "finished" for t in lab.searches.trials(1)) >= 2)
        ctrl_c.press()

    threading.Thread(target=press_after_two_trials).start()
    assert search_command.search(parser().parse_args([*SHORT, "--trials", "400", "--json"]), lab) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["state"] == "stopped"
    assert 2 <= len(result["trials"]) < 400
