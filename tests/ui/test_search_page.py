"""The page Try many, with trials that are trained at once."""

import dataclasses
import shutil

import pytest
from apptest import press, rerun, texts
from own_digits import visitor
from searches import RATE, UNITS, space, to_its_end

from digitlab.networks.config import OWN, TrainingConfig
from digitlab.networks.layers.kinds import Conv2D, Flatten
from digitlab.networks.presets import PRESETS
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.dispatch.search_driver import SearchDriver
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.model_card import ModelCard
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.run import Failure, Outcome, RunState
from digitlab.runs.records.search import SearchState, TrialState


@pytest.fixture
def driver(store):
    return SearchDriver(lambda: store, lambda: 2)


def diverge(store):
    store.end(store.claim_next("w"), "w", Outcome(state=RunState.FAILED, failure=Failure.DIVERGED, message="NaN."))


def labels(page):
    return [button.label for button in page.button]


def box(page, key):
    return next(box for box in page.checkbox if box.key == key)


def plain(text):
    """A text in Markdown without the signs that escape it."""
    return text.replace("\\", "")


def alternatives(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def test_an_empty_page_says_what_it_is_for(app):
    page = app.open("search")
    assert "No search yet. Choose what may vary and start one" in texts(page)
    assert labels(page)[-1] == "Start the search"


def test_what_may_vary_is_chosen_and_searched(app, lab, cookies):
    page = app.open("search")
    rerun(page, box(page, "search-optimizer").check())
    rerun(page, box(page, "search-units").uncheck())
    press(page, "Start the search")
    (search,) = lab.searches.all()
    assert search.owner == visitor(cookies).id
    assert search.space.base == TrainingConfig()
    varied = {setting.name: setting.values for setting in search.space.varied}
    assert varied == {
        "learning_rate": (0.0003, 0.03),
        "batch_size": (32, 256),
        "optimizer": ("adam", "adamw", "rmsprop", "sgd"),
    }
    assert (search.space.max_trials, search.space.max_minutes) == (20, None)
    assert page.get("progress")[0].proto.text == "0 of 20 trials, in 0 s"
    press(page, "Start the search")
    assert "You have a search that is running: Search 1." in plain(page.error[0].value)


def test_a_search_starts_from_a_network_designed_on_train(app, lab):
    page = app.open("train")
    page.session_state["preset"] = OWN
    page.run()
    page = app.open("search")
    start = page.selectbox("search-preset")
    assert (start.value, start.options[-1]) == (OWN, "Your own on Train: 3 layers")
    assert "Flatten, Dense 128" in texts(page)
    press(page, "Start the search")
    assert lab.searches.all()[0].space.base == TrainingConfig(layers=PRESETS["tutorial"].layers)
    page = app.open("train")
    page.button(key="own-delete").click().run()  # Flatten: it cannot be trained any more
    assert app.open("search").selectbox("search-preset").value == "tutorial"


@pytest.fixture
def trained(settings, ready_made, cookies):
    """The settings of a network of the visitor's own, "mine", and of another person's, "theirs"."""
    changes = (RateChange(batch=5, rate=0.1),)
    config = TrainingConfig(layers=(Conv2D(filters=4), Flatten()), epochs=4, learning_rate_changes=changes)

    def export(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    card = ModelCard.from_json((ready_made / "tutorial.json").read_text())
    for name, owner in (("mine", visitor(cookies).id), ("theirs", "someone else")):
        own = dataclasses.replace(card, name=name, title=name, config=config, owner=owner, is_ready_made=False)
        ModelFiles(settings).save(own, export)
    return config


def test_a_search_starts_from_a_network_that_its_person_trained(trained, app, lab):
    page = app.open("search")
    start = page.selectbox("search-preset")
    assert start.options[len(PRESETS) :] == ["mine (97.72%)"]
    page = rerun(page, start.set_value("network mine"))
    assert "Conv2D 4" in texts(page)
    assert not {"search-units", "search-hidden_layers"} & {box.key for box in page.checkbox}
    press(page, "Start the search")
    assert lab.searches.all()[0].space.base == dataclasses.replace(trained, learning_rate_changes=())


def test_a_search_over_nothing_is_refused_in_a_sentence(app, lab):
    page = app.open("search")
    for name in ("learning_rate", "batch_size", "units"):
        rerun(page, box(page, f"search-{name}").uncheck())
    press(page, "Start the search")
    assert plain(page.error[0].value) == "Nothing varies in this search. Choose one or more settings that may vary."
    assert lab.searches.all() == []


def test_a_search_shows_the_best_and_trains_it_in_full(app, lab, cookies, store, driver):
    person = visitor(cookies)
    search = lab.searches.start(space(RATE, UNITS, max_trials=8), "Mine", person)
    to_its_end(store, driver, search.number)
    best = max(lab.searches.trials(search.number), key=lambda trial: trial.accuracy)
    page = app.open("search", search=str(search.number))
    assert page.metric[0].value == f"{best.accuracy:.2%}"
    assert f"Trial {best.number + 1}: Learning rate" in plain(texts(page))
    said = alternatives(page)
    assert f"Validation accuracy of 8 trials; the best is {best.accuracy:.2%}, in trial {best.number + 1}." in said
    assert "The best, in orange: Trial" in said
    assert "Importance of the settings: Learning rate" in said
    table = page.dataframe[0].value
    assert table["Trial"].iloc[0] == best.number + 1
    assert set(table["State"]) == {"finished"}
    press(page, "Train the best in full")
    (run,) = lab.runs()
    assert (run.title, run.config.epochs, run.search) == ("Mine, best", 10, None)
    assert run.config.learning_rate == best.values["learning_rate"]


def test_nan_in_all_trials_is_said_in_a_sentence(app, lab, cookies, store, driver):
    search = lab.searches.start(space(max_trials=50), "", visitor(cookies))
    to_its_end(store, driver, search.number, diverge)
    page = app.open("search")
    assert "Search again with lower learning rates" in plain(page.error[0].value)
    assert "Train the best in full" not in labels(page)


def test_a_running_search_is_stopped(app, lab, cookies, store, driver):
    search = lab.searches.start(space(), "", visitor(cookies))
    driver.step()
    page = app.open("search")
    press(page, "Stop")
    assert lab.searches.get(search.number).is_stop_wanted
    driver.step()
    driver.step()
    assert lab.searches.get(search.number).state is SearchState.STOPPED
    assert {trial.state for trial in lab.searches.trials(search.number)} == {TrialState.PRUNED}


def test_others_can_neither_stop_nor_delete_a_search(app, lab, store, driver):
    search = lab.searches.start(space(), "", OPERATOR)
    driver.step()
    assert "Stop" not in labels(app.open("search"))
    to_its_end(store, driver, search.number)
    assert "Delete" not in labels(app.open("search"))


def test_a_search_is_deleted_after_a_question(app, lab, cookies, store, driver):
    search = lab.searches.start(space(), "", visitor(cookies))
    to_its_end(store, driver, search.number)
    page = app.open("search")
    press(page, "Delete")
    press(page, "Delete")
    assert lab.searches.all() == []


def test_trials_are_in_no_list_of_runs(app, lab, cookies, store, driver):
    search = lab.searches.start(space(), "", visitor(cookies))
    driver.step()
    assert lab.runs() == []
    assert lab.next_run_number() == 3
    page = app.open("train")
    assert "No training yet." in texts(page)
    assert search.number == 1
