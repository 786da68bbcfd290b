import re

import pytest
from streamlit.testing.v1 import AppTest

from digitlab.ui import glossary
from digitlab.ui.glossary_terms import TERMS


@pytest.mark.parametrize("key", TERMS)
def test_a_term_is_explained_in_one_to_three_sentences(key):
    explanation = glossary.explanation(key)
    assert explanation.endswith(".")
    assert 20 < len(explanation) < 200
    assert glossary.name(key)[0].isupper()


def explained(html: str) -> list[str]:
    """The words of a text that have an explanation."""
    return re.findall(r"<dfn [^>]*>([^<]+)<", html)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("An epoch is a pass; ten epochs are ten.", ["epoch"]),
        ("Validation loss fell in two Epochs", ["Validation", "loss", "Epochs"]),
        ("The losses of all batches", ["losses", "batches"]),
        ("Lossless, epochal, batching: none of them", []),
        ("A confusion matrix of the test set", ["confusion matrix", "test set"]),
        ("It fine-tunes a network", ["fine-tunes"]),
        ("Softmax makes probabilities of logits.", ["Softmax", "logits"]),
    ],
)
def test_the_first_occurrence_of_each_term_is_explained(text, found):
    assert explained(glossary.as_html(text)) == found


def test_a_term_is_explained_once():
    seen = {"epoch"}
    assert explained(glossary.as_html("The loss after each epoch", seen)) == ["loss"]
    assert seen == {"epoch", "loss"}


def test_text_from_outside_is_escaped():
    html = glossary.as_html("<b>loss</b> & **bold**")
    assert "&lt;b&gt;<dfn" in html
    assert "&amp; <strong>bold</strong>" in html


def test_each_explanation_has_an_id_that_its_term_names():
    html = glossary.as_html("The loss and the accuracy of an epoch")
    ids = re.findall(r" id='([^']+)'", html)
    assert ids == re.findall(r"aria-describedby='([^']+)'", html)
    assert len(set(ids)) == 3


def test_a_help_holds_several_explanations():
    text = glossary.help("epoch", "loss", before="Choose.")
    assert text.startswith("Choose.\n\n**Epoch**: One pass")
    assert "\n\n**Loss**: How wrong" in text


def test_a_paragraph_of_a_page_is_one_block_of_html():
    page = AppTest.from_function(_page).run()
    html = page.markdown[0].value
    assert html.startswith("<div class='digitlab-prose'><p>The <dfn")
    assert "\n" not in html
    assert html.count("<p>") == 2
    assert explained(html) == ["loss"]


def _page() -> None:
    from digitlab.ui import glossary

    glossary.explained("The loss\nof *all*.\n\nThe loss again")
