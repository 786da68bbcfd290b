import dataclasses
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import uuid

import pytest

from digitlab.errors import InvalidSetting, ModelDamaged, ModelNotFound, ModelProtected, StorageFull
from digitlab.runs.models.model_files import ModelFiles
from digitlab.storage.address import open_storage

NETWORK = (".keras", ".tflite", ".json")


@pytest.fixture(params=["one folder", "two folders", "memory", "moving"])
def place(request, settings, ready_made, tmp_path):
    """Settings with the ready-made tutorial network, and people's own beside it or elsewhere."""
    ships = tmp_path / "ready"
    ships.mkdir()
    for suffix in NETWORK:
        shutil.copy(ready_made / f"tutorial{suffix}", ships)
    models = {
        "one folder": ships,
        "two folders": tmp_path / "models",
        "memory": f"memory://{uuid.uuid4().hex}/models",
        "moving": f"file://{tmp_path / 'models'}",
    }
    return dataclasses.replace(settings, ready_made=ships, models=models[request.param])


@pytest.fixture
def files(place):
    """The ready-made network and one of a person's own."""
    owned = ModelFiles(place)
    owned.save(own_card(owned), lambda path: write(path, b"weights"))
    return owned


def own_card(files, name="own"):
    return dataclasses.replace(files.card("tutorial"), name=name, title=name.title(), is_ready_made=False)


def write(path, content):
    path.write_bytes(content)
    path.with_suffix(".tflite").write_bytes(content)


def stored(place):
    return sorted(name for name in open_storage(place.models).entries() if not name.startswith("tutorial"))


def test_ready_made_networks_come_first_and_once(files):
    assert [card.name for card in files.cards()] == ["tutorial", "own"]


def test_saving_leaves_three_files_and_no_others(files, place, tmp_path):
    assert stored(place) == ["own.json", "own.keras", "own.tflite"]
    assert not list(tmp_path.rglob(".*"))
    assert files.size("own") == 7


def test_a_network_is_read_from_files_beside_each_other(files):
    file = files.keras_file("own")
    assert file.read_bytes() == file.with_suffix(".tflite").read_bytes() == b"weights"
    assert json.loads(file.with_suffix(".json").read_text())["name"] == "own"
    assert files.keras_file("own") == file


def test_a_network_that_cannot_be_exported_is_not_there(files, place, tmp_path):
    def fail(path):
        path.write_bytes(b"half")
        raise ModelDamaged("it differs")

    with pytest.raises(ModelDamaged, match="differs"):
        files.save(own_card(files, "half"), fail)
    assert stored(place) == ["own.json", "own.keras", "own.tflite"]
    assert not list(tmp_path.rglob("*half*"))
    assert not list(tmp_path.rglob(".*"))


def test_without_room_no_half_network_replaces_the_old_ones(files, place, tmp_path):
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        with pytest.raises(StorageFull, match="no room left"):
            files.save(own_card(files, "large"), lambda path: write(path, bytes(1_000_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert stored(place) == ["own.json", "own.keras", "own.tflite"]
    assert not list(tmp_path.rglob("*large*"))
    assert files.keras_file("own").read_bytes() == b"weights"


def test_on_a_full_disk_the_old_networks_are_there(small_disk, settings):
    files = ModelFiles(dataclasses.replace(settings, models=small_disk))
    files.save(own_card(files), lambda path: write(path, b"weights"))
    with pytest.raises(StorageFull, match=f"no room left in {small_disk}"):
        files.save(own_card(files, "large"), lambda path: write(path, bytes(4_000_000)))
    assert sorted(path.name for path in small_disk.iterdir()) == ["own.json", "own.keras", "own.tflite"]


def test_a_new_title_keeps_the_files(files):
    assert files.rename("own", "  Better ").title == "Better"
    assert files.card("own").title == "Better"
    assert files.keras_file("own").read_bytes() == b"weights"


def test_network_is_listed_once_it_is_kept(files):
    [own] = [card for card in files.cards() if not card.is_ready_made]
    pending = dataclasses.replace(own, name="pending", is_pending=True)
    files.save(pending, lambda path: write(path, b"x"))
    assert "pending" not in [card.name for card in files.cards()]
    assert files.card("pending").is_pending
    files.keep("pending")
    assert "pending" in [card.name for card in files.cards()]


def test_deleting_removes_all_of_it(files, place):
    files.keras_file("own")
    files.delete("own")
    assert stored(place) == []
    for ask in (files.card, files.delete):
        with pytest.raises(ModelNotFound, match="own"):
            ask("own")


def test_a_network_trained_anew_under_an_old_name_is_read_anew(files):
    assert files.keras_file("own").read_bytes() == b"weights"
    files.delete("own")
    time.sleep(0.02)
    files.save(dataclasses.replace(own_card(files), created=1.0), lambda path: write(path, b"others"))
    assert files.keras_file("own").read_bytes() == b"others"


def test_ready_made_networks_are_protected(files):
    with pytest.raises(ModelProtected):
        files.rename("tutorial", "x")
    with pytest.raises(ModelProtected):
        files.delete("tutorial")
    assert files.size("tutorial") > 1_000_000


def test_a_ready_made_name_is_taken_only_by_what_ships(files, place):
    with pytest.raises(InvalidSetting, match="already exists"):
        files.check_free("tutorial", is_ready_made=False)
    with pytest.raises(InvalidSetting, match="ready-made network"):
        files.save(own_card(files, "tutorial"), lambda path: write(path, b"others"))
    files.check_free("tutorial", is_ready_made=True)
    files.save(files.card("tutorial"), lambda path: write(path, b"again"))
    assert (place.ready_made / "tutorial.keras").read_bytes() == b"again"
    assert [card.name for card in files.cards()] == ["tutorial", "own"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "", ".hidden", "A", "a" * 99])
def test_a_name_that_is_a_path_finds_nothing(files, name):
    for ask in (files.card, files.keras_file, files.size, files.delete):
        with pytest.raises(ModelNotFound):
            ask(name)
    with pytest.raises(InvalidSetting):
        files.check_free(name, is_ready_made=False)


def test_a_name_is_not_taken_twice(files):
    with pytest.raises(InvalidSetting, match="already"):
        files.check_free("own", is_ready_made=False)
    files.check_free("new", is_ready_made=False)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"name": "own"}', "\x00", "\udcff"])
def test_a_damaged_card_is_refused_and_hides_no_other(files, place, text):
    open_storage(place.models).write("own.json", text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelDamaged):
        files.card("own")
    assert [card.name for card in files.cards()] == ["tutorial"]


@pytest.mark.parametrize(
    ("name", "value"), [("config", []), ("created", "x"), ("test_accuracy", None), ("title", 7), ("epochs", [1])]
)
def test_a_card_with_a_value_of_another_kind_is_refused(files, place, name, value):
    storage = open_storage(place.models)
    storage.write("own.json", json.dumps(json.loads(storage.read("own.json")) | {name: value}).encode())
    assert [card.name for card in files.cards()] == ["tutorial"]


def test_a_card_under_another_s_name_is_refused(files, place):
    storage = open_storage(place.models)
    storage.write("other.json", storage.read("own.json"))
    with pytest.raises(ModelDamaged, match="own"):
        files.card("other")


def test_own_networks_among_shipped_ones_show_only_at_home(files, place):
    elsewhere = ModelFiles(dataclasses.replace(place, models=place.data / "elsewhere"))
    assert [card.name for card in elsewhere.cards()] == ["tutorial"]
    with pytest.raises(ModelNotFound):
        elsewhere.card("own")


def test_a_network_from_elsewhere_is_copied_once(settings):
    files = ModelFiles(dataclasses.replace(settings, models=f"memory://{uuid.uuid4().hex}"))
    files.save(own_card(files), lambda path: write(path, b"weights"))
    file = files.keras_file("own")
    first = file.stat().st_mtime_ns
    assert files.keras_file("own") == file
    assert file.stat().st_mtime_ns == first
    assert file.is_relative_to(settings.data / "networks")


def test_a_network_whose_files_are_gone_is_told(settings):
    there = dataclasses.replace(settings, models=f"memory://{uuid.uuid4().hex}")
    files = ModelFiles(there)
    files.save(own_card(files), lambda path: write(path, b"weights"))
    open_storage(there.models).delete("own.keras")
    with pytest.raises(ModelDamaged, match="own"):
        files.keras_file("own")
    assert not list((settings.data / "networks").iterdir())


SAVER = """
import dataclasses, sys
from digitlab.runs.models.model_files import ModelFiles
from digitlab.settings import ROOT, Settings
from pathlib import Path
data, models, ready_made = sys.argv[1:]
settings = Settings(data=Path(data), models=models if "://" in models else Path(models), ready_made=Path(ready_made))
files = ModelFiles(settings)
ships = ModelFiles(Settings()).card("tutorial")

def write(path, number):
    for suffix in (".keras", ".tflite"):
        path.with_suffix(suffix).write_bytes(bytes([number % 256]) * 300_000)

for number in range(10**9):
    own = dataclasses.replace(ships, name=f"own-{number % 3}", is_ready_made=False, seconds=number % 256)
    files.delete(own.name) if any(card.name == own.name for card in files.cards()) else None
    files.save(own, lambda path: write(path, number))
    files.save(dataclasses.replace(ships, seconds=number % 256), lambda path: write(path, number))
    if number == 3:
        print("saving", flush=True)
"""


@pytest.mark.parametrize("kind", ["folder", "moving"])
def test_a_killed_saver_leaves_whole_networks_only(settings, tmp_path, kind):
    models = f"file://{tmp_path / 'models'}" if kind == "moving" else tmp_path / "models"
    there = dataclasses.replace(settings, models=models, ready_made=tmp_path / "ready")
    words = [sys.executable, "-c", SAVER, str(there.data), str(models), str(there.ready_made)]
    seen = 0
    for _ in range(8):
        with subprocess.Popen(words, stdout=subprocess.PIPE) as saver:
            saver.stdout.readline()
            time.sleep(random.uniform(0, 0.05))
            saver.send_signal(signal.SIGKILL)
        files = ModelFiles(there)
        for card in files.cards():
            file = files.keras_file(card.name)
            for suffix in (".keras", ".tflite"):
                assert file.with_suffix(suffix).read_bytes() == bytes([card.seconds]) * 300_000
            seen += 1
    assert seen > 8
    for path in [*tmp_path.rglob(".saving-*"), *tmp_path.rglob("*.part")]:
        os.utime(path, (1, 1))
    files.remove_leftovers()
    assert not list(tmp_path.rglob(".*"))
