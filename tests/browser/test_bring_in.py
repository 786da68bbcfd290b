import re

import keras
import pytest
from conftest import network, visit
from foreignfiles import layer, packed, plain
from keras import layers
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, digits):
    keras.utils.set_random_seed(1)
    path = tmp_path_factory.mktemp("theirs") / "theirs.keras"
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(digits.x_train[:6000].astype("float32") / 255, digits.y_train[:6000], epochs=2, verbose=0)
    model.save(path)
    return path


def give(page, file, name=""):
    visit(page, "models")
    page.get_by_text("Bring in a network").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    button = page.get_by_role("button", name="Check it and bring it in")
    expect(button).to_be_enabled()
    if name:
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Name", exact=True).press("Tab")
    button.click()


def test_a_network_from_elsewhere_is_brought_in_and_draws(page, theirs, digits):
    give(page, theirs, "From afar")
    expect(page.get_by_text("From afar is one of your networks now.")).to_be_visible()
    expect(network(page)).to_have_value(re.compile("From afar"))
    expect(page.get_by_text("It takes pixels as 0 to 1")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(network(page)).to_have_value(re.compile("From afar"))


def test_what_is_refused_is_told_with_the_reason_and_the_app_goes_on(page, tmp_path):
    hostile = {
        "lambda.keras": (packed(plain(layer("Lambda", function={}))), "lambda.keras is not let in. It has a Lambda"),
        "old.h5": (b"\x89HDF\r\n\x1a\n", "old.h5 is not let in. It is an HDF5 file"),
    }
    for name, (content, sentence) in hostile.items():
        (tmp_path / name).write_bytes(content)
        give(page, tmp_path / name)
        expect(page.get_by_text(sentence)).to_be_visible()
    visit(page, "draw", "Draw a digit")
