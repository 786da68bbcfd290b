"""How a tuning is begun; that it is learned and judged is in test_tunings.py."""

import dataclasses
import shutil

import numpy as np
import pytest

from digitlab.errors import InvalidSetting, ModelNotFound
from digitlab.lab import Lab
from digitlab.networks.digit_sets import TEST, own_digits
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.drawing import Drawing, digits_of
from digitlab.runs.records.people import OPERATOR, Person

ANN = Person(id="ann")


@pytest.fixture
def lab(settings):
    with Lab(settings) as opened:
        yield opened


def draw(lab, digits, n):
    new = [Drawing(label=int(digits.y_test[i]), image=digits.x_test[i], source="request") for i in range(n)]
    return lab.drawings.save(new, ANN)


def test_an_improvement_is_an_own_run_with_a_third_set_aside(lab, digits):
    draw(lab, digits, 12)
    run = lab.improver.start("tutorial", ANN)
    assert (run.title, run.owner, run.config.tuning.base) == ("Tutorial, improved", "ann", "tutorial")
    assert (len(run.config.tuning.held_back), len(run.config.tuning.learned)) == (4, 8)
    with pytest.raises(InvalidSetting, match="you have 0"):
        lab.improver.start("tutorial", OPERATOR)


def test_a_run_that_tuned_nothing_has_no_improvement(lab, small):
    run = lab.start_training(small, "", ANN)
    with pytest.raises(ModelNotFound, match=f"Run {run.number}"):
        lab.improver.result(run, ANN)


def test_a_network_is_tested_on_drawings_it_never_learned(lab, digits):
    assert lab.improver.unseen_score("tutorial", ANN) is None
    drawing = draw(lab, digits, 5)[0]
    assert lab.improver.unseen_score("tutorial", ANN) == (5, 5)
    lab.drawings.relabel(drawing.number, (drawing.label + 1) % 10, ANN)
    assert lab.improver.unseen_score("tutorial", ANN) == (4, 5)
    assert np.array_equal(lab.drawings.digits(ANN)[0], digits.x_test[:5])


def test_a_network_improved_twice_has_learned_both_sets(settings, ready_made):
    def copy(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    files = ModelFiles(settings)
    card = files.card("tutorial")
    with Lab(settings) as lab:
        kept = [
            drawing.number
            for drawing in lab.drawings.save(
                [Drawing(label=3, image=np.full((28, 28), n, np.uint8), source="request") for n in range(5)], ANN
            )
        ]
        for name, base, learned in (("once", "tutorial", kept[:2]), ("twice", "once", kept[2:4])):
            config = dataclasses.replace(card.config, tuning=FineTuning(base=base, learned=tuple(learned)))
            files.save(dataclasses.replace(card, name=name, config=config, is_ready_made=False), copy)
        own = own_digits(
            *digits_of(lab.drawings.for_person(ANN)), [drawing.number for drawing in lab.drawings.for_person(ANN)]
        )
        assert [lab.improver.count_learned(name, own, ANN) for name in ("tutorial", "once", "twice")] == [0, 2, 4]
        assert lab.improver.count_learned("twice", TEST, ANN) == 0
        assert lab.improver.unseen_score("twice", ANN)[1] == 1
        lab.delete_model("once", OPERATOR)
        assert lab.improver.learned_drawings("twice", ANN) == set(kept[2:4])


def test_a_drawing_that_comes_back_is_recognised(settings, ready_made):
    """The print of what was learned stays with the network when the drawing is deleted."""

    def copy(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    drawings = [Drawing(label=n % 10, image=np.full((28, 28), n, np.uint8), source="request") for n in range(12)]
    with Lab(settings) as lab:
        kept = lab.drawings.save(drawings, ANN)
        config, _ = lab.improver.plan("tutorial", ANN)
        ModelFiles(settings).save(
            dataclasses.replace(lab.model("tutorial"), name="mine", config=config, is_ready_made=False), copy
        )
        before = lab.improver.learned_drawings("mine", ANN)
        assert before == set(config.tuning.learned)
        lab.drawings.delete([drawing.number for drawing in kept], ANN)
        assert lab.improver.learned_drawings("mine", ANN) == set()
        again = lab.drawings.save(drawings, ANN)
        moved = {new.number for old, new in zip(kept, again, strict=True) if old.number in before}
        assert lab.improver.learned_drawings("mine", ANN) == moved
        assert lab.improver.learned_drawings("mine", Person(id="bob")) == set()


def test_a_seed_that_is_none_is_told(settings):
    with Lab(settings) as lab, pytest.raises(InvalidSetting, match="seed"):
        lab.improver.plan("tutorial", ANN, seed=-1)
