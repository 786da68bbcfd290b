import dataclasses
from pathlib import Path

import numpy as np
import pytest

from digitlab.errors import InvalidSetting
from digitlab.networks.paired_comparison import Comparison
from digitlab.networks.scores import Scores
from digitlab.runs.records import improvement
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.improvement import Improvement, Verdict
from digitlab.runs.records.model_card import ModelCard
from digitlab.settings import ROOT


def drawings(*labels):
    image = np.zeros((28, 28), np.uint8)
    return [Drawing(number=n, label=label, image=image, source="request") for n, label in enumerate(labels, start=1)]


def test_a_third_of_the_most_frequent_digits_is_set_aside():
    own = drawings(*range(10), 7, 7, 7, 4, 4)
    tuning = improvement.split("tutorial", own, seed=1)
    assert len(tuning.held_back) == 5
    assert sorted(own[n - 1].label for n in tuning.held_back) == [4, 4, 7, 7, 7]
    assert sorted([*tuning.learned, *tuning.held_back]) == list(range(1, 16))
    assert improvement.split("tutorial", own, seed=1) == tuning


def test_error_says_how_many_drawings_are_needed():
    with pytest.raises(InvalidSetting, match=r"You need at least 10 drawings \(you have 8\)"):
        improvement.split("tutorial", drawings(*range(8)), seed=1)


def read(right, total):
    """A network that reads so many of so many ones correctly."""
    return answering(np.arange(total) < right)


def answering(is_right):
    """A network that reads some of as many ones correctly."""
    answers = np.where(is_right, 1, 7)
    total = len(answers)
    return Scores(np.ones(total, np.uint8), np.eye(10, dtype=np.float32)[answers])


def judged(own, mnist):
    card = ModelCard.from_json(Path(ROOT / "models" / "tutorial.json").read_text())
    after = dataclasses.replace(card, title="Mine")
    held_back = drawings(*[1] * 10) if own else []
    compared = Comparison(*(read(right, 10) for right in own)) if own else None
    return Improvement(
        before=card,
        after=after,
        drawings=held_back,
        own=compared,
        mnist=Comparison(*(read(right, 10_000) for right in mnist)),
    )


@pytest.mark.parametrize(
    ("own", "mnist", "verdict"),
    [
        ((6, 9), (9800, 9795), Verdict.HELPED),
        ((6, 6), (9800, 9800), Verdict.DID_NOT_HELP),
        ((6, 5), (9800, 9900), Verdict.DID_NOT_HELP),
        ((6, 10), (9800, 9780), Verdict.FORGOT),
        ((6, 9), (9800, 9793), Verdict.FORGOT),
        ((10, 10), (9800, 9790), Verdict.FORGOT),
        ((10, 10), (9800, 9800), Verdict.NOTHING_TO_IMPROVE),
        ((10, 9), (9800, 9800), Verdict.DID_NOT_HELP),
        (None, (9800, 9800), Verdict.UNKNOWN),
    ],
)
def test_verdict_says_whether_it_helped(own, mnist, verdict):
    assert judged(own, mnist).verdict is verdict


def test_sentence_has_the_figures():
    assert judged((6, 9), (9800, 9795)).sentence == (
        "It helped. Unseen drawings read correctly: 9 of 10 (before: 6), too few to tell. "
        "On MNIST's test set its accuracy is 97.95% (before: 98.00%)."
    )


def test_a_significant_loss_is_said_first():
    places = np.arange(10_000)
    before, after = answering(places >= 1), answering((places < 9985) | (places == 0))
    found = dataclasses.replace(judged((10, 10), (9800, 9800)), mnist=Comparison(before, after))
    assert found.verdict is Verdict.FORGOT
    assert found.sentence.startswith(
        "The new network reads MNIST worse than the old one. Keep the old one. Digits of MNIST's test set that only "
        "the old network reads: 15; that only the new one reads: 1 (McNemar's test: p = 0.00052)."
    )


def test_two_networks_are_compared_on_drawings():
    card = ModelCard.from_json((ROOT / "models" / "tutorial.json").read_text())
    sevens, ones = dataclasses.replace(card, title="7"), dataclasses.replace(card, title="1")

    def always_its_title(card, images):
        return np.eye(10, dtype=np.float32)[[int(card.title)] * len(images)]

    found = improvement.compare(drawings(1, 1, 7), sevens, ones, always_its_title)
    assert (len(found.only_second), len(found.only_first)) == (2, 1)
    assert improvement.compare([], sevens, ones, always_its_title) is None


def test_drawings_that_were_trained_on_are_not_set_aside():
    own = drawings(*(list(range(10)) * 3))
    first = improvement.split("tutorial", own[10:], seed=1)
    again = improvement.split("tutorial-improved", own, seed=1, seen=first.learned)
    assert not set(first.learned) & set(again.held_back)
    assert set(again.learned) | set(again.held_back) == {saved.number for saved in own}


def test_network_that_was_trained_on_all_is_not_judged():
    own = drawings(*range(10))
    with pytest.raises(InvalidSetting, match="Draw 3 more first"):
        improvement.split("tutorial", own, seed=1, seen={saved.number for saved in own})
