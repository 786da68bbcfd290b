import json
import re

import pytest
from apptest import links, press, rerun, texts
from foreignfiles import layer, packed, plain
from own_digits import visitor


@pytest.fixture
def own(settings, ready_made, cookies):
    """The visitor's own network, called "Mine"."""
    settings.models.mkdir(parents=True, exist_ok=True)
    for suffix in (".keras", ".tflite"):
        (settings.models / f"own{suffix}").write_bytes((ready_made / f"tutorial{suffix}").read_bytes())
    card = json.loads((ready_made / "tutorial.json").read_text())
    card |= {"name": "own", "title": "Mine", "is_ready_made": False, "owner": visitor(cookies).id}
    path = settings.models / "own.json"
    path.write_text(json.dumps(card))
    return path


def labels(page):
    return [button.label for button in page.button]


def test_ready_made_network_cannot_be_renamed_or_deleted(app):
    page = app.open("models", model="tutorial")
    assert not {"Rename", "Delete"} & set(labels(page))
    assert links(page)[-3:] == ["Try it", "Evaluate it", "Compare it"]


@pytest.mark.parametrize("page", ["draw", "models"])
def test_a_network_of_another_preprocessing_is_told(app, own, page):
    assert "of the preprocessing of drawings" not in texts(app.open(page, model="own"))
    own.write_text(json.dumps(json.loads(own.read_text()) | {"preprocessing": 7}))
    shown = [warning.value for warning in app.open(page, model="own").warning]
    assert any("trained with version 7 of the preprocessing of drawings" in text for text in shown)


def test_network_of_another_user_cannot_be_changed(app, own):
    card = json.loads(own.read_text()) | {"owner": "x", "owner_name": "<b>Eve"}
    own.write_text(json.dumps(card))
    page = app.open("models", model="own")
    assert not {"Rename", "Delete"} & set(labels(page))
    assert "\\<b\\>Eve" in texts(page)


def test_own_network_is_renamed(app, own):
    page = app.open("models", model="own")
    press(page, "Rename")
    rerun(page, next(field for field in page.text_input if field.value == "Mine").set_value("Yours"))
    press(page, "Rename")
    assert json.loads(own.read_text())["title"] == "Yours"


@pytest.mark.parametrize(("answer", "is_kept"), [("Delete", False), ("Cancel", True)])
def test_own_network_is_deleted_after_a_question(app, own, answer, is_kept):
    page = app.open("models", model="own")
    press(page, "Delete")
    sentence = "**Mine** and its scores will be deleted permanently. Its training run stays in the list of runs."
    assert sentence in texts(page)
    assert own.exists()
    press(page, answer)
    assert own.exists() is is_kept


def test_scales_that_fit_as_well_and_adaptations_are_named(app, own):
    origin = {"file": "mine.keras", "source": "", "sha256": "0" * 64, "layers": 3, "scale": "0 to 1"}
    origin |= {"alternatives": ["0 or 1, binarized at half"], "adaptation": "padded to 32 x 32 pixels"}
    own.write_text(json.dumps(json.loads(own.read_text()) | {"origin": origin | {"is_softmax_added": False}}))
    shown = texts(app.open("models", model="own"))
    assert "Other scales fit about as well: **0 or 1, binarized at half**." in shown
    assert "It was adapted to MNIST's digits: padded to 32 x 32 pixels." in shown


def test_question_names_no_training_run_of_an_imported_network(app, own):
    origin = {"file": "mine.keras", "source": "", "sha256": "0" * 64, "layers": 3, "scale": "0 to 1"}
    card = json.loads(own.read_text()) | {"origin": origin | {"is_softmax_added": False}}
    own.write_text(json.dumps(card))
    page = app.open("models", model="own")
    press(page, "Delete")
    assert "**Mine** and its scores will be deleted permanently." in texts(page)
    assert "training run" not in texts(page)


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ("Overview", "Answers count as confident from"),
        ("Take away", "compared with the network"),
        ("Code", "The network, data, seed and settings are the same"),
        ("Model card", "A neural network that reads one handwritten digit"),
    ],
)
def test_old_links_open_their_view(app, view, sentence):
    page = app.open("models", model="tutorial", view=view)
    assert sentence in texts(page)
    assert not page.error


def test_overview_tells_how_to_reproduce_a_network(app):
    page = app.open("models", model="tutorial")
    assert "10 epochs in " in texts(page)
    assert "To reproduce:" in texts(page)
    assert "train --preset tutorial" in page.code[0].value


def test_keras_code_is_shown_with_its_downloads(app):
    page = app.open("models", model="tutorial", view="Code")
    assert 'layers.Dense(128, activation="relu")' in page.code[0].value
    assert [button.label for button in page.get("download_button")] == ["Download script", "Download notebook"]


def test_code_of_another_training_says_so(app):
    page = app.open("models", model="handwriting", view="Code")
    assert "**This is not the same training.**" in texts(page)
    assert "handwriting-mnist-only.py" in page.code[0].value


def test_model_card_names_the_common_mistakes(app):
    page = app.open("models", model="tutorial", view="Model card")
    assert "Common mistakes" in [title.value for title in page.subheader]
    assert re.search(r"\d read as \d: \d+ \(\d\.\d% of the digits \d\)", texts(page))


@pytest.mark.parametrize("kind", ["keras", "tflite", "onnx"])
def test_file_is_offered_once_it_was_verified(app, kind):
    page = app.open("models", model="tutorial", view="Take away")
    assert not page.get("download_button")
    page.button_group(key="file-format").set_value(kind).run()
    assert "its probabilities on 100 digits differ by at most" in texts(page)
    assert [button.label.split()[0] for button in page.get("download_button")] == ["Download"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("lambda.keras", packed(plain(layer("Lambda", function={}))), "has a Lambda"),
        ("old.h5", b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        ("text.keras", b"This is a text.", "text"),
    ],
)
def test_hostile_file_is_rejected_with_the_reason(app, lab, name, content, sentence):
    page = app.open("models")
    page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    press(page, "Check and import")
    (error,) = [error.value.replace("\\", "") for error in page.error]
    assert error.startswith(name)
    assert sentence in error
    assert all(card.is_ready_made for card in lab.models())
