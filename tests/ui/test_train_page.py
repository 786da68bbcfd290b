"""The page Train with a real worker, and without a browser."""

import re

import numpy as np
import pytest
from apptest import component, links, press, rerun, texts
from stored_runs import metrics
from waiting import wait_for

from digitlab.errors import RunIsActive
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import Dense, Flatten
from digitlab.networks.metrics import BatchLoss, PartialMetrics, Progress
from digitlab.networks.range_test import Ending, RangeTest
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.records.people import Person, person_id
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.records.settings_link import as_link
from digitlab.runs.services.rate_finder import RateFinder
from digitlab.runs.store.store import Store
from digitlab.ui.messages import escape_markdown
from digitlab.ui.visitor_cookie import COOKIE

# Outlasts every test: it rests after its short epochs (tests/children), and has too few steps for XLA's compiler.
LONG = "1~epochs_is_490~training_digits_is_2000~batch_size_is_1000"


@pytest.fixture
def me(cookies) -> Person:
    return Person(id=person_id(cookies[COOKIE]))


def start(app, **settings):
    """Start a training on the page; returns its run's number."""
    page = press(app.open("train", **settings), "Train")
    return int(page.query_params["run"])


def wait_until(lab, number, state):
    wait_for(lambda: lab.run(number).state is state)


def test_a_run_that_does_not_exist_is_reported(app, lab, me, small):
    lab.start_training(small, "Waiting", me)
    page = app.open("train", run="999999")
    assert "There is no run 999999. Showing another one." in texts(page)
    assert page.subheader[0].value == "Waiting"


def test_somebody_else_s_run_is_shown_only_if_asked_for(app, lab, me, small):
    other = lab.start_training(small, "Not mine", Person(id="someone else"))
    page = app.open("train")
    assert not page.subheader
    assert "No training yet. Choose the settings and press Train." in texts(page)
    page = app.open("train", run=str(other.number))
    assert page.subheader[0].value == "Not mine"
    assert "by another user" in texts(page)
    mine = lab.start_training(small, "Mine", me)
    lab.start_training(small, "Not mine either", Person(id="someone else"))
    assert lab.runs()[0].number > mine.number
    assert app.open("train").subheader[0].value == "Mine"


def test_a_run_whose_epochs_are_over_is_being_scored(app, lab, me, small, settings):
    number = lab.start_training(small, "", me).number
    store = Store(settings.database_url)
    store.claim(number, "a worker that does nothing")
    for epoch in range(1, small.epochs + 1):
        store.record_heartbeat(number, "a worker that does nothing", Progress(epoch=epoch, batch=8, batches=8))
        page, expected = app.open("train", run=str(number)), f"Epoch {epoch} of {small.epochs}, batch 8 of 8"
        wait_for(lambda page=page, expected=expected: progress(page).startswith(expected))  # runs are cached shortly
        store.epochs.add(number, "a worker that does nothing", metrics(epoch))
    store.close()
    assert progress(app.page) == "Scoring on the test set ..."


def test_the_curves_say_what_they_wait_for(app, lab, me, small):
    number = lab.start_training(small, "", me).number
    page = app.open("train", run=str(number))
    assert "The curves begin when the training starts." in texts(page)
    assert not page.get("vega_lite_chart")


def test_the_curves_grow_within_an_epoch(app, lab, me, small, settings):
    number = lab.start_training(small, "", me).number
    store = Store(settings.database_url)
    store.claim(number, "a worker that does nothing")
    page = app.open("train", run=str(number))
    assert "The curves begin after the first batches." in texts(page)
    points = (PartialMetrics(batch=2, loss=0.75, accuracy=0.625),)
    progress = Progress(epoch=1, batch=2, batches=8, so_far=points)
    store.record_heartbeat(number, "a worker that does nothing", progress)
    wait_for(lambda: page.run().get("vega_lite_chart"))
    loss, accuracy = page.get("vega_lite_chart")
    assert {"**Loss** 0.7500 so far", "**Accuracy** 62.50% so far"} <= set(texts(page).splitlines())
    assert loss.proto.alt == "The first epoch is under way; a dotted line shows its training loss so far"
    assert accuracy.proto.alt == "The first epoch is under way; a dotted line shows its training accuracy so far"
    store.epochs.add(number, "a worker that does nothing", metrics(1))
    store.close()
    loss, accuracy = page.run().get("vega_lite_chart")
    assert "so far" not in loss.proto.alt + texts(page)


def test_the_placeholder_shows_the_name_that_comes_next(app, lab):
    assert app.open("train").text_input("title").placeholder == 'Leave empty for "Tutorial 1"'
    assert press(app.page, "Train").text_input("title").placeholder == 'Leave empty for "Tutorial 2"'
    assert [run.title for run in lab.runs()] == ["Tutorial 1"]


def test_an_own_network_is_trained_only_if_it_can_work(app, lab):
    config = TrainingConfig(layers=(Flatten(), Dense(units=20)))
    page = app.open("train", settings=as_link(config))
    assert page.text_input("title").placeholder == 'Leave empty for "Own network 1"'
    press(page, "Move down")
    page = press(page, "Train")
    assert not lab.runs()
    sentence = "Layer 1: Dense needs a list of numbers, and gets maps of 28 x 28 x 1. Put Flatten or {} before it."
    escaped = escape_markdown(sentence.format("GlobalAveragePooling2D"))
    assert [error.value for error in page.error] == [escaped, escaped]  # beside the layers, and at the button
    press(page, "Undo")
    press(page, "Train")
    (run,) = lab.runs()
    assert (run.title, run.config) == ("Own network 1", config)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("1~epochs_is_0", "epochs is 0"),
        ("<script>alert(1)</script>", "cannot be read"),
        ("1~preset_is_x", "preset is"),
    ],
)
def test_bad_settings_in_a_link_change_none(app, link, sentence):
    page = app.open("train", settings=link)
    assert sentence in texts(page).replace("\\", "")
    assert page.slider(key="tutorial-epochs").value == 10


def test_stop_saves_the_network_so_far(training_app, open_lab):
    number = start(training_app, settings=LONG)
    wait_for(lambda: re.search(r"Epoch [2-9]\d* of 490, batch", progress(training_app.page)))
    press(training_app.page, "Stop")
    wait_until(open_lab, number, RunState.STOPPED)
    page = training_app.page.run()
    assert "The network so far was saved." in texts(page)
    assert {"Try it", "Evaluate it", "Keras code"} <= set(links(page))
    [watch] = [link for link in page.page_link if link.label == "Watch it learn"]
    assert (watch.page, watch.query_string) == ("watch", f"run={number}")


@pytest.mark.parametrize(("button", "caption"), [("Stop", "Stopping ..."), ("Pause", "Pausing ...")])
def test_a_request_is_shown_until_the_worker_follows(app, lab, me, small, settings, button, caption):
    number = lab.start_training(small, "", me).number
    store = Store(settings.database_url)
    store.claim(number, "a worker that does nothing")
    store.close()
    press(app.open("train", run=str(number)), button)
    page = app.page.run()
    assert caption in texts(page)
    assert not {"Stop", "Pause"} & {other.label for other in page.button}


def opened(app, number):
    """Open the page of a run with its panel "Batch by batch"."""
    page = app.open("train", run=str(number))
    page.session_state[f"steering-{number}"] = True
    return page.run()


def test_the_learning_rate_is_changed_and_marked(app, lab, me, small, settings):
    number = lab.start_training(small, "", me).number
    store = Store(settings.database_url)
    store.claim(number, "a worker that does nothing")
    points = (PartialMetrics(batch=4, loss=2.0, accuracy=0.5), PartialMetrics(batch=8, loss=1.5, accuracy=0.6))
    store.record_heartbeat(number, "a worker that does nothing", Progress(epoch=1, batch=8, batches=8, so_far=points))
    page = opened(app, number)
    wait_for(lambda: len(page.run().get("vega_lite_chart")) == 3)
    expected = "Training loss by batch; the first epoch is under way"
    assert page.get("vega_lite_chart")[2].proto.alt == expected
    losses = [BatchLoss(batch=4, loss=2.0), BatchLoss(batch=8, loss=1.0)]
    store.epochs.add(number, "a worker that does nothing", metrics(1), losses)
    expected = "Training loss by batch: 2.0000 at first, 1.0000 up to batch 8"
    wait_for(lambda: page.run().get("vega_lite_chart")[2].proto.alt == expected)
    assert "The learning rate is 0.001." in texts(page)
    page = rerun(page, page.select_slider[0].set_value(0.0005))
    page = press(page, "Change to 0.0005")
    assert lab.run(number).wanted_rate == 0.0005
    assert "0.0005 counts from the next batches on." in texts(page)
    store.record_rate_changes(number, "a worker that does nothing", (RateChange(batch=8, rate=0.0005),), 0.0005)
    store.close()
    wait_for(lambda: "The learning rate is 0.0005 since batch 9." in texts(page.run()))
    for chart in page.get("vega_lite_chart"):
        assert chart.proto.alt.endswith(". Learning rate changed 1 time, to 0.0005 after 8 batches")


def test_the_slider_begins_at_the_rate_of_now(app, lab, me, small, store):
    number = lab.start_training(small, "", me).number
    store.claim(number, "a worker that does nothing")
    store.record_rate_changes(number, "a worker that does nothing", (RateChange(batch=8, rate=0.0003),), None)
    assert opened(app, number).select_slider[0].value == 0.0003


def test_only_the_owner_steers_and_only_what_can_be(app, lab, me, small, settings):
    other = lab.start_training(small, "", Person(id="someone else")).number
    store = Store(settings.database_url)
    store.claim(other, "a worker that does nothing")
    page = opened(app, other)
    assert "Loss by batch" in texts(page)
    assert not page.select_slider
    store.close()


def test_a_single_batch_is_trained_and_shown(training_app, open_lab):
    number = start(training_app, settings=LONG)
    wait_for(lambda: re.search(r"Epoch [2-9]\d* of 490, batch", progress(training_app.page)))
    press(training_app.page, "Pause")
    wait_until(open_lab, number, RunState.PAUSED)
    page = opened(training_app, number)
    for _ in range(2):
        before = open_lab.run(number).progress.trained
        page = press(page, "One step")
        assert open_lab.run(number).progress.trained == before + 1
    assert [metric.label for metric in page.metric] == ["Loss before", "Loss after"]
    assert list(page.dataframe[0].value["layer"]) == ["hidden", "digits"]
    (digits,) = (element.value for element in page.markdown if "digitlab-cards small" in element.value)
    assert digits.count("<figcaption>") == 32
    assert not page.error


def test_a_step_of_a_run_that_was_resumed_is_a_sentence(app, lab, me, small, settings, monkeypatch):
    number = lab.start_training(small, "", me).number
    store = Store(settings.database_url)
    store.claim(number, "a")
    store.end(number, "a", Outcome(state=RunState.PAUSED))
    store.close()
    page = opened(app, number)

    def ask(_question, number):
        lab.resume(number, me)
        raise RunIsActive(f"Run {number} is queued or running.")  # as a worker says

    monkeypatch.setattr(lab, "_ask", ask)
    page = press(page, "One step")
    assert page.error[0].value == escape_markdown(f"Run {number} is queued or running.")
    assert lab.run(number).state is RunState.QUEUED


def progress(page):
    """The text of the progress bar, after another run of the page."""
    bars = page.run().get("progress")
    return bars[0].text if bars else ""


def test_pause_stops_a_training_and_resume_continues_it(training_app, open_lab):
    number = start(training_app, settings=LONG)
    wait_until(open_lab, number, RunState.RUNNING)
    press(training_app.page, "Pause")
    wait_until(open_lab, number, RunState.PAUSED)
    before = len(open_lab.epochs(number))
    page = training_app.page.run()
    assert f"Paused during epoch {before + 1}. Resume continues exactly where it stopped." in texts(page)
    press(page, "Resume")
    wait_for(lambda: len(open_lab.epochs(number)) > before)
    assert open_lab.run(number).state is RunState.RUNNING


def test_a_second_training_sees_its_place_in_the_queue(training_app, open_lab):
    first = start(training_app, settings=LONG)
    wait_until(open_lab, first, RunState.RUNNING)
    start(training_app, settings=LONG)
    assert re.match("In queue: 1 run ahead", progress(training_app.page))
    press(training_app.page, "Stop")
    assert "Stopped before it started." in texts(training_app.page.run())


def test_a_paused_run_in_the_queue_has_not_started(app, lab, me, small):
    run = lab.start_training(small, "", me)
    press(app.open("train", run=str(run.number)), "Pause")
    assert "Paused before it started. Resume queues it again." in texts(app.page.run())


def test_a_training_that_diverges_ends_with_an_explanation(training_app, open_lab):
    number = start(training_app, settings="1~optimizer_is_adamw~learning_rate_is_1000~training_digits_is_3000")
    wait_until(open_lab, number, RunState.FAILED)
    page = training_app.page.run()
    assert "the steps were too large" in page.error[0].value
    assert "Learning rate too high" in texts(page)


def test_a_run_is_renamed(app, lab, me, small):
    run = lab.start_training(small, "", me)
    page = press(app.open("train", run=str(run.number)), "Rename")
    page.text_input[-1].set_value("Two epochs")
    press(page, "Rename")
    assert lab.run(run.number).title == "Two epochs"


def test_a_run_is_deleted_after_a_question(app, lab, me, small):
    run = lab.start_training(small, "", me)
    lab.stop(run.number, me)
    page = press(app.open("train", run=str(run.number)), "Delete")
    assert "A deleted run cannot be resumed." in texts(page)
    press(page, "Cancel")
    assert [listed.number for listed in lab.runs()] == [run.number]
    page = press(app.open("train", run=str(run.number)), "Delete")
    press(page, "Delete")
    assert not lab.runs()


def test_the_augmentation_is_previewed(app):
    def preview(page):
        return [picture["url"] for picture in component(page, "preview")["pictures"]]

    page = app.open("train")
    before = preview(page)
    rotation = next(slider for slider in page.slider if slider.label == "Rotation")
    assert preview(rerun(page, rotation.set_value(45.0))) != before


def test_a_learning_rate_is_found_and_taken(app, lab):
    rates = np.geomspace(1e-5, 10, 120)
    losses = 2.3 - 2 / (1 + (0.01 / rates) ** 2) + rates**2
    test = RangeTest(rates=tuple(rates), losses=tuple(losses), batch_size=32, ending=Ending.DONE)
    lab.rate_finder = RateFinder(lambda question, config: test)
    page = press(app.open("train"), "Find the learning rate")
    wait_for(lambda: lab.rate_finder.get(TrainingConfig()) is test)
    (chart,) = page.run().get("vega_lite_chart")
    assert chart.proto.alt.endswith("Suggested: 0.012.")
    assert press(page, "Use 0.012").number_input("tutorial-learning_rate").value == 0.012
    assert page.button("use-rate").disabled
    assert not page.number_input("tutorial-batch_size").set_value(64).run().get("vega_lite_chart")


def test_no_learning_rate_to_suggest_is_a_sentence(app, lab):
    test = RangeTest(rates=(1e-5, 0.01, 10.0), losses=(2.3, 2.3, 9.0), batch_size=32, ending=Ending.DONE)
    lab.rate_finder = RateFinder(lambda question, config: test)
    page = press(app.open("train"), "Find the learning rate")
    wait_for(lambda: lab.rate_finder.get(TrainingConfig()) is test)
    assert "did not fall at any learning rate from 1e-05 to 10" in texts(page.run())
    assert page.get("vega_lite_chart")[0].proto.alt.endswith("No suggestion.")
