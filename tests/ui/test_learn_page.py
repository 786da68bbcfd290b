import pytest
from apptest import component, links, press, texts

from digitlab.networks.code import KerasCode
from digitlab.networks.config import TrainingConfig
from digitlab.translation import LANGUAGES, in_language, translated
from digitlab.ui.learn.paths import LESSON, PATHS, STEPS


def test_the_names_of_steps_are_unique():
    assert len(STEPS) == sum(len(path.steps) for path in PATHS.values())


@pytest.mark.parametrize("name", STEPS)
def test_a_step_shows_its_question_and_a_link(app, name):
    page = app.open("learn", step=name)
    step = STEPS[name]
    assert page.subheader[0].value == step.title
    assert page.radio(f"answer-{name}").label == step.question.text
    assert len(page.radio(f"answer-{name}").options) == len(step.question.answers)
    assert links(page)
    assert not page.error


@pytest.mark.parametrize("name", LESSON.steps)
def test_a_step_shows_the_keras_lines_of_the_notebook(app, name):
    lines = KerasCode(config=TrainingConfig(epochs=5), title="").lesson()[name]
    assert app.open("learn", step=name).code[0].value == lines.strip()


@pytest.mark.parametrize("name", STEPS)
def test_only_the_correct_answer_finishes_a_step(app, name):
    question = STEPS[name].question
    page = app.open("learn", step=name)
    wrong = (question.correct + 1) % len(question.answers)
    page.radio(f"answer-{name}").set_value(wrong).run()
    assert "Not quite." in page.info[-1].value
    assert not finished(page, name)
    page.radio(f"answer-{name}").set_value(question.correct).run()
    assert "Correct." in page.success[-1].value
    assert finished(page, name)


def finished(page, name: str) -> bool:
    """Whether the row of steps shows one as finished."""
    return next(step["isDone"] for step in component(page, "learn-steps")["steps"] if step["name"] == name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_next_leads_through_all_steps_to_the_glossary(app, language):
    page = app.open("learn", lang=language)
    for name, step in STEPS.items():
        assert page.query_params["step"] == name
        with in_language(language):
            assert page.subheader[0].value == translated(step.title)
            assert page.radio(f"answer-{name}").label == translated(step.question.text)
        assert not page.error
        page.button("learn-next").click().run()
    assert page.query_params["step"] == "glossary"
    assert page.button("learn-next").disabled
    page.button("learn-back").click().run()
    assert finished(page, "take")


def test_a_step_that_does_not_exist_is_said_and_the_first_shown(app):
    page = app.open("learn", step="<b>x")
    assert "There is no step" in page.warning[0].value
    assert page.subheader[0].value == "Data"
    assert not page.run().warning


def test_whoever_comes_back_is_at_the_same_step(app):
    app.open("learn", step="curves")
    app.open("browse")
    assert app.open("learn").query_params["step"] == "curves"


def test_start_again_forgets_what_was_finished(app):
    page = app.open("learn", step="build")
    page.button("learn-next").click().run()
    assert component(page, "learn-memory")["done"] == ["build"]
    page.button("learn-restart").click().run()
    memory = component(page, "learn-memory")
    assert (memory["done"], memory["isCleared"]) == ([], True)
    assert page.query_params["step"] == "data"
    assert not component(page.run(), "learn-memory")["isCleared"]


def test_a_path_opens_at_its_first_open_step(app):
    page = app.open("learn", step="place")
    page.button("learn-next").click().run()
    page.segmented_control("learn_path").set_value("lesson").run()
    assert page.query_params["step"] == "data"
    page.segmented_control("learn_path").set_value("wrong").run()
    assert page.query_params["step"] == "pen"


def test_the_lesson_s_settings_are_in_its_code_and_its_link(app):
    page = app.open("learn", step="train")
    page.number_input("learn-epochs").set_value(2).run()
    page.run()
    assert "epochs=2" in page.code[0].value
    link = page.page_link[0]
    assert "epochs_is_2" in link.proto.query_string


@pytest.mark.parametrize("run", ["999999", "-1", "x", "9" * 400])
def test_a_run_that_does_not_exist_leaves_the_example(app, run):
    page = app.open("learn", step="curves", run=run)
    assert "ready-made network" in texts(page)
    assert "run" not in page.query_params


def test_a_training_of_somebody_else_is_not_shown(app, lab, small):
    from digitlab.runs.records.people import Person

    run = lab.start_training(small, "Theirs", Person(id="somebody"))
    page = app.open("learn", step="train", run=str(run.number))
    assert "No training yet" in texts(page)


def test_the_number_of_weights_follows_the_neurons(app):
    page = app.open("learn", step="build")
    assert page.metric[0].value == "101,770"
    page.select_slider("learn-neurons").set_value(16).run()
    assert page.metric[0].value == "12,730"


def test_the_glossary_is_searched(app):
    page = app.open("learn", step="glossary")
    assert "One pass over all training digits" in texts(page)
    page.text_input("glossary-search").set_value("ONNX").run()
    assert "One pass over all training digits" not in texts(page)
    page.text_input("glossary-search").set_value("xyzzy").run()
    assert "No term fits" in texts(page)


def test_a_training_of_the_lesson_leads_to_its_score(training_app, open_lab):
    from waiting import wait_for

    page = training_app.open("learn", step="train")
    page.number_input("learn-epochs").set_value(1).run()
    page.selectbox("learn-size").set_value(10_000).run()
    page = press(page, "Train")
    number = int(page.query_params["run"])
    wait_for(lambda: open_lab.run(number).state.is_over())
    assert "Trained for 1 epoch." in texts(page.run())
    page = training_app.open("learn", step="test")
    assert page.metric[0].label == "Test accuracy"
    assert page.metric[0].value == f"{open_lab.run(number).test_accuracy:.2%}"
