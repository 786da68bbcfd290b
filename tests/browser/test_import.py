"""A network from elsewhere is imported and used."""

import re

import keras
import pytest
from conftest import network, visit
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


def test_imported_network_can_be_tried(page, theirs):
    visit(page, "models")
    page.get_by_text("Import a network").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(theirs)
    button = page.get_by_role("button", name="Check and import")
    expect(button).to_be_enabled()
    page.get_by_label("Name", exact=True).fill("From afar")
    page.get_by_label("Name", exact=True).press("Tab")
    button.click()
    expect(page.get_by_text("From afar was imported.")).to_be_visible()
    expect(network(page)).to_have_value(re.compile("From afar"))
    expect(page.get_by_text("It expects pixels as 0 to 1")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(network(page)).to_have_value(re.compile("From afar"))
