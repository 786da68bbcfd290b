import dataclasses

import numpy as np
import pytest

from digitlab.networks.config import FineTuning
from digitlab.networks.scores import Scores
from digitlab.runs.records.card_markdown import keras_code, model_card, no_code, sections
from digitlab.runs.records.model_card import ModelCard, Origin


@pytest.fixture
def card(ready_made):
    return ModelCard.from_json((ready_made / "handwriting.json").read_text())


@pytest.fixture
def scores():
    """Ten digits, twice each, all read rightly but both fours, as nines, and one seven, as a one."""
    labels = np.repeat(np.arange(10), 2).astype(np.uint8)
    answers = labels.copy()
    answers[[8, 9, 14]] = 9, 9, 1
    return Scores(labels, np.eye(10, dtype=np.float32)[answers])


def test_a_card_tells_all_that_is_known_of_a_network(card, scores):
    text = model_card(card, scores)
    for part in ("Handwriting", "304,554 weights", "| seed | 1 |", "keras 3.15", "CC BY-SA 3.0", card.command):
        assert part in text
    low, high = card.interval
    assert f"| MNIST's test set, 10,000 | {card.test_accuracy:.2%} | {low:.2%} to {high:.2%} |" in text
    assert f"| {len(card.epochs)} | {card.epochs[-1].loss:.4f} |" in text
    assert "48,000 digits drawn by DigitLab" in text
    assert "improved from" not in text


def test_it_names_the_most_frequent_confusions_first(card, scores):
    told = sections(card, scores)["Where it fails"]
    assert told.index("a 4 as 9: 2 times, 100.0% of all 4s") < told.index("a 7 as 1: 1 times, 50.0% of all 7s")
    assert "misreads 3 of 20" in told
    assert "Hardest is the 4: 0.0%" in told


def test_what_was_not_measured_is_said(card, scores):
    assert "| Drawings | not measured |" in sections(card, scores)["How good it is"]
    assert (
        "| Drawings of one person that it has not learned, 50 | 90.00% |"
        in sections(card, scores, (45, 50))["How good it is"]
    )
    assert "no worker could be asked" in sections(card, None)["Where it fails"]


def test_a_network_without_a_mistake_fails_nowhere(card):
    labels = np.arange(10, dtype=np.uint8)
    perfect = Scores(labels, np.eye(10, dtype=np.float32))
    assert "read all 10 digits" in sections(card, perfect)["Where it fails"]


def test_a_name_is_only_a_name(card, scores):
    mine = dataclasses.replace(card, title="![x](http://a.b)", is_ready_made=False, owner_name="<b>")
    text = model_card(mine, scores)
    assert text.startswith("# \\!\\[x\\]\\(http\\:")
    assert "by \\<b\\>" in text


def test_the_code_of_a_stopped_network_is_stopped_too(card):
    stopped = dataclasses.replace(card, was_stopped=True, epochs=card.epochs[:2])
    assert keras_code(stopped).stopped_after == 2
    assert keras_code(card).stopped_after is None


def test_where_a_run_went_on_the_command_is_not_said_to_be_the_very_same(card):
    went_on = dataclasses.replace(card, config=dataclasses.replace(card.config, schedule="cosine"), replanned_after=3)
    assert keras_code(went_on).replanned_after == 3
    assert "not quite the same training" in sections(went_on, None)["The same again"]
    assert "not quite" not in sections(card, None)["The same again"]


def test_of_a_network_from_elsewhere_nothing_is_claimed(card, scores):
    origin = Origin(file="x*.keras", source="a book", sha256="0", layers=7, scale="0 to 1", is_softmax_added=False)
    brought = dataclasses.replace(card, is_ready_made=False, origin=origin, epochs=())
    text = model_card(brought, scores)
    assert "x\\*.keras (a book), with 7 layers and 304,554 weights" in text.replace("\\.", ".")
    for unknown in ("## Settings", "## How it learned", "Preset", "Fitted to"):
        assert unknown not in text
    assert "trained elsewhere" in no_code(brought)
    assert keras_code(brought) is None


def test_an_improved_network_names_what_it_comes_from(card, scores):
    config = dataclasses.replace(card.config, tuning=FineTuning(base="handwriting", learned=(1, 2, 3), held_back=(4,)))
    improved = dataclasses.replace(card, config=config, command="", is_ready_made=False)
    text = model_card(improved, scores)
    assert "Improved from handwriting on 3 drawings of its owner" in text
    assert "improved from the network handwriting" in no_code(improved)
    assert "~~~~" not in text
