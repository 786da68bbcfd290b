import json
import re

import pytest
from apptest import component, press, texts
from own_digits import save_digits

from digitlab.networks.digit_sets import TEST
from digitlab.translation import in_language, translated


def titles(page):
    return [title.value for title in page.subheader]


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def captions(page, key):
    return [picture["caption"] for picture in component(page, key)["pictures"]]


@pytest.mark.parametrize(
    ("view", "title"),
    [
        ("Overview", "Confusion matrix"),
        ("Certainty", "Calibration"),
        ("Robustness", "Distorted digits"),
        ("Compare", "Only Handwriting is correct: 215"),
        ("Labels", "Ambiguous digits: 263"),
    ],
)
def test_old_links_open_their_view(app, view, title):
    page = app.open("evaluate", model="tutorial", view=view, other="handwriting")
    assert title in titles(page)
    assert not page.error


def test_the_best_network_is_evaluated_at_first(app):
    assert re.fullmatch(r"99\.\d\d%", metrics(app.open("evaluate"))["Test accuracy"])


def test_unknown_view_in_a_link_shows_the_overview(app):
    assert "Mistakes" in titles(app.open("evaluate", model="tutorial", view="<script>", of="x", cell="4-x"))


def test_validation_digits_are_another_set(app):
    page = app.open("evaluate", model="tutorial", of="validation")
    assert "Validation accuracy" in metrics(page)
    assert metrics(page)["Mistakes"].endswith(" of 12,000")


def test_cells_show_counts_or_percentages(app):
    page = app.open("evaluate", model="tutorial")
    assert component(page, "matrix")["cells"][0]["text"].isdecimal()
    page.button_group(key="numbers").set_value("shares").run()
    assert component(page, "matrix")["cells"][0]["text"].startswith("9")
    assert "." in component(page, "matrix")["cells"][0]["text"]
    assert "a percentage" in texts(page)


def test_a_cell_says_in_korean_what_it_counts(app):
    matrix = component(app.open("evaluate", model="tutorial", lang="ko"), "matrix")
    with in_language("ko"):
        assert matrix["caption"] == translated("Confusion matrix: true digits in rows, predicted digits in columns")
    count = matrix["cells"][49]["text"]
    assert matrix["cells"][49]["label"] == f"4을(를) 9(으)로 읽음: {count}"


def test_pictures_of_a_cell_are_shown_until_all_are_asked_for(app):
    page = app.open("evaluate", model="tutorial", cell="4-9")
    assert "4 read as 9" in titles(page)
    assert all(caption.startswith("4 → 9, ") for caption in captions(page, "cell-4-9"))
    press(page, "Show all mistakes")
    assert "Mistakes" in titles(page)
    assert "cell" not in page.query_params


def test_a_higher_threshold_accepts_less(app):
    page = app.open("evaluate", model="tutorial", view="Certainty")
    page.slider(key="threshold").set_value(10.0).run()
    assert metrics(page)["Accepted"] == "100.00%"
    page.slider(key="threshold").set_value(100.0).run()
    assert float(metrics(page)["Accepted"].rstrip("%")) < 90
    assert "No mistake reaches this confidence." in texts(page)


def test_comparison_says_who_is_better_and_how_surely(app):
    page = app.open("evaluate", model="tutorial", view="Compare", other="handwriting")
    (verdict,) = [success.value for success in page.success]
    assert "Only Handwriting reads 215 digits correctly." in verdict
    assert "less than **one in a million** (McNemar's exact test)" in verdict
    assert "This is hardly chance: **Handwriting** is better on such digits." in verdict


def test_known_label_errors_are_starred(app):
    page = app.open("evaluate", model="tutorial", view="Labels")
    assert any(caption.endswith("★") for caption in captions(page, "errors"))
    assert "Known label errors among them: " in texts(page)


def test_without_voters_a_network_is_asked_for(app):
    page = app.open("evaluate", model="tutorial", view="Labels")
    page.multiselect(key="voters").set_value([]).run()
    assert "Choose at least one network." in texts(page)


def test_dialog_shows_a_digit_with_the_votes_of_people(app):
    app.page.session_state["clicked-digit"] = (TEST, 6651)
    page = app.open("evaluate", model="tutorial")
    assert "Sample **6651** of MNIST's test set, labelled **0**" in texts(page)
    assert "Of 5 people, 0 saw a 0, 5 saw a 6 and 0 saw neither." in texts(page)
    assert texts(page).count("**Tutorial** predicted") == 1


def test_dialog_shows_the_answers_of_both_networks(app):
    app.page.session_state["clicked-digit"] = (TEST, 6651)
    page = app.open("evaluate", model="tutorial", view="Compare", other="handwriting")
    assert [texts(page).count(f"**{title}** predicted") for title in ("Tutorial", "Handwriting")] == [1, 1]


def test_own_digits_are_a_set_once_there_are_some(app, lab, cookies, digits):
    assert "My digits" not in app.open("evaluate").button_group(key="digit-set").options
    save_digits(lab, cookies, digits, 30)
    page = app.open("evaluate", model="tutorial", of="my digits")
    assert metrics(page)["Mistakes"].endswith(" of 30")
    assert "Accuracy on my digits" in metrics(page)


def test_robustness_is_not_measured_on_own_digits(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 3)
    page = app.open("evaluate", of="my digits", view="Robustness")
    assert "Robustness is measured on MNIST." in texts(page)


@pytest.fixture
def tuned(settings, ready_made):
    """A network that claims to be fine-tuned; returns what writes down on which drawings, and from which network."""

    def write(learned=(), base="tutorial"):
        settings.models.mkdir(parents=True, exist_ok=True)
        for suffix in (".keras", ".tflite"):
            (settings.models / f"tuned{suffix}").write_bytes((ready_made / f"tutorial{suffix}").read_bytes())
        card = json.loads((ready_made / "tutorial.json").read_text()) | {"name": "tuned", "is_ready_made": False}
        card["title"] = "Mine"
        card["config"] |= {"tuning": {"base": base, "learned": list(learned), "held_back": []}}
        (settings.models / "tuned.json").write_text(json.dumps(card))

    return write


def test_digits_that_were_trained_on_do_not_count(app, lab, cookies, digits, tuned):
    own = save_digits(lab, cookies, digits, 5)
    tuned([drawing.number for drawing in own[:3]])
    page = app.open("evaluate", model="tuned", of="my digits")
    assert "Not counted, as **Mine** was trained on them: 3 of your 5 digits. The 2 it has never seen" in texts(page)
    assert metrics(page)["Mistakes"].endswith(" of 2")
    page = app.open("evaluate", model="tuned", of="my digits", own="learned")
    assert metrics(page)["Mistakes"].endswith(" of 3")
    assert "Accuracy on learned digits" in metrics(page)


def test_a_single_digit_that_was_trained_on_does_not_count(app, lab, cookies, digits, tuned):
    own = save_digits(lab, cookies, digits, 2)
    tuned([own[0].number])
    page = app.open("evaluate", model="tuned", of="my digits")
    sentences = "Not counted, as **Mine** was trained on it: 1 of your 2 digits. The one it has never seen"
    assert sentences in texts(page)


def test_without_an_unseen_digit_more_are_asked_for(app, lab, cookies, digits, tuned):
    own = save_digits(lab, cookies, digits, 2)
    tuned([drawing.number for drawing in own])
    page = app.open("evaluate", model="tuned", of="my digits")
    assert "**Mine** was trained on all 2 of your digits, so they don't count." in texts(page)


def test_comparison_leaves_out_what_the_other_was_trained_on(app, lab, cookies, digits, tuned):
    own = save_digits(lab, cookies, digits, 5)
    tuned([drawing.number for drawing in own[:3]])
    page = app.open("evaluate", model="tutorial", of="my digits", view="Compare", other="tuned")
    assert "Left out, as Mine was trained on them: 3 more of your digits." in texts(page)


def test_without_knowing_what_was_learned_no_figure_is_shown(app, lab, settings, cookies, digits, tuned):
    save_digits(lab, cookies, digits, 4)
    tuned([1], base="gone-bad")
    (settings.models / "gone-bad.json").write_text("{")
    page = app.open("evaluate", model="tuned", of="my digits")
    assert "gone\\-bad\\.json" in texts(page)
    assert not page.metric
