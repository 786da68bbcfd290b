from urllib.parse import parse_qs

import pytest
from apptest import component, press, texts


def pictures(page):
    return [picture["url"] for picture in component(page, "gallery")["pictures"]]


def captions(page):
    return [picture["caption"] for picture in component(page, "gallery")["pictures"]]


def test_nonsense_in_a_link_shows_the_first_page(app):
    page = app.open("browse", set="nonsense", digit="77", page="-3", sample="99999999", seed="x", model="../../x")
    assert "60,000 digits on 1,250 pages" in texts(page)
    assert not page.error


def test_a_digit_is_browsed_alone(app):
    assert set(captions(app.open("browse", set="test", digit="7"))) == {"7"}


def test_a_seed_shuffles_in_the_same_order_each_time(app):
    original = pictures(app.open("browse"))
    app.page.number_input("seed").set_value(5).run()
    shuffled = pictures(app.page)
    assert shuffled != original
    assert pictures(app.open("browse", seed="5")) == shuffled


def test_pages_turn_around_the_ends(app):
    page = app.open("browse", set="test", digit="1")
    press(page, "Previous")
    assert page.number_input("page").value == 24
    press(page, "Next")
    assert page.number_input("page").value == 1


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [("7", "Predicted **9**, which matches the label"), ("247", "Predicted **6**, but the label is **4**")],
)
def test_a_prediction_is_compared_with_the_label(app, sample, sentence):
    assert sentence in texts(app.open("browse", set="test", sample=sample, model="tutorial"))


@pytest.mark.parametrize("part", ["training", "test"])
def test_a_digit_links_to_its_explanation(app, part):
    page = app.open("browse", set=part, sample="7", model="tutorial")
    (link,) = [link for link in page.page_link if link.label == "Why?"]
    address = parse_qs(link.proto.query_string)
    assert (address["explain"], address["model"]) == ([f"{part}-7"], ["tutorial"])


def test_every_pixel_value_can_be_read(app):
    page = app.open("browse", set="test", sample="0")
    assert "Pixel values of sample 0" in page.expander[0].label
