import dataclasses
import json

import pytest

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import Dense, Dropout, Flatten
from digitlab.preprocessing.version import VERSION
from digitlab.runs.records.model_card import ModelCard, Origin, check_title


def test_a_card_survives_json(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    assert ModelCard.from_json(card.to_json()) == card


def test_the_card_of_a_network_of_ones_own_layers_survives_json(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    own = dataclasses.replace(card, config=TrainingConfig(layers=(Flatten(), Dense(units=8), Dropout())))
    assert ModelCard.from_json(own.to_json()) == own


def test_a_card_knows_when_a_run_was_replanned_an_older_not(ready_made):
    text = (ready_made / "tutorial.json").read_text()
    card = ModelCard.from_json(text)
    assert card.replanned_after is None
    card = dataclasses.replace(card, replanned_after=3)
    assert ModelCard.from_json(card.to_json()) == card
    with pytest.raises(TypeError):
        ModelCard.from_json(json.dumps(json.loads(text) | {"replanned_after": "<b>"}))


def test_a_card_without_a_preprocessing_counts_as_version_one(ready_made):
    values = json.loads((ready_made / "tutorial.json").read_text())
    assert ModelCard.from_json(json.dumps(values | {"preprocessing": 3})).preprocessing == 3
    with pytest.raises(TypeError):
        ModelCard.from_json(json.dumps(values | {"preprocessing": "2"}))
    del values["preprocessing"]
    assert ModelCard.from_json(json.dumps(values)).preprocessing == 1


def test_another_preprocessing_is_a_warning_what_to_do_included(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    assert card.preprocessing_warning == ""
    changed = dataclasses.replace(card, preprocessing=VERSION + 1)
    assert f"trained with version {VERSION + 1} of the preprocessing" in changed.preprocessing_warning
    assert f"now version {VERSION} prepares them" in changed.preprocessing_warning
    assert changed.preprocessing_warning.endswith("Train it again to adapt it.")


def test_an_imported_network_learned_without_our_preprocessing(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    origin = Origin(file="a", source="", sha256="0", layers=1, scale="0 to 1", is_softmax_added=False)
    imported = dataclasses.replace(card, origin=origin, preprocessing=VERSION + 1)
    assert imported.is_imported
    assert imported.preprocessing_warning == ""


@pytest.mark.parametrize("title", ["", "  ", "a" * 61, "a\nb", "\x1b[31m"])
def test_an_unfit_title_is_refused(title):
    with pytest.raises(InvalidSetting, match=r"^The title .* is not allowed"):
        check_title(title)
