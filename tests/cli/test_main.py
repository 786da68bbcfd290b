import dataclasses
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from foreignfiles import layer, packed, plain
from PIL import Image

from digitlab.cli import model_commands
from digitlab.cli.main import COMMANDS, WITHOUT_LAB, main
from digitlab.cli.parser import parser
from digitlab.cli.setting_options import config_from
from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers import stacks
from digitlab.networks.layers.kinds import Conv2D, Dense, Flatten
from digitlab.networks.presets import PRESETS
from digitlab.networks.training_command import as_command
from digitlab.preprocessing.bundles import to_npz
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Run, RunState
from digitlab.runs.records.settings_link import as_file
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.worker import execution
from digitlab.worker.keras_files import load

RUN = Run(number=7, title="mine", config=TrainingConfig(epochs=1), state=RunState.FINISHED, created=0.0)


@pytest.mark.parametrize(
    "config",
    [
        *map(TrainingConfig.from_preset, PRESETS),
        TrainingConfig(epochs=3, batch_size=64, optimizer="sgd", learning_rate=0.1, validation_split=0, seed=9),
        TrainingConfig(preset="convolutional", augmentation=Augmentation(rotation=20), early_stopping=2),
        TrainingConfig(
            written_digits=500, calibration=True, augmentation=Augmentation(elastic=1, shear=0.2, erasing=0.1)
        ),
        TrainingConfig.from_preset("handwriting", calibration=False),
    ],
)
def test_the_command_on_a_card_means_the_config_of_the_card(config):
    words = shlex.split(as_command(config))
    assert words[:3] == ["python", "-m", "digitlab"]
    assert config_from(parser().parse_args(words[3:])) == config


def test_layers_are_read_from_a_file_or_from_the_command(capsys, tmp_path):
    layers = Conv2D(filters=4, stride=2), Flatten(), Dense(units=8)
    path = tmp_path / "layers.json"
    path.write_text(stacks.as_file(layers))
    options = parser().parse_args(["train", "--preset", "fast", "--layers", str(path), "--epochs", "1"])
    assert config_from(options) == TrainingConfig.from_preset("fast", layers=layers, epochs=1)
    words = shlex.split(as_command(config_from(options)))
    assert config_from(parser().parse_args(words[3:])) == config_from(options)
    assert main(["train", "--layers", '[{"type": "Flatten"}, {"type": "Conv2D"}]']) == 1
    assert "Layer 2: Conv2D needs height and width; it comes after Flatten. Move it up." in capsys.readouterr().err
    assert main(["train", "--layers", str(tmp_path / "gone.json")]) == 1
    assert "gone.json cannot be read" in capsys.readouterr().err


def test_options_change_the_settings_of_a_shared_file(capsys, tmp_path):
    path = tmp_path / "settings.json"
    shared = TrainingConfig.from_preset("fast", epochs=7)
    path.write_text(as_file(shared))
    options = parser().parse_args(["train", "--settings", str(path)])
    assert config_from(options) == shared
    options = parser().parse_args(["train", "--settings", str(path), "--epochs", "1", "--rotation", "5"])
    changed = Augmentation(shift=1, rotation=5)
    assert config_from(options) == dataclasses.replace(shared, epochs=1, augmentation=changed)
    path.write_text("{}")
    assert main(["train", "--settings", str(path)]) == 1
    assert "not a settings file" in capsys.readouterr().err
    assert main(["train", "--settings", str(tmp_path / "gone.json")]) == 1
    assert "gone.json cannot be read" in capsys.readouterr().err


def test_every_command_rejects_a_bad_file_with_the_reason(capsys, tmp_path):
    path = tmp_path / "evil.keras"
    path.write_bytes(packed(plain(layer("Lambda", function={"class_name": "__lambda__", "config": {}}))))
    picture = tmp_path / "one.png"
    Image.new("L", (28, 28)).save(picture)
    for command in (["evaluate", str(path)], ["import", str(path)], ["read", str(picture), "--model", str(path)]):
        assert main(command) == 1
        assert "evil.keras was rejected. It has a Lambda layer" in capsys.readouterr().err
    assert main(["evaluate", str(tmp_path / "gone.keras")]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_a_training_is_printed_saved_listed_and_scored_again(capsys):
    assert main(["runs"]) == 0
    assert "no runs" in capsys.readouterr().out
    train = ["train", "--epochs", "1", "--training-digits", "300", "--seed", "1", "--name", "mine", "--title", "Mine"]
    assert main([*train, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"test_accuracy", "test_loss", "epochs", "seconds", "model"}
    assert result["epochs"] == 1
    assert load(settings_models() / result["model"]).count_params() == 101_770
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["title"], run["state"], len(run["epochs"])) == ("Mine", "finished", 1)
    assert main(["evaluate", "mine", "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert evaluated["test_accuracy"] == pytest.approx(result["test_accuracy"])
    assert sum(map(sum, evaluated["confusion"])) == 10_000
    assert main(train) == 1
    assert "already" in capsys.readouterr().err


def test_train_without_a_name_tells_the_file_of_its_network(capsys, monkeypatch, ready_made):
    asked = []

    def train_here(_lab, config, title, options):
        asked.append((config, title, options.name))
        return dataclasses.replace(RUN, model="tutorial")

    monkeypatch.setattr(Lab, "train_here", train_here)
    assert main(["train", "--epochs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == str(ready_made / "tutorial.keras")
    assert asked == [(TrainingConfig(epochs=1), "", "")]


def test_find_learning_rate_suggests_one_and_how_to_use_it(capsys):
    command = ["find-learning-rate", "--training-digits", "2000", "--optimizer", "sgd"]
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert len(result["rates"]) == len(result["losses"]) == len(result["smoothed_losses"])
    assert 0.005 < result["learning_rate"] < 1
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "Suggested learning rate: 0." in text
    assert "Train with it: python -m digitlab train --preset tutorial" in text


def settings_models():
    return Settings.from_environment().models


def test_read_reads_pictures(capsys, tmp_path, stroke, ready_made):
    path = tmp_path / "one.png"
    Image.fromarray(stroke).save(path)
    assert main(["read", str(path), "--model", str(ready_made / "convolutional.keras"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["digit"], result["is_sure"], len(result["probabilities"])) == (1, True, 10)
    assert [part["digit"] for part in result["number"]] == [1]
    assert main(["read", str(path), "--model", str(ready_made / "convolutional.keras")]) == 0
    assert f"{path}: 1 (" in capsys.readouterr().out


def test_read_says_that_a_network_learned_otherwise(capsys, tmp_path, stroke, ready_made, settings):
    path = tmp_path / "one.png"
    Image.fromarray(stroke).save(path)
    settings.models.mkdir(parents=True)
    for suffix in (".keras", ".tflite"):
        (settings.models / f"own{suffix}").write_bytes((ready_made / f"tutorial{suffix}").read_bytes())
    card = json.loads((ready_made / "tutorial.json").read_text())
    card |= {"name": "own", "is_ready_made": False, "preprocessing": 7}
    (settings.models / "own.json").write_text(json.dumps(card))
    assert main(["read", str(path), "--model", "own"]) == 0
    assert "trained with version 7 of the preprocessing of drawings" in capsys.readouterr().err
    assert main(["read", str(path), "--model", "tutorial"]) == 0
    assert capsys.readouterr().err == ""


def test_export_writes_a_file_that_was_read_again(capsys, tmp_path):
    file = tmp_path / "away.onnx"
    assert main(["export", "tutorial", "--to", "onnx", str(file), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["format"], result["digits"], result["bytes"]) == ("onnx", 100, file.stat().st_size)
    assert result["difference"] <= 1e-4
    assert main(["export", "nobody", "--to", "keras", str(file)]) == 1


def test_an_export_that_cannot_be_written_is_a_wrong_setting(capsys, settings, tmp_path):
    arguments = ["export", "tutorial", "--to", "tflite", str(tmp_path / "gone" / "x.tflite")]
    with Lab(settings) as lab, pytest.raises(InvalidSetting):
        model_commands.export(parser().parse_args(arguments), lab)
    assert main(arguments) == 1
    assert f"{arguments[-1]} cannot be written: No such file or directory. Name another" in capsys.readouterr().err


@pytest.fixture
def upside_down(digits, tmp_path):
    """A file of sevens and fours on their heads."""
    chosen = np.flatnonzero(np.isin(digits.y_test, (4, 7)))[:30]
    path = tmp_path / "mine.npz"
    path.write_bytes(to_npz(np.ascontiguousarray(digits.x_test[chosen, ::-1]), digits.y_test[chosen]))
    return path


def test_improve_fine_tunes_on_drawings_and_prints_the_verdict(capsys, upside_down, brief, monkeypatch):
    assert main(["improve", "tutorial", "--drawings", str(upside_down), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["verdict"], result["held_back"], result["is_kept"]) == ("helped", 10, True)
    assert result["drawings"][1] > result["drawings"][0]
    assert main(["evaluate", result["model"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["test_accuracy"] == pytest.approx(result["mnist"][1])
    monkeypatch.setattr("digitlab.worker.fine_tuning._MAX_PICTURES", 3_000)  # only what it prints is of interest
    monkeypatch.setattr(execution, "forgot", lambda _mnist: True)
    again = ["improve", Path(result["model"]).stem, "--drawings", str(upside_down), "--title", "Twice"]
    assert main(again) == 0
    out = capsys.readouterr().out
    assert re.search(r"Unseen drawings read correctly: \d+ of 10 \(before: \d+\)", out)
    assert Path(re.search(r"^Saved as (.+)$", out, re.MULTILINE)[1]).is_file()
    assert "The new network was not kept: it is in no list of networks." in out
    number = re.search(r"python -m digitlab keep (\d+)\nDiscard it with: python -m digitlab delete \1$", out)[1]
    assert main(["keep", number]) == 0
    assert capsys.readouterr().out == "Twice is in the list of networks.\n"
    assert main(["forget"]) == 0
    assert capsys.readouterr().out == "30 drawings were deleted.\n"


def test_a_wrong_name_keeps_nobody_s_drawings(capsys, upside_down):
    assert main(["improve", "tutrial", "--drawings", str(upside_down)]) == 1
    assert main(["forget"]) == 0
    assert capsys.readouterr().out == "0 drawings were deleted.\n"


def test_what_cannot_be_improved_is_an_error(capsys, tmp_path):
    for words, sentence in {
        ("tutorial",): "You need at least 10 drawings (you have 0)",
        ("tutorial", "--drawings", str(tmp_path / "gone.zip")): "gone.zip cannot be read: No such file",
        ("tutorial", "--drawings", __file__): "test_main.py",
        ("nobody",): "no network 'nobody'",
        ("tutorial", "--seed", "-1"): "seed",
    }.items():
        assert main(["improve", *words]) == 1
        assert sentence in capsys.readouterr().err


@pytest.fixture
def store():
    store = Store(Settings.from_environment().database_url)
    yield store
    store.close()


def test_runs_tells_the_layers_of_an_own_network(capsys, store):
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 7}]
    config = TrainingConfig.from_dict({"layers": layers})
    store.create(config, "Mine", Person(id="a"))
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert run["config"]["layers"] == layers
    assert TrainingConfig.from_dict(run["config"]) == config


@pytest.fixture
def waiting(store, small):
    """The number of a run that waits, and is somebody's."""
    return str(store.create(small, "Theirs", Person(id="a")).number)


def state_after(capsys, *command):
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["state"]


def test_the_operator_stops_pauses_and_resumes_any_run(capsys, waiting, store):
    assert state_after(capsys, "pause", waiting) == "paused"
    assert state_after(capsys, "resume", waiting) == "queued"
    assert state_after(capsys, "stop", waiting) == "stopped"
    assert state_after(capsys, "resume", waiting, "--epochs", "7") == "queued"
    assert store.run(int(waiting)).config.epochs == 7


def test_the_operator_changes_the_learning_rate_of_any_run(capsys, waiting, store):
    assert main(["rate", waiting, "0.0005"]) == 0
    assert (
        capsys.readouterr().out == f"Run {waiting}, Theirs: the learning rate 0.0005 counts from the next batches on.\n"
    )
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["wanted_rate"], run["config"]["learning_rate_changes"]) == (0.0005, [])


@pytest.mark.parametrize("rate", ["nan", "inf", "1e999", "0", "-1", "1e300"])
def test_a_learning_rate_out_of_bounds_is_a_sentence(capsys, waiting, store, rate):
    assert main(["rate", "--", waiting, rate]) == 1
    assert "Choose a number from 1e-09 to 1000." in capsys.readouterr().err
    assert store.run(int(waiting)).wanted_rate is None


def test_stopping_a_running_run_says_that_it_is_requested(capsys, waiting, store):
    store.claim(int(waiting), "elsewhere/1/x")
    assert main(["stop", waiting]) == 0
    assert "running (stop requested)" in capsys.readouterr().out
    assert store.run(int(waiting)).is_stop_wanted


def test_the_operator_renames_a_run(capsys, waiting, store):
    assert main(["rename", waiting, "Ours"]) == 0
    assert "Ours" in capsys.readouterr().out
    assert store.run(int(waiting)).title == "Ours"


def test_the_operator_deletes_a_run_that_is_over(capsys, waiting, store):
    assert main(["delete", waiting]) == 1
    assert "Stop it first" in capsys.readouterr().err
    main(["stop", waiting])
    assert main(["delete", waiting]) == 0
    assert store.runs() == []


def test_run_without_a_network_has_none_to_keep(capsys, waiting):
    assert main(["keep", waiting]) == 1
    assert "has no network to keep" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_named(capsys):
    assert main(["stop", "99"]) == 1
    assert "There is no run 99" in capsys.readouterr().err


def test_an_error_is_one_sentence_and_exit_status_one(capsys, tmp_path):
    assert main(["train", "--epochs", "0"]) == 1
    assert "epochs is 0" in capsys.readouterr().err
    assert main(["evaluate", "gone"]) == 1
    assert "gone" in capsys.readouterr().err
    assert main(["read", str(tmp_path / "x.png")]) == 1
    assert main(["train", "--optimizer", "adamw", "--learning-rate", "1000", "--training-digits", "3000"]) == 1
    assert "learning rate" in capsys.readouterr().err


def test_ctrl_c_ends_a_training_and_keeps_the_network():
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "digitlab",
            "train",
            "--epochs",
            "500",
            "--training-digits",
            "300",
            "--batch-size",
            "300",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as process:
        assert process.stdout.readline().startswith("Epoch 1/500")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "Saved as" in rest


def test_a_training_goes_on_when_its_reader_left(monkeypatch, store):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["train", "--epochs", "2", "--training-digits", "300"]) == 141
    (run,) = store.runs()
    assert (run.state, len(store.epochs.all(run.number))) == ("finished", 2)


def test_a_training_without_output_can_go_on(monkeypatch, capsys, settings, store):
    with open("/dev/full", "w") as stream, monkeypatch.context() as patch:  # noqa: PTH123
        patch.setattr(sys, "stdout", stream)
        assert main(["train", "--epochs", "3", "--training-digits", "300"]) == 1
    assert capsys.readouterr().err.endswith(
        "digitlab: It was interrupted. The output cannot be written: No space left on device. Write it to another "
        "place. Resume it with: python -m digitlab resume 1\n"
    )
    assert store.run(1).state == "interrupted"
    (first,) = store.epochs.all(1)
    assert main(["resume", "1"]) == 0
    execution.run_next(settings)
    assert store.run(1).state == "finished"
    assert [epoch.epoch for epoch in store.epochs.all(1)] == [1, 2, 3]
    assert store.epochs.all(1)[0] == first


def test_old_names_of_commands_still_work():
    arguments = {"bring-in": ["theirs.keras"], "go-on": ["7", "--epochs", "20"]}
    commands = [parser().parse_args([name, *words]).command for name, words in arguments.items()]
    assert commands == ["import", "resume"]


def test_help_tells_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert {*COMMANDS, *WITHOUT_LAB} <= set(re.findall(r"^    (\S+)", text, re.MULTILINE))


def test_a_cluster_with_sqlite_is_rejected_with_the_reason(capsys, monkeypatch):
    monkeypatch.setenv("DIGITLAB_SCHEDULER", "tcp://127.0.0.1:9")
    for command in (["runs"], ["train", "--epochs", "1"]):
        assert main(command) == 1
        assert capsys.readouterr().err.startswith("digitlab: DIGITLAB_SCHEDULER names a cluster, but")
