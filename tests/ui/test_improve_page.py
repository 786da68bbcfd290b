from apptest import links, press, texts
from own_digits import save_digits, visitor


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
