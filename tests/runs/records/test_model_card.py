import dataclasses
import json

import pytest

from digitlab.errors import InvalidSetting
from digitlab.runs.records.model_card import ModelCard, check_title


def test_a_card_survives_json(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    assert ModelCard.from_json(card.to_json()) == card


def test_a_card_knows_when_a_run_was_replanned_an_older_not(ready_made):
    text = (ready_made / "tutorial.json").read_text()
    card = ModelCard.from_json(text)
    assert card.replanned_after is None
    card = dataclasses.replace(card, replanned_after=3)
    assert ModelCard.from_json(card.to_json()) == card
    with pytest.raises(TypeError):
        ModelCard.from_json(json.dumps(json.loads(text) | {"replanned_after": "<b>"}))


@pytest.mark.parametrize("title", ["", "  ", "a" * 61, "a\nb", "\x1b[31m"])
def test_an_unfit_title_is_refused(title):
    with pytest.raises(InvalidSetting, match=r"^The title .* is not allowed"):
        check_title(title)
