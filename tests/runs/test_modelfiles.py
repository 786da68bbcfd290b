import dataclasses
import json
import shutil

import pytest

from digitlab.errors import InvalidSetting, ModelDamaged, ModelNotFound, ModelProtected
from digitlab.runs.modelfiles import ModelCard, ModelFiles, check_title


@pytest.fixture
def files(tmp_path, ready_made):
    """A folder with the ready-made tutorial network and one of a person's own."""
    for suffix in (".keras", ".tflite", ".json"):
        shutil.copy(ready_made / f"tutorial{suffix}", tmp_path)
    one = ModelFiles(tmp_path)
    own = dataclasses.replace(one.card("tutorial"), name="own", title="Own", is_ready_made=False)
    one.save(own, lambda path: write(path, b"weights"))
    return one


def write(path, content):
    path.write_bytes(content)
    path.with_suffix(".tflite").write_bytes(content)


def test_a_card_survives_json(files):
    card = files.card("tutorial")
    assert ModelCard.from_json(card.to_json()) == card


def test_ready_made_networks_come_first(files):
    assert [card.name for card in files.cards()] == ["tutorial", "own"]


def test_saving_leaves_three_files_and_no_others(files, tmp_path):
    assert sorted(path.name for path in tmp_path.glob("*own*")) == ["own.json", "own.keras", "own.tflite"]
    assert not list(tmp_path.glob(".*"))
    assert files.size("own") == 7


def test_a_network_that_cannot_be_written_is_not_there(files, tmp_path):
    def fail(path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    card = dataclasses.replace(files.card("own"), name="half")
    with pytest.raises(OSError, match="disk full"):
        files.save(card, fail)
    assert not list(tmp_path.glob("*half*"))
    assert not list(tmp_path.glob(".*"))


def test_a_new_title_keeps_the_files(files):
    files.rename("own", "  Better ")
    assert files.card("own").title == "Better"
    assert files.keras_file("own").read_bytes() == b"weights"


def test_deleting_removes_all_of_it(files, tmp_path):
    files.delete("own")
    assert not list(tmp_path.glob("own*"))
    with pytest.raises(ModelNotFound, match="own"):
        files.card("own")


def test_ready_made_networks_are_protected(files):
    with pytest.raises(ModelProtected):
        files.rename("tutorial", "x")
    with pytest.raises(ModelProtected):
        files.delete("tutorial")
    assert files.size("tutorial") > 1_000_000


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "", ".hidden", "A", "a" * 99])
def test_a_name_that_is_a_path_finds_nothing(files, name):
    with pytest.raises(ModelNotFound):
        files.card(name)
    with pytest.raises(InvalidSetting):
        files.check_free(name, is_ready_made=False)


def test_a_name_is_not_taken_twice_but_a_ready_made_one_is_replaced(files):
    with pytest.raises(InvalidSetting, match="already"):
        files.check_free("own", is_ready_made=False)
    files.check_free("own", is_ready_made=True)
    files.check_free("new", is_ready_made=False)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"name": "own"}', "\x00"])
def test_a_damaged_card_is_refused_and_hides_no_other(files, tmp_path, text):
    (tmp_path / "own.json").write_text(text)
    with pytest.raises(ModelDamaged):
        files.card("own")
    assert [card.name for card in files.cards()] == ["tutorial"]


@pytest.mark.parametrize(
    ("name", "value"), [("config", []), ("created", "x"), ("test_accuracy", None), ("title", 7), ("epochs", [1])]
)
def test_a_card_with_a_value_of_another_kind_is_refused(files, tmp_path, name, value):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    assert [card.name for card in files.cards()] == ["tutorial"]


def test_a_card_under_another_s_name_is_refused(files, tmp_path):
    shutil.copy(tmp_path / "own.json", tmp_path / "other.json")
    with pytest.raises(ModelDamaged, match="own"):
        files.card("other")


@pytest.mark.parametrize("title", ["", "  ", "a" * 61, "a\nb", "\x1b[31m"])
def test_an_unfit_title_is_refused(title):
    with pytest.raises(InvalidSetting):
        check_title(title)
