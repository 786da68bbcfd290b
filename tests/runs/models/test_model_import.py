"""The importer with its real process; what the checks before it refuse is in tests/networks/test_intake.py."""

import dataclasses
import json
import os

import foreignnetworks
import keras
import numpy as np
import pytest
from foreignfiles import layer, packed, plain
from keras import layers

from digitlab.errors import InvalidSetting, LimitReached, ModelRejected, NotAllowed
from digitlab.lab import Lab
from digitlab.runs.models import model_import
from digitlab.runs.models.model_import import ImportedModel, ModelImporter, ResourceLimits, imported_card
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.translation import error_text, in_language
from digitlab.uploads import keras_archive
from digitlab.uploads.layer_allowlist import check_layers
from digitlab.uploads.pixel_scales import ImportChoices
from digitlab.worker import model_conversion


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, digits):
    """A network that somebody trained elsewhere, on pixels from 0 to 255, giving sums."""
    keras.utils.set_random_seed(1)
    path = tmp_path_factory.mktemp("theirs") / "theirs.keras"
    convolution, normalization = layers.Conv2D(4, 5, strides=2, activation="relu"), layers.BatchNormalization()
    maps = np.asarray(convolution(digits.x_train[:5000, ..., None].astype("float32")))
    normalization.build(maps.shape)
    normalization.set_weights([np.ones(4), np.zeros(4), maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))])
    perceptron = foreignnetworks.train(np.asarray(normalization(maps)), digits.y_train[:5000], epochs=5)
    stack = convolution, normalization, layers.Dropout(0.1)
    foreignnetworks.network(perceptron, (28, 28, 1), *stack, last="linear").save(path)
    return path


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_a_network_from_elsewhere_becomes_one_of_a_persons_own(settings, theirs, digits):
    ann = Person(id="ann", name="Ann")
    with Lab(dataclasses.replace(settings, max_imports_per_person=1)) as lab:
        card = lab.import_model(theirs.read_bytes(), theirs.name, "Theirs", ann, "from Ben, by mail")
        assert card == lab.model(card.name) == ModelCard.from_json(card.to_json())
        assert (card.owner, card.owner_name, card.epochs) == ("ann", "Ann", ())
        assert (card.origin.file, card.origin.source, card.origin.scale) == (
            "theirs.keras",
            "from Ben, by mail",
            "0 to 255",
        )
        assert card.origin.is_softmax_added
        assert (card.origin.adaptation, card.command.split("--")[-1]) == ("", "source 'from Ben, by mail'")
        assert card.origin.sha256 == keras_archive.parse(theirs.read_bytes()).sha256
        assert card.test_accuracy > 0.85
        answers = lab.recogniser(card.name).probabilities(digits.x_test[:200])
        assert (answers.argmax(axis=1) == digits.y_test[:200]).mean() > 0.8
        assert lab.evaluate_here(str(lab.model_file(card.name))).accuracy == pytest.approx(card.test_accuracy)
        assert lab.evaluate_here(str(theirs)).accuracy == pytest.approx(card.test_accuracy)
        assert lab.recogniser(str(theirs)).read_digit(digits.x_test[0]).digit == 7
        with pytest.raises(LimitReached, match=r"per person in this lab: 1 at most\. You have 1\."):
            lab.import_model(theirs.read_bytes(), theirs.name, "Again", ann)
        with pytest.raises(NotAllowed, match="Log in"):
            lab.import_model(theirs.read_bytes(), theirs.name, "Nobody's", Person(id=""))
    kept = {"network.keras", "network.tflite", "answers.npy", "outcome.json"}
    assert set(left_in(settings.data / "foreign")) == kept


def test_the_command_repeats_the_choices_of_an_import(tmp_path, digits):
    np.save(tmp_path / "answers.npy", np.eye(10, dtype="f4")[digits.y_test])
    facts = {"parameters": 1, "layers": 1, "scale": "0 to 255", "is_softmax_added": False, "versions": {}}
    imported = ImportedModel("0" * 64, tmp_path / "network.keras", adaptation="", alternatives=("0 to 1",), **facts)
    words = {"file": "a b.h5", "title": "Mine", "source": ""}
    choices = ImportChoices("0 to 255", is_corrected=True)
    card = imported_card(imported, digits.y_test, person=OPERATOR, choices=choices, **words)
    assert card.command == "python -m digitlab import 'a b.h5' --title Mine --scale '0 to 255' --correct"
    assert ModelCard.from_json(card.to_json()).origin.alternatives == ("0 to 1",)


def test_a_scale_that_does_not_exist_is_named():
    with pytest.raises(InvalidSetting, match=r"no scale '0 to 7'\. Choose one of: 0 to 1; 0 to 255"):
        ImportChoices("0 to 7")


@pytest.fixture
def importer(settings, digits):
    return ModelImporter(settings, lambda: digits, ResourceLimits(seconds=120))


def refused(importer, content, match):
    with pytest.raises(ModelRejected, match=match) as caught:
        importer.import_model(content, "evil.keras")
    assert str(caught.value).startswith("evil.keras was rejected. It")
    assert left_in(importer._folder.path) == []
    return caught.value


def test_what_takes_too_long_is_ended(settings, digits, theirs):
    slow = ModelImporter(settings, lambda: digits, ResourceLimits(seconds=1))
    with pytest.raises(ModelRejected, match="longer than 1 s"):
        slow.import_model(theirs.read_bytes(), "slow.keras")
    assert left_in(settings.data / "foreign") == []


def test_what_needs_too_much_memory_is_ended(settings, digits, theirs):
    small = ModelImporter(settings, lambda: digits, ResourceLimits(memory=400_000_000))
    with pytest.raises(ModelRejected, match="memory"):
        small.import_model(theirs.read_bytes(), "large.keras")
    assert left_in(settings.data / "foreign") == []


def test_what_its_own_process_refuses_is_told_in_a_sentence(importer):
    error = refused(importer, packed(plain(*[layer("Dense", units=8000)] * 3)), "more than 5,000,000 weights")
    with in_language("ko"):
        assert "Its layers" not in error_text(error)


def test_code_in_a_file_does_not_run(importer, tmp_path):
    marker = tmp_path / "marker"

    def evil(x, path=str(marker), write=os.system):
        write(f"touch {path}")
        return x

    path = tmp_path / "evil.keras"
    model = keras.Sequential([keras.Input((28, 28)), layers.Lambda(evil), layers.Flatten(), layers.Dense(10)])
    marker.unlink()  # that was Keras, building it
    model.save(path)
    refused(importer, path.read_bytes(), "Lambda layer, which contains Python code")
    assert not marker.exists()


def test_even_past_the_list_of_layers_code_would_not_run(tmp_path):
    marker = tmp_path / "marker"

    def evil(x):
        open("MARKER", "w")  # noqa: PTH123, SIM115
        return x

    path = tmp_path / "evil.keras"
    keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)]).save(path)
    parts = keras_archive.parse(path.read_bytes())
    evil_layer = layers.Lambda(evil)
    described = keras.saving.serialize_keras_object(evil_layer)
    described["config"]["name"] = "layer_9"
    hostile = json.loads(json.dumps(parts.config).replace("MARKER", str(marker)))
    hostile["config"]["layers"].insert(1, described)
    (tmp_path / "config.json").write_text(json.dumps(hostile))
    (tmp_path / "weights.h5").write_bytes(parts.weights)
    with pytest.raises(ModelRejected):
        check_layers(hostile)
    with pytest.raises(ModelRejected, match="Keras cannot build it"):  # its safe mode
        model_conversion.open_network(tmp_path, keras_archive.MAX_WEIGHTS)
    assert not marker.exists()


def test_a_file_of_the_operator_that_is_refused_is_named(settings, tmp_path):
    path = tmp_path / "old.keras"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with Lab(settings) as lab:
        for use in (lab.evaluate_here, lab.recogniser):
            with pytest.raises(ModelRejected, match=r"old\.keras was rejected\. It is an HDF5 file"):
                use(str(path))
        with pytest.raises(ModelRejected, match="empty"):
            lab.import_model(b"", "empty.keras", "Empty", OPERATOR)
        assert all(card.is_ready_made for card in lab.models())


@pytest.mark.parametrize(
    "changes",
    [{"parameters": -1}, {"parameters": 10**400}, {"layers": True}, {"versions": {"keras": 3}}, {"alternatives": "ab"},
     {"scale": "\ud800"}, {"adaptation": None}],
)  # fmt: skip
def test_what_a_sandbox_returns_is_checked(changes, tmp_path):
    outcome = {"parameters": 10, "layers": 3, "scale": "0 to 1", "adaptation": "", "alternatives": [], "versions": {}}
    np.save(tmp_path / "answers.npy", np.zeros((5, 10), np.float32))
    model_import._check(tmp_path, outcome | {"is_softmax_added": False}, 5)
    with pytest.raises(ModelRejected, match="returned no result"):
        model_import._check(tmp_path, outcome | {"is_softmax_added": False} | changes, 5)
    with pytest.raises(ModelRejected, match="returned no result"):
        model_import._check(tmp_path, outcome, 5)
