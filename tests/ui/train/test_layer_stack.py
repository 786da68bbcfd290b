import inspect
import re
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from digitlab.errors import InvalidSetting
from digitlab.networks.config import OWN, TrainingConfig
from digitlab.networks.layers.kinds import KINDS, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Skip
from digitlab.networks.layers.layer_figures import MAX_LAYERS, describe
from digitlab.networks.presets import PRESETS
from digitlab.runs.records.settings_link import as_link
from digitlab.ui.messages import escape_markdown
from digitlab.ui.train import network_picture
from digitlab.ui.train.layer_draft import LayerDraft

pytestmark = pytest.mark.usefixtures("lab")


def script():
    import streamlit as st

    from digitlab.ui.train import settings_sharing, training_form

    settings_sharing.receive(500)
    st.session_state.values = len(st.session_state)
    st.session_state.config = training_form.fill_in(training_form.preset(), 500)


def form(**address):
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params = address
    if not address:
        page.session_state["preset"] = OWN
    page.run()
    assert not page.exception
    return page


def press(page, key):
    page.button(key=f"own-{key}").click().run()
    assert not page.exception


def layers(page):
    return page.session_state.config().layers


def add(page, kind):
    page.selectbox(key="own-kind").set_value(kind)
    press(page, "add-layer")


def test_a_network_is_built_layer_by_layer():
    page = form()
    assert page.session_state.config() == TrainingConfig(layers=PRESETS["tutorial"].layers)
    assert page.radio[0].options == ["**1 Flatten** 784 · 0", "**2 Dense 128** 128 · 100,480"]
    add(page, "Dropout")
    assert layers(page) == (Flatten(), Dropout(), Dense(units=128))
    press(page, "arrow_downward")
    press(page, "arrow_downward")  # there is no place below
    press(page, "content_copy")
    assert layers(page) == (Flatten(), Dense(units=128), Dropout(), Dropout())
    press(page, "delete")
    press(page, "arrow_upward")
    assert layers(page) == (Flatten(), Dropout(), Dense(units=128))
    page.radio[0].set_value(2).run()
    press(page, "delete")
    assert layers(page) == (Flatten(), Dropout())
    press(page, "undo")
    assert layers(page) == (Flatten(), Dropout(), Dense(units=128))


def test_the_chosen_layer_is_set_and_its_figures_follow():
    page = form()
    page.radio[0].set_value(1).run()
    units, activation = page.number_input[0], page.selectbox[2]
    assert (units.label, activation.label) == ("Units", "Activation")
    units.set_value(32).run()
    page.selectbox[2].set_value("tanh").run()
    assert layers(page) == (Flatten(), Dense(units=32, activation="tanh"))
    assert page.radio[0].options[1] == "**2 Dense 32** 32 · 25,120"
    assert page.radio[0].value == 1
    assert "25,450" in page.markdown[1].value
    press(page, "undo")
    press(page, "undo")
    assert page.number_input[0].value == 128


def test_what_cannot_work_says_where_and_why_and_is_refused():
    page = form()
    add(page, "Conv2D")
    sentence = "Layer 2: Conv2D needs height and width; it comes after Flatten. Move it up."
    assert page.error[0].value == escape_markdown(sentence)
    assert page.radio[0].options[1:] == ["**2 Conv2D 16** :material/error: does not fit", "**3 Dense 128** -"]
    with pytest.raises(InvalidSetting, match=re.escape(sentence)):
        page.session_state.config()
    press(page, "arrow_upward")
    assert not page.error
    assert "Receptive field" in page.markdown[1].value


def times(page):
    """The line on how long an epoch takes, if it is there."""
    return [caption for caption in page.caption if re.match(r"About \*\*.+\*\* an epoch \(.+ to .+\)$", caption.value)]


def test_the_time_of_an_epoch_follows_each_change():
    page = form()
    (first,) = times(page)
    assert "a table of what each type of layer costs" in first.proto.help
    page.number_input(key="own-batch_size").set_value(1).run()
    (slower,) = times(page)
    assert slower.value != first.value
    press(page, "delete")
    press(page, "delete")
    assert page.error
    assert not times(page)


def test_all_layers_can_go_and_come_back():
    page = form()
    for _time in range(3):
        press(page, "delete")
    assert "The network ends with maps of 28 x 28 x 1" in page.error[0].value
    add(page, "Flatten")
    assert layers(page) == (Flatten(),)


def test_a_preset_s_layers_come_with_its_settings():
    page = form()
    page.selectbox(key="own-start").set_value("convolutional").run()
    preset = TrainingConfig.from_preset("convolutional", layers=PRESETS["convolutional"].layers)
    assert page.session_state.config() == preset
    assert page.selectbox(key="own-start").value is None


def test_a_new_start_is_undone_with_its_settings():
    page = form()
    press(page, "content_copy")
    page.number_input(key="own-batch_size").set_value(48).run()
    before = page.session_state.config()
    page.selectbox(key="own-start").set_value("convolutional").run()
    page.number_input(key="own-batch_size").set_value(100).run()
    press(page, "undo")
    assert page.session_state.config() == before
    press(page, "undo")
    assert page.session_state.config() == TrainingConfig(batch_size=48, layers=PRESETS["tutorial"].layers)


def test_layers_are_kept_while_another_network_is_looked_at():
    page = form()
    page.radio[0].set_value(1).run()
    page.number_input[0].set_value(32).run()
    page.radio[0].set_value(0).run()
    page.radio[0].set_value(1).run()
    for network in ("fast", OWN):
        page.session_state["preset"] = network
        page.run()
    assert page.radio[0].value == 1
    assert page.number_input[0].value == 32
    assert layers(page) == (Flatten(), Dense(units=32))


def test_a_session_does_not_grow_with_each_change():
    page = form()
    add(page, "Conv2D")
    press(page, "arrow_upward")
    press(page, "undo")
    page.run()
    before = page.session_state.values
    for _time in range(3):
        add(page, "Conv2D")
        page.number_input[0].set_value(9 + _time).run()
        press(page, "delete")
    page.run()
    assert page.session_state.values == before


def test_each_kind_of_layer_can_be_added_and_set():
    page = form()
    for kind in KINDS:
        add(page, kind)
        assert [type(layer).__name__ for layer in page.session_state["own_network"].stack][-2] == kind
    assert len(page.radio[0].options) == 2 + len(KINDS)


def test_terms_are_explained_where_layers_are_set():
    page = form()
    add(page, "SeparableConv2D")
    (about,) = [caption for caption in page.caption if caption.value.startswith("**SeparableConv2D**")]
    assert "**Separable convolution**: " in about.proto.help
    helps = [field.help for field in (*page.selectbox, *page.number_input)]
    assert all(any(f"**{name}**: " in text for text in helps) for name in ("Weight initialiser", "L2 penalty"))


def test_an_own_network_comes_by_link():
    stack = (Conv2D(filters=8, l2=0.001), MaxPooling2D(), Flatten(), Dense(units=20))
    config = TrainingConfig.from_preset("convolutional", layers=stack, epochs=3, seed=7)
    page = form(settings=as_link(config))
    assert page.session_state.config() == config
    press(page, "delete")
    assert layers(page) == stack[1:]


def test_another_stack_has_fields_of_its_own():
    draft = LayerDraft().started((Dense(), Dense()), "tutorial").duplicated().moved(1).undone().added(Flatten())
    assert len(set(draft.numbers)) == len(draft.stack) == 4
    assert max(draft.numbers) < draft.revision


@pytest.mark.parametrize("stack", [
    (), (Conv2D(), Conv2D(), Skip(over=1), Flatten()), *(preset.layers for preset in PRESETS.values()),
])  # fmt: skip
def test_the_picture_has_a_box_and_words_for_each_output(stack):
    found = describe(stack)
    for is_dark in (False, True):
        picture = ElementTree.fromstring(network_picture.svg(stack, found.layers, is_dark=is_dark))
        titles = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
        assert len(titles) == len(found.layers) + 1
        words = network_picture.alternative(found.layers)
        assert words.startswith("Picture of the network")
        assert all(title in words for title in titles)


def test_no_layer_is_added_beyond_what_is_allowed():
    draft = LayerDraft().started((Flatten(), *[Dropout()] * (MAX_LAYERS - 1)), "tutorial")
    assert draft.added(Dense()) == draft.duplicated() == draft


def test_a_preset_s_epochs_end_where_the_lab_s_do():
    page = AppTest.from_string(inspect.getsource(script).replace("500", "20") + "\nscript()", default_timeout=30)
    page.session_state["preset"] = OWN
    page.run()
    page.selectbox(key="own-start").set_value("small").run()
    assert not page.exception
    assert page.session_state.config().epochs == 20
