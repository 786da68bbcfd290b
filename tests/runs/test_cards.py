import pytest

from digitlab.errors import InvalidSetting
from digitlab.runs.cards import ModelCard, check_title


def test_a_card_survives_json(ready_made):
    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    assert ModelCard.from_json(card.to_json()) == card


@pytest.mark.parametrize("title", ["", "  ", "a" * 61, "a\nb", "\x1b[31m"])
def test_an_unfit_title_is_refused(title):
    with pytest.raises(InvalidSetting):
        check_title(title)
