import dataclasses

import numpy as np
import pytest
from catalogues import korean_catalogue

from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.scores import Scores
from digitlab.preprocessing.version import VERSION
from digitlab.runs.records.card_markdown import keras_code, model_card, no_code, sections
from digitlab.runs.records.model_card import ModelCard, Origin
from digitlab.translation import in_language


@pytest.fixture
def card(ready_made):
    return ModelCard.from_json((ready_made / "handwriting.json").read_text())


@pytest.fixture
def scores():
    """Ten digits, twice each, all correct but both fours, read as nines, and one seven, read as a one."""
    labels = np.repeat(np.arange(10), 2).astype(np.uint8)
    answers = labels.copy()
    answers[[8, 9, 14]] = 9, 9, 1
    return Scores(labels, np.eye(10, dtype=np.float32)[answers])


def test_card_has_all_facts_about_a_network(card, scores):
    text = model_card(card, scores)
    for part in ("Handwriting", "295,426 weights", "| Seed | 1 |", "keras 3.15", "CC BY-SA 3.0", card.command):
        assert part in text
    low, high = card.interval
    assert f"| MNIST's test set, 10,000 | {card.test_accuracy:.2%} | {low:.2%} to {high:.2%} |" in text
    assert f"| {len(card.epochs)} | {card.epochs[-1].loss:.4f} |" in text
    assert "Added: 48,000 synthetic digits" in text
    assert "Fine-tuned from" not in text


def test_card_says_with_which_preprocessing_it_learned(card):
    found = sections(dataclasses.replace(card, preprocessing=7), None)
    assert "- Preprocessing of drawings: version 7." in found["Training data"]
    assert "Train it again to adapt it." in found["Description"]
    assert "Train it again" not in sections(card, None)["Description"]


@pytest.mark.parametrize("version", [1, VERSION])
def test_card_says_when_another_preprocessing_is_used_now(card, version):
    found = sections(dataclasses.replace(card, preprocessing=version), None)
    assert f"- Preprocessing of drawings: version {version}." in found["Training data"]
    assert (f"Version {VERSION} prepares drawings now." in found["Training data"]) is (version < VERSION)
    assert "Train it again" not in found["Description"]


def test_most_frequent_confusions_come_first(card, scores):
    text = sections(card, scores)["Common mistakes"]
    assert text.index("4 read as 9: 2 (100.0% of the digits 4)") < text.index("7 read as 1: 1 (50.0% of the digits 7)")
    assert "3 of 20" in text
    assert "Hardest digit: 4, 0.0%" in text


def test_card_says_what_was_not_measured(card, scores):
    assert "| Drawings | not measured |" in sections(card, scores)["Evaluation"]
    assert "| Unseen drawings of one person, 50 | 90.00% |" in sections(card, scores, (45, 50))["Evaluation"]
    assert "could not be evaluated" in sections(card, None)["Common mistakes"]


def test_perfect_network_has_no_mistakes(card):
    labels = np.arange(10, dtype=np.uint8)
    perfect = Scores(labels, np.eye(10, dtype=np.float32))
    assert "read all 10 digits" in sections(card, perfect)["Common mistakes"]


def test_names_are_escaped(card, scores):
    mine = dataclasses.replace(card, title="![x](http://a.b)", is_ready_made=False, owner_name="<b>")
    text = model_card(mine, scores)
    assert text.startswith("# \\!\\[x\\]\\(http\\:")
    assert "by \\<b\\>" in text


def test_code_of_a_stopped_network_stops_too(card):
    stopped = dataclasses.replace(card, was_stopped=True, epochs=card.epochs[:2])
    assert keras_code(stopped).stopped_after == 2
    assert keras_code(card).stopped_after is None


def test_command_of_a_resumed_run_is_not_called_the_same(card):
    went_on = dataclasses.replace(card, config=dataclasses.replace(card.config, schedule="cosine"), replanned_after=3)
    assert keras_code(went_on).replanned_after == 3
    assert "not quite the same training" in sections(went_on, None)["Reproduce it"]
    assert "not quite" not in sections(card, None)["Reproduce it"]


def test_card_of_an_imported_network_claims_nothing(card, scores):
    origin = Origin(file="x*.keras", source="a book", sha256="0", layers=7, scale="0 to 1", is_softmax_added=False)
    brought = dataclasses.replace(card, is_ready_made=False, origin=origin, epochs=())
    text = model_card(brought, scores)
    assert "x\\*.keras (7 layers, 295,426 weights). Source: a book." in text.replace("\\.", ".")
    for unknown in ("## Settings", "## Training\n", "Preset", "Training: the first"):
        assert unknown not in text
    assert "trained elsewhere" in no_code(brought)
    assert keras_code(brought) is None


def test_fine_tuned_network_names_its_base(card, scores):
    config = dataclasses.replace(card.config, tuning=FineTuning(base="handwriting", learned=(1, 2, 3), held_back=(4,)))
    improved = dataclasses.replace(card, config=config, command="", is_ready_made=False)
    text = model_card(improved, scores)
    assert "Fine-tuned from handwriting on 3 drawings of its owner" in text
    assert "fine-tuned from the network handwriting" in no_code(improved)
    assert "~~~~" not in text


def test_card_is_written_in_the_reader_s_language(card, scores, tmp_path):
    texts = {
        "Training data": "학습 데이터",
        "Seed": "시드",
        "no": "아니요",
        "Source: {source}.": "출처: {source}.",
        "MNIST, content SHA-256 {sha256}": "MNIST, 내용의 SHA-256 {sha256}",
        "Trained with DigitLab on {day} by {owner}.": "{owner}이(가) {day}에 DigitLab으로 학습했습니다.",
    }
    mine = dataclasses.replace(card, is_ready_made=False, owner_name="Ann")
    with korean_catalogue(tmp_path, texts), in_language("ko"):
        text = model_card(mine, scores)
    for part in (
        "## 학습 데이터\n",
        "| 시드 | 1 |",
        "- 출처: MNIST, 내용의 SHA-256 ",
        "Ann이(가) 20",
        "에 DigitLab으로",
    ):
        assert part in text


def test_adaptations_of_an_imported_network_are_told_apart():
    parts = [
        "rows and columns exchanged",
        "resized to 32 x 32 pixels",
        "outputs, which stood for 1, 0, reordered",
        "output 2 of 3 used",
    ]
    origin = Origin(file="", source="", sha256="", layers=1, scale="", is_softmax_added=False)
    assert dataclasses.replace(origin, adaptation=", ".join(parts)).adaptations == parts
    assert origin.adaptations == []
