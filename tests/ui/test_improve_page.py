import dataclasses

import numpy as np
import pytest
from apptest import links, press, texts
from own_digits import save_digits, visitor

from digitlab.errors import ModelNotFound
from digitlab.networks.digit_sets import TEST
from digitlab.networks.scores import Scores
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.services.evaluation_service import save_answers
from digitlab.runs.store.store import Store
from digitlab.ui.visitor_cookie import new_token


@pytest.fixture
def worse(lab, settings, cookies, digits, ready_made):
    """The number of the visitor's run whose network misreads 20 digits of MNIST more than before."""
    save_digits(lab, cookies, digits, 12)
    person = visitor(cookies)
    run = lab.improver.start("tutorial", person)
    before = lab.evaluate("tutorial")
    wrong = np.flatnonzero(before.answers == before.labels)[:20]
    answers = before.probabilities.copy()
    answers[wrong] = np.roll(answers[wrong], 1, axis=1)

    def export(path):
        for suffix in (".keras", ".tflite"):
            path.with_suffix(suffix).write_bytes((ready_made / f"tutorial{suffix}").read_bytes())

    card = dataclasses.replace(
        lab.model("tutorial"), name="worse", config=run.config, owner=person.id, is_ready_made=False, is_pending=True
    )
    ModelFiles(settings).save(card, export)
    save_answers(settings, card, TEST, Scores(before.labels, answers))
    store = Store(settings.database_url)
    store.claim(run.number, "a")
    store.end(run.number, "a", Outcome(state=RunState.FINISHED, model="worse", test_accuracy=0.98, test_loss=0.1))
    store.close()
    return str(run.number)


def labels(page):
    return [button.label for button in page.button]


def test_too_few_digits_are_counted_and_linked_to_more(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 4)
    page = app.open("improve")
    assert "You need at least 10 digits (you have 4); 50 or more is better." in texts(page)
    assert "Improve" not in labels(page)
    assert links(page)[-2:] == ["Collect my digits", "Draw"]


def test_rare_digits_are_named(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 12)
    page = app.open("improve")
    assert "You have 12 digits of your own." in texts(page)
    assert "Rare or missing: 2, 3, 5, 6, 7, 8. It can't learn your version of a digit" in texts(page)
    assert "Train anyway" in labels(page)


def test_nothing_to_improve_is_said_before_training(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 12)
    page = app.open("improve", model="tutorial")
    assert "This network reads all 12 of your drawings correctly, so there is nothing to improve." in texts(page)
    person = visitor(cookies)
    first = lab.drawings.for_person(person)[0]
    lab.drawings.relabel(first.number, (first.label + 1) % 10, person)
    page = app.open("improve", model="tutorial")
    assert "nothing to improve" not in texts(page)
    assert "Improve" in labels(page)


def test_improvement_is_queued_with_its_number_in_the_link(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 12)
    page = app.open("improve", model="tutorial")
    press(page, "Train anyway")
    (run,) = lab.runs()
    assert run.config.tuning.base == "tutorial"
    assert page.query_params["run"] == str(run.number)
    assert "Stop" in labels(page)


def test_unknown_run_in_a_link_is_named(app):
    page = app.open("improve", run="<999>")
    assert "There is no run \\<999\\> that improved a network." in texts(page)


def test_stopped_improvement_says_that_nothing_was_saved(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 12)
    page = app.open("improve", model="tutorial")
    press(page, "Train anyway")
    press(page, "Stop")
    page = app.open("improve", run=str(lab.runs()[0].number))
    assert "It was stopped before anything was saved." in texts(page)


def test_worse_network_is_kept_anyway(app, lab, worse):
    page = app.open("improve", run=worse)
    assert page.error[0].value.startswith("The new network reads MNIST worse than the old one")
    assert "The new network is not in your list of networks." in texts(page)
    press(page, "Keep it anyway")
    assert "worse" in [card.name for card in lab.models()]
    assert {"Discard it", "Keep it anyway"}.isdisjoint(labels(page))
    assert "Try it" in links(page)
    assert "Its network stays on Models." in texts(press(page, "Delete"))


def test_worse_network_is_discarded_with_its_run(app, lab, worse):
    page = app.open("improve", run=worse)
    assert "Its network was not kept and is deleted, too." in texts(press(page, "Delete"))
    press(app.open("improve", run=worse), "Discard it")
    assert lab.runs() == []
    with pytest.raises(ModelNotFound):
        lab.model("worse")
    assert "run" not in page.query_params


def test_somebody_else_decides_on_their_worse_network(app, worse, cookies):
    cookies.update(dict.fromkeys(cookies, new_token()))
    page = app.open("improve", run=worse)
    assert "The new network is not in your list of networks." in texts(page)
    assert {"Discard it", "Keep it anyway"}.isdisjoint(labels(page))
