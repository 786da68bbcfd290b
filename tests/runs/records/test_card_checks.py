"""Cards that somebody edited, or a disk damaged: each value is checked when a card is read."""

import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from digitlab.errors import ModelDamaged
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import Dense, Flatten
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.model_card import ModelCard

HUGE = 10**400
ORIGIN = {"file": "a.keras", "source": "", "sha256": "0" * 64, "layers": 3, "scale": "0 to 1", "adaptation": "",
          "alternatives": ["0 to 255"], "is_softmax_added": False}  # fmt: skip
TUNING = {"base": "tutorial", "learned": [1, 2], "held_back": [3], "prints": ["0" * 16]}
BAD = [
    *[("test_accuracy", value) for value in (math.nan, math.inf, -0.1, 1.1, HUGE, True, "1", None, [])],
    *[("test_loss", value) for value in (math.nan, math.inf, -1, HUGE, False, "x")],
    *[("seconds", value) for value in (math.nan, math.inf, -1, 1e30, HUGE, None)],
    *[("created", value) for value in (math.nan, -math.inf, -1, 1e30, HUGE, "2026")],
    *[("parameters", value) for value in (-1, 2**31, HUGE, 1.5, True, None)],
    *[("preprocessing", value) for value in (0, -1, HUGE, True, None)],
    *[("replanned_after", value) for value in (-1, HUGE, False, 1.0)],
    *[(name, value) for name in ("name", "title", "command", "data") for value in (5, None, "\ud800")],
    *[(name, value) for name in ("owner", "owner_name") for value in (5, None, "\udfff")],
    *[("title", value) for value in ("", "a" * 61, "a\x1b[31m")],
    *[(name, value) for name in ("is_ready_made", "was_stopped") for value in (0, "no", None)],
    *[("versions", value) for value in ([], {"keras": 3}, {"keras": "\ud800"}, None)],
    *[("epochs", value) for value in ({}, "ab", [5], [{}], [None])],
    *[("config", value) for value in ([], None, {"epochs": HUGE}, {"learning_rate": math.nan}, {"tuning": 5})],
    *[("certainty", value) for value in (5, {"sure_from": math.nan}, {"temperature": HUGE}, {"x": 1})],
    ("origin", 5),
    ("unknown", 1),
]
BAD_EPOCH = [
    *[("epoch", value) for value in (0, -1, 1.5, True, HUGE, None)],
    *[("loss", value) for value in (math.nan, math.inf, -1, None, "0")],
    *[("accuracy", value) for value in (math.nan, 1.1, -0.1, None)],
    *[("validation_loss", value) for value in (math.nan, -1, "0")],
    *[("validation_accuracy", value) for value in (math.inf, 2, True)],
    *[("seconds", value) for value in (math.nan, 1e30, -1)],
    ("unknown", 1),
]
BAD_ORIGIN = [
    *[("layers", value) for value in (-1, HUGE, 1.5, True)],
    *[("sha256", value) for value in ("", "*", "../" * 20, "G" * 64, 5)],
    *[(name, value) for name in ("file", "source", "scale", "adaptation") for value in (5, "\ud800")],
    *[("alternatives", value) for value in ("ab", [5], {"a": 1})],
    *[("is_softmax_added", value) for value in (0, "no")],
    ("unknown", 1),
]
BAD_TUNING = [
    *[(name, value) for name in ("learned", "held_back") for value in (5, ["1"], [1.5], [True], [math.nan])],
    *[("base", value) for value in (5, "", None, ["a"])],
    *[("prints", value) for value in ([5], [None])],
]


@pytest.fixture
def values(ready_made) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ready_made / "tutorial.json").read_text())
    return found | {"origin": ORIGIN, "config": found["config"] | {"tuning": TUNING}}


def damaged(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and a card in which one value is."""
    epoch = values["epochs"][0]
    for name, value in BAD:
        yield f"{name} {value!r:.40}", json.dumps(values | {name: value})
    for name, value in BAD_EPOCH:
        yield f"epoch: {name} {value!r:.40}", json.dumps(values | {"epochs": [epoch, epoch | {name: value}]})
    for name, value in BAD_ORIGIN:
        yield f"origin: {name} {value!r:.40}", json.dumps(values | {"origin": ORIGIN | {name: value}})
    for name, value in BAD_TUNING:
        tuned = values["config"] | {"tuning": TUNING | {name: value}}
        yield f"tuning: {name} {value!r:.40}", json.dumps(values | {"config": tuned})
    for name in ("name", "title", "config", "epochs", "parameters", "test_accuracy", "created", "versions"):
        yield f"no {name}", json.dumps({key: value for key, value in values.items() if key != name})
    for text in ("", "5", "null", "[]", "{}", '"card"', "[" * 100_000, json.dumps(values)[:-30]):
        yield text[:10], text


def test_a_damaged_card_is_named_and_hides_no_other(values, settings):
    settings.models.mkdir(parents=True)
    own = values | {"is_ready_made": False}
    cards = {f"bad-{k}": card for k, card in enumerate(damaged(own | {"name": "bad-0"}))}
    for name, (_, text) in cards.items():
        (settings.models / f"{name}.json").write_text(text.replace('"bad-0"', f'"{name}"'))
    (settings.models / "good.json").write_text(json.dumps(own | {"name": "good"}))
    files = ModelFiles(settings)
    accepted = [damage for name, (damage, _) in cards.items() if not is_damaged(files, name)]
    assert accepted == []
    assert [card.name for card in files.cards() if not card.is_ready_made] == ["good"]


def is_damaged(files: ModelFiles, name: str) -> bool:
    try:
        files.card(name)
    except ModelDamaged as error:
        return str(error).startswith(f"The card {name}.json cannot be read. Delete it, or restore it")
    return False


def test_values_at_the_edge_of_a_range_are_read(values):
    edges = {"test_accuracy": 1, "test_loss": 0, "seconds": 0, "created": 0, "parameters": 0, "epochs": []}
    card = ModelCard.from_json(json.dumps(values | edges | {"owner_name": "Ann\xa0\u200b", "replanned_after": None}))
    assert card.test_accuracy == 1
    assert ModelCard.from_json(card.to_json()) == card


def test_cards_of_older_versions_are_read(values):
    for name in ("origin", "replanned_after", "preprocessing", "certainty", "owner", "owner_name"):
        values.pop(name, None)
    older = {name: value for name, value in values["epochs"][0].items() if not name.startswith("validation")}
    card = ModelCard.from_json(json.dumps(values | {"epochs": [older]}))
    assert (card.preprocessing, card.owner, card.epochs[0].validation_loss) == (1, "", None)


def test_the_card_of_an_own_and_steered_network_is_read(values):
    steered = (RateChange(batch=3, rate=0.5),)
    config = TrainingConfig(layers=(Flatten(), Dense(units=20)), learning_rate_changes=steered)
    card = dataclasses.replace(ModelCard.from_json(json.dumps(values)), config=config)
    assert ModelCard.from_json(card.to_json()) == card
